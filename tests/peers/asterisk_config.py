"""The configuration files of the Asterisk peer, as texts. Knows no process and no path outside the folder it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Numbers one can call; test_asterisk_peer.py proves each.
ECHO, MILLIWATT, BUSY, CONGESTION, KEYS, TONE_440 = "600", "601", "602", "603", "604", "605"
# And what a PBX offers by number; tests/interop proves these. A call transferred to PARK waits at FIRST_PARKED, or at the next place.
CONFERENCE, PARK, FIRST_PARKED, PICKUP = "610", "*85", "701", "*8"
LEAVE_MESSAGE = "*9"
"""Before a user's name: to that user's mailbox."""

# Other drivers, and other ways of keeping voicemail, that want configuration of their own.
NOT_LOADED = ("chan_iax2", "res_hep", "app_voicemail_odbc", "app_voicemail_imap")

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
        "modules.conf": "[modules]\nautoload=yes\n" + "".join(f"noload={name}.so\n" for name in NOT_LOADED),
        "logger.conf": "[general]\n[logfiles]\nconsole=notice,warning,error,verbose(3)\n",
        "rtp.conf": f"[general]\nrtpstart={listening.rtp_ports.start}\nrtpend={listening.rtp_ports.stop - 1}\n",
        "pjsip.conf": _transports(listening) + "".join(_endpoint(*user, encryption, codecs) for user in users.items()),
        "extensions.conf": _dialplan(users),
        "voicemail.conf": _voicemail(users),
        "res_parking.conf": f"[default]\nparkext={PARK}\nparkpos={FIRST_PARKED}-{int(FIRST_PARKED) + 8}\ncontext=parked\nparkingtime=60\n",
        "features.conf": f"[general]\npickupexten={PICKUP}\n[featuremap]\nblindxfer=##\natxfer=*2\n",
        "confbridge.conf": "[general]\n[default_user]\ntype=user\nquiet=yes\n[default_bridge]\ntype=bridge\n",
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
    # Its default is to insist on the client's part in calls of its own; to a telephone behind a NAT its first packet then never comes.
    dtls = "dtls_auto_generate_cert=yes\ndtls_setup=actpass\n" if encryption == "dtls" else ""
    return (
        f"[{user}]\ntype=endpoint\ncontext=phones\nauth={user}\naors={user}\ndisallow=all\nallow={','.join(codecs)}\n"
        f"media_encryption={encryption}\n{dtls}direct_media=no\nrtp_symmetric=yes\nforce_rport=yes\nrewrite_contact=yes\n"
        f"dtmf_mode=rfc4733\ntimers=yes\n100rel=yes\ncall_group=1\npickup_group=1\n"
        # With both, a SUBSCRIBE for the mailbox takes the place of NOTIFYs that nobody asked for.
        f"mailboxes={user}@default\nmwi_subscribe_replaces_unsolicited=yes\n\n"
        f"[{user}]\ntype=auth\nauth_type=userpass\nusername={user}\npassword={password}\n\n"
        f"[{user}]\ntype=aor\nmax_contacts=4\nremove_existing=no\nminimum_expiration=10\nmailboxes={user}@default\n\n"
    )


def _voicemail(users: Iterable[str]) -> str:
    """A mailbox for each user, without PIN questions: nobody listens there."""
    return "[general]\nformat=wav\nminsecs=0\nmaxsilence=0\n[default]\n" + "".join(f"{user} => 1234,{user}\n" for user in users)


def _dialplan(users: Iterable[str]) -> str:
    steps = {
        ECHO: ["Answer()", "Echo()"],
        MILLIWATT: ["Answer()", "Milliwatt()"],
        BUSY: ["Hangup(17)"],  # Q.850 cause 17, user busy: 486
        CONGESTION: ["Hangup(34)"],  # cause 34, no circuit available: 503
        KEYS: ["Answer()", "Read(KEYS,,4,,1,10)", "Verbose(1,keys heard: ${KEYS})", "Hangup()"],
        TONE_440: ["Answer()", "PlayTones(440)", "Wait(60)"],
        CONFERENCE: ["Answer()", "ConfBridge(one)"],
        PICKUP: ["Pickup()"],
        **{f"{LEAVE_MESSAGE}{user}": ["Answer()", f"VoiceMail({user}@default,s)", "Hangup()"] for user in users},
        **{user: [f"Dial(PJSIP/{user},60,Tt)", "Hangup(${HANGUPCAUSE})"] for user in users},
    }
    text = "[phones]\ninclude => parked\n"
    for number, applications in steps.items():
        first, *rest = applications
        text += f"exten => {number},1,{first}\n" + "".join(f" same => n,{application}\n" for application in rest)
    return text
