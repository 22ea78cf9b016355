"""The configuration files of the Asterisk peer, as texts. Knows no process and no path outside the folder it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Numbers one can call; test_asterisk_peer.py proves each.
ECHO, MILLIWATT, BUSY, CONGESTION, KEYS, TONE_440 = "600", "601", "602", "603", "604", "605"

MediaEncryption = Literal["no", "sdes", "dtls"]


@dataclass(frozen=True)
class Listening:
    """Where Asterisk listens, all on one loopback address."""

    address: str
    sip_port: int
    tls_port: int
    rtp_ports: range
    certificate: str = ""  # paths as Asterisk sees them; empty: no TLS
    key: str = ""


def files(
    folder: str, listening: Listening, users: Mapping[str, str], encryption: MediaEncryption, codecs: Iterable[str]
) -> dict[str, str]:
    """File name to text. `folder` is the run's folder as Asterisk sees it; `users` is name to password."""
    return {
        "asterisk.conf": _asterisk(folder),
        "modules.conf": "[modules]\nautoload=yes\nnoload=chan_iax2.so\nnoload=res_hep.so\n",
        "logger.conf": "[general]\n[logfiles]\nconsole=notice,warning,error,verbose(3)\n",
        "rtp.conf": f"[general]\nrtpstart={listening.rtp_ports.start}\nrtpend={listening.rtp_ports.stop - 1}\n",
        "pjsip.conf": _transports(listening) + "".join(_endpoint(*user, encryption, codecs) for user in users.items()),
        "extensions.conf": _dialplan(users),
        "indications.conf": "[general]\ncountry=us\n[us]\nringcadence=2000,4000\nbusy=480+620/500,0/500\ncongestion=480+620/250,0/250\n",
    }


def _asterisk(folder: str) -> str:
    own = {name: f"{folder}/{name}" for name in ("etc", "db", "spool", "run", "log")}
    lines = [f"astetcdir => {folder}/etc", *(f"ast{name}dir => {path}" for name, path in own.items() if name != "etc")]
    return "[directories]\n" + "\n".join(lines) + "\n[options]\nnocolor=yes\nverbose=3\nhideconnect=yes\n"


def _transports(listening: Listening) -> str:
    def section(protocol: str, port: int, more: str = "") -> str:
        return f"[transport-{protocol}]\ntype=transport\nprotocol={protocol}\nbind={listening.address}:{port}\n{more}\n"

    plain = section("udp", listening.sip_port) + section("tcp", listening.sip_port)
    if not listening.certificate:
        return plain
    return plain + section(
        "tls", listening.tls_port, f"cert_file={listening.certificate}\npriv_key_file={listening.key}\nmethod=tlsv1_2"
    )


def _endpoint(user: str, password: str, encryption: MediaEncryption, codecs: Iterable[str]) -> str:
    dtls = "dtls_auto_generate_cert=yes\n" if encryption == "dtls" else ""
    return (
        f"[{user}]\ntype=endpoint\ncontext=phones\nauth={user}\naors={user}\ndisallow=all\nallow={','.join(codecs)}\n"
        f"media_encryption={encryption}\n{dtls}direct_media=no\nrtp_symmetric=yes\nforce_rport=yes\nrewrite_contact=yes\n"
        f"dtmf_mode=rfc4733\ntimers=yes\n100rel=yes\n\n"
        f"[{user}]\ntype=auth\nauth_type=userpass\nusername={user}\npassword={password}\n\n"
        f"[{user}]\ntype=aor\nmax_contacts=4\nremove_existing=no\nminimum_expiration=10\n\n"
    )


def _dialplan(users: Iterable[str]) -> str:
    steps = {
        ECHO: ["Answer()", "Echo()"],
        MILLIWATT: ["Answer()", "Milliwatt()"],
        BUSY: ["Hangup(17)"],  # Q.850 cause 17, user busy: 486
        CONGESTION: ["Hangup(34)"],  # cause 34, no circuit available: 503
        KEYS: ["Answer()", "Read(KEYS,,4,,1,10)", "Verbose(1,keys heard: ${KEYS})", "Hangup()"],
        TONE_440: ["Answer()", "PlayTones(440)", "Wait(60)"],
        **{user: [f"Dial(PJSIP/{user},60)", "Hangup(${HANGUPCAUSE})"] for user in users},
    }
    text = "[phones]\n"
    for number, applications in steps.items():
        first, *rest = applications
        text += f"exten => {number},1,{first}\n" + "".join(f" same => n,{application}\n" for application in rest)
    return text
