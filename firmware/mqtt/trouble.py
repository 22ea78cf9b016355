"""Why the broker does not hear us, in words that follow its name. Pure; knows no connection."""

import socket
import ssl

_WRONG_NAME = {62, 64}
"""OpenSSL's verify codes for a certificate of another host or address (X509_V_ERR_HOSTNAME_MISMATCH, ..._IP_ADDRESS_MISMATCH)."""

_REFUSALS = {
    4: "refuses user and password; see user and password in [mqtt]",
    5: "refuses us; see user and password in [mqtt]",
    134: "refuses user and password; see user and password in [mqtt]",
    135: "refuses us; see user and password in [mqtt]",
    136: "says that it is not available",
}
"""By the return code of MQTT 3.1.1 (table 3.1) and the reason code of MQTT 5 (section 3.2.2.2)."""


def refused(code: int) -> str:
    return _REFUSALS.get(code, f"refuses us (code {code})")


_ALERTS = {
    "certificate required": "asks for a certificate of this box; see tls_certificate_file in [mqtt]",
    "bad certificate": "does not take the certificate of this box; see tls_certificate_file in [mqtt]",
    "unknown ca": "does not know who signed the certificate of this box; see tls_certificate_file in [mqtt]",
    "handshake failure": "does not speak TLS as expected; see server, security and tls_certificate_file in [mqtt]",
}
"""By the names of TLS's alerts (RFC 8446 section 6.2)."""


def alerted(said: str) -> str:
    """What a broker that fell silent meant by the last that was heard of it; empty where nothing is known."""
    return next((words for alert, words in _ALERTS.items() if f"alert {alert}" in said), "")


def in_words(problem: BaseException) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return _mistrusted(problem)
    if isinstance(problem, ssl.SSLError):
        return alerted(str(problem)) or _ALERTS["handshake failure"]
    if isinstance(problem, socket.gaierror):
        return "is not known to the name service"
    if isinstance(problem, TimeoutError):
        return "does not answer"
    if isinstance(problem, OSError):
        return f"cannot be reached: {(problem.strerror or str(problem)).lower()}"
    return f"closed the connection: {problem}"


def _mistrusted(problem: ssl.SSLCertVerificationError) -> str:
    if problem.verify_code in _WRONG_NAME:
        return "shows a certificate for another name; see server in [mqtt]"
    return f"shows a certificate that is not trusted ({problem.verify_message}); see tls_ca_file in [mqtt]"
