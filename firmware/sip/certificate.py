"""Why a server's certificate is not accepted, in a sentence. The engine decides and says only yes or no; this room asks the server once
more, with the same trust, to learn what to tell the owner. It sends no SIP and knows no account.
"""

import asyncio
import ssl

from firmware.sip.resolve import Located

_ASK_S = 5.0

# The numbers of X509_verify_cert (openssl/x509_vfy.h); the text of each is OpenSSL's and not for owners.
_UNTRUSTED = "the server's certificate is from an authority that this box does not trust"
_WORDS = {
    2: _UNTRUSTED,
    9: "the server's certificate is not valid yet; is the clock of this box right?",
    10: "the server's certificate has expired",
    18: _UNTRUSTED,
    19: _UNTRUSTED,
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    62: "the server's certificate is not for {name}",
    64: "the server's certificate is not for {name}",
}


def unusable(ca_file: str) -> str:
    """What is wrong with a file of certificates to trust, as a sentence; empty when nothing is."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        return f"[sip] tls_ca_file: {ca_file} holds no certificate that can be read"
    except OSError as error:
        return f"[sip] tls_ca_file: {ca_file} cannot be read: {(error.strerror or str(error)).lower()}"
    return ""


def doubtful(name: str) -> str:
    """The sentence while nothing more is known."""
    return f"the server's certificate is not valid for {name} or not trusted"


async def why(name: str, located: Located, ca_file: str) -> str:
    """What is wrong with the certificate that the server shows for `name`; never raises, takes 5 s at most."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=ca_file or ssl.get_default_verify_paths().cafile or "/dev/null")
        async with asyncio.timeout(_ASK_S):
            _, writer = await asyncio.open_connection(*located.targets[0], ssl=context, server_hostname=name)
    except ssl.SSLCertVerificationError as error:
        return _WORDS.get(error.verify_code, doubtful(name)).format(name=name)
    except OSError:  # a timeout too: the server or the file may be gone by now
        return doubtful(name)
    # The engine takes no wildcard (RFC 5922 section 7.2); Python does.
    names = [text for _, text in writer.get_extra_info("peercert").get("subjectAltName", ())]
    writer.transport.abort()
    wildcard = next((text for text in names if text.startswith("*.")), "")
    return f"the server's certificate is for {wildcard}, which is not enough for SIP" if wildcard else doubtful(name)
