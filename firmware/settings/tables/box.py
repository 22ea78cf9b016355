"""The box itself: its name and country, its page, its ways to the internet, and what all accounts share of SIP."""

from typing import Annotated, Literal

from firmware.settings import formats
from firmware.settings.secret import Secret
from firmware.settings.tables.table import Table, amount, choice, text

Country = Literal["KZ", "RU", "US", "GB", "DE", "IN"]
"""Countries whose tones firmware/sound knows; the one list of them in the settings."""


class Device(Table, frozen=True, kw_only=True):
    name: Annotated[str, text("What this box calls itself.", formats.NAME)] = "Keepline"
    country: Annotated[Country, choice("Whose tones, rhythms and numbers the telephone knows.")] = "KZ"
    language: Annotated[Literal["en", "ru", "kk", "bn"], choice("The language of the page and of what the box says.")] = "en"
    board: Annotated[Literal["pi", "sim"], choice("The hardware: a Raspberry Pi with its HAT, or a simulated one.")] = "pi"
    board_file: Annotated[
        str,
        text(
            "Which board a Pi carries: ag1171-one-port, ag1171-two-ports, or the path of a description of your own.",
            formats.BOARD_FILE,
        ),
    ] = "ag1171-one-port"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], choice("How much the log tells.")] = "info"


class Sip(Table, frozen=True, kw_only=True):
    port: Annotated[int, amount("The port SIP listens on; 0: any free one.", 0, 65535)] = 0
    tls_ca_file: Annotated[str, text("Certificates to trust; empty: the system's.", formats.or_empty(formats.FILE))] = ""
    tls_verify: Annotated[bool, choice("Whether a server must prove who it is; false only for trials.")] = True
    nameservers: Annotated[tuple[str, ...], text("DNS servers; empty: the system's.", formats.ADDRESS)] = ()
    rtp_first: Annotated[int, amount("The first port for voice.", 1024, 65534)] = 10000
    rtp_last: Annotated[int, amount("The last port for voice.", 1025, 65535)] = 10999
    rtp_silence_s: Annotated[int, amount("End a call when no voice packet came for this long; 0: never.", 0, 3600, "s")] = 30
    accept_unknown: Annotated[bool, choice("Whether callers that come from none of your servers may ring.")] = False


class Uplink(Table, frozen=True, kw_only=True):
    """One way to the internet."""

    interface: Annotated[str, text("The network interface.", formats.INTERFACE)]
    kind: Annotated[Literal["ethernet", "wifi", "cellular"], choice("What it is.")] = "ethernet"
    priority: Annotated[int, amount("1 is tried first.", 1, 99)] = 10
    metered: Annotated[bool, choice("Whether traffic costs money, so that it is used sparingly.")] = False
    month_limit_mb: Annotated[
        int,
        amount(
            "What it may carry in a month; a warning comes at 80 and at 100 %, and beyond it is used only where nothing else works. "
            "0: no limit.",
            0,
            1_000_000,
            "MB",
        ),
    ] = 0
    standby_mb: Annotated[
        int, amount("What watching it may use in a month while it waits, where traffic costs money.", 1, 1000, "MB")
    ] = 5


class Probes(Table, frozen=True, kw_only=True):
    """Whom the box asks to know whether an uplink leads somewhere."""

    # The defaults of OpenWrt's mwan3 (packages, net/mwan3/files/etc/config/mwan3).
    internet: Annotated[
        tuple[str, ...], text("Hosts of the internet that answer pings; two of each family are asked.", formats.IP, 2)
    ] = ("1.1.1.1", "208.67.222.222", "2606:4700:4700::1111", "2620:0:ccc::2")
    # Android's own page for the same purpose.
    page: Annotated[
        str,
        text(
            "A page that answers 204 and nothing else, by which a login page is found out; empty: none.",
            formats.or_empty(formats.URL),
        ),
    ] = "http://connectivitycheck.gstatic.com/generate_204"


class Modem(Table, frozen=True, kw_only=True):
    port: Annotated[
        str, text("The modem's AT port; empty: found on the USB by its interface.", formats.or_empty(formats.FILE))
    ] = ""
    data_port: Annotated[
        str, text("The modem's second AT port, where PPP dials; empty: found on the USB.", formats.or_empty(formats.FILE))
    ] = ""
    apn: Annotated[str, text("The operator's access point; empty: the one known for the card.", formats.APN)] = ""
    apn_user: Annotated[str, text("User name of that access point, if it has one.", formats.LOGIN)] = ""
    apn_password: Annotated[Secret, text("Its password.", formats.PASSWORD)] = Secret()
    pin: Annotated[Secret, text("The PIN of the SIM card.", formats.PIN)] = Secret()
    roaming: Annotated[bool, choice("Whether data is allowed in a foreign network.")] = False


class Web(Table, frozen=True, kw_only=True):
    listen: Annotated[str, text("Where the page is served.", formats.LISTENER)] = "127.0.0.1:8080"
    names: Annotated[
        tuple[str, ...], text("Further host names this page may be opened by, such as a reverse proxy's.", formats.DOMAIN)
    ] = ()
    password_hash: Annotated[Secret, text("The page's password, hashed; the page writes it.", formats.PASSWORD)] = Secret()
