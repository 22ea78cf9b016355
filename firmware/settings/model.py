"""The settings file as frozen data: every key with its type, bounds, help sentence and default. Knows no file and no reader.

The help sentences become the comments of keepline.example.toml, so they speak to the owner of the box.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from firmware.settings import formats
from firmware.settings.formats import Format
from firmware.settings.secret import Secret

Country = Literal["KZ", "RU", "US", "GB", "DE", "IN"]
"""Countries whose tones firmware/sound knows; the one list of them in the settings."""

Codec = Literal["opus", "PCMA", "PCMU", "G722", "G729"]
Transport = Literal["udp", "tcp", "tls"]
Wish = Literal["off", "optional", "required"]


def _text(sentence: str, form: Format) -> Meta:
    return Meta(description=sentence, extra={"format": form})


def _number(sentence: str, least: float, most: float, unit: str = "") -> Meta:
    return Meta(description=sentence, ge=least, le=most, extra={"unit": unit})


def _choice(sentence: str) -> Meta:
    return Meta(description=sentence)


class Table(Struct, frozen=True, kw_only=True):
    """One table of the file. Secrets are of type Secret, so no printed form shows them."""


class Device(Table, frozen=True, kw_only=True):
    name: Annotated[str, _text("What this box calls itself.", formats.NAME)] = "Keepline"
    country: Annotated[Country, _choice("Whose tones, rhythms and numbers the telephone knows.")] = "KZ"
    language: Annotated[Literal["en", "ru", "kk", "bn"], _choice("The language of the page.")] = "en"
    board: Annotated[Literal["pi", "sim"], _choice("The hardware: a Raspberry Pi with its HAT, or a simulated one.")] = "pi"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], _choice("How much the log tells.")] = "info"


class Line(Table, frozen=True, kw_only=True):
    """One telephone socket."""

    name: Annotated[str, _text("What the page calls this line.", formats.LABEL)] = ""
    account: Annotated[
        str, _text("The id of the account this line calls with; empty: the first.", formats.or_empty(formats.ID))
    ] = ""
    digit_map: Annotated[
        str, _text("When a number is complete, as RFC 3435 writes it; empty: the country's.", formats.DIGIT_MAP)
    ] = ""
    # 15 s and 4 s: DAHDI waits 16 s for the first digit; Grandstream HT8xx and chan_lantiq wait 4 s between digits.
    first_digit_s: Annotated[float, _number("How long dial tone waits for the first digit.", 3, 60, "s")] = 15
    inter_digit_s: Annotated[float, _number("After this long without a digit the number is complete.", 1, 30, "s")] = 4
    # RFC 3261 section 16.6 item 11: proxies give up after timer C, which is longer than 3 minutes.
    no_answer_s: Annotated[float, _number("How long a call may ring before it is given up.", 10, 600, "s")] = 180
    # A pulse of the slowest dial (8 pps, 67 % break) opens the loop for 84 ms; the HT8xx allow flashes of 40 to 2000 ms.
    flash_min_ms: Annotated[
        int, _number("The shortest press of the hook that is a flash; shorter ones are dial pulses.", 85, 700, "ms")
    ] = 95
    flash_max_ms: Annotated[
        int, _number("The longest press of the hook that is a flash; longer ones hang up.", 100, 2000, "ms")
    ] = 700
    caller_id: Annotated[
        Literal["auto", "bellcore", "etsi", "dtmf", "off"],
        _choice("How the telephone is told who calls; auto: as the country does."),
    ] = "auto"
    # No standard found for the time: unconfirmed.
    howler_after_s: Annotated[
        float, _number("Busy tone this long, then the howler for a handset left off; 0: no howler.", 0, 600, "s")
    ] = 60
    gain_rx_db: Annotated[float, _number("Louder or softer in the receiver.", -12, 6, "dB")] = 0
    gain_tx_db: Annotated[float, _number("Louder or softer from the mouthpiece.", -12, 6, "dB")] = 0


class Account(Table, frozen=True, kw_only=True):
    """One number at one SIP provider."""

    id: Annotated[str, _text("A short name for this account, used by lines.", formats.ID)]
    number: Annotated[str, _text("Your number as the provider writes it; empty: the user.", formats.NUMBER)] = ""
    display_name: Annotated[str, _text("The name that those you call may see.", formats.LABEL)] = ""
    server: Annotated[str, _text("The provider's SIP server.", formats.SERVER)]
    user: Annotated[str, _text("The SIP user, often the number.", formats.SIP_USER)] = ""
    password: Annotated[Secret, _text("The SIP password.", formats.PASSWORD)] = Secret()
    auth_user: Annotated[str, _text("The login, where it is not the user.", formats.LOGIN)] = ""
    transport: Annotated[Transport, _choice("How SIP travels to the server.")] = "udp"
    outbound_proxy: Annotated[str, _text("Send everything through this server first.", formats.or_empty(formats.SERVER))] = ""
    register: Annotated[bool, _choice("Whether to register, that is to be reachable; false for fixed trunks.")] = True
    # RFC 3261 section 10.2 leaves the time to the registrar; 300 s keeps most NAT bindings of TCP and is kind to providers.
    register_s: Annotated[int, _number("How long a registration is asked to last.", 60, 86400, "s")] = 300
    srtp: Annotated[Wish, _choice("Encrypted voice.")] = "off"
    srtp_keys: Annotated[
        Literal["sdes", "dtls"],
        _choice("How keys for encrypted voice are offered (RFC 4568, RFC 5763); calls in may use either."),
    ] = "sdes"
    # Opus mends lost packets. A-law and µ-law cost least delay and are what most far ends speak. G.722 is wideband, which a telephone line cannot carry.
    codecs: Annotated[tuple[Codec, ...], Meta(min_length=1, description="Voice codecs, the best first.")] = (
        "opus",
        "PCMA",
        "PCMU",
        "G722",
        "G729",
    )
    dtmf: Annotated[Literal["rfc4733", "info", "inband"], _choice("How keys pressed in a call are sent.")] = "rfc4733"
    accept_from: Annotated[tuple[str, ...], _text("Who else may call directly, besides the server.", formats.NETWORK)] = ()
    prack: Annotated[
        Literal["optional", "required"], _choice("Whether ringing must be confirmed by the other side (100rel, RFC 3262).")
    ] = "optional"
    session_timer: Annotated[Wish, _choice("Session timers (RFC 4028), which end calls that died unseen.")] = "optional"


class Sip(Table, frozen=True, kw_only=True):
    port: Annotated[int, _number("The port SIP listens on; 0: any free one.", 0, 65535)] = 0
    tls_ca_file: Annotated[str, _text("Certificates to trust; empty: the system's.", formats.or_empty(formats.FILE))] = ""
    tls_verify: Annotated[bool, _choice("Whether a server must prove who it is; false only for trials.")] = True
    nameservers: Annotated[tuple[str, ...], _text("DNS servers; empty: the system's.", formats.ADDRESS)] = ()
    rtp_first: Annotated[int, _number("The first port for voice.", 1024, 65534)] = 10000
    rtp_last: Annotated[int, _number("The last port for voice.", 1025, 65535)] = 10999
    rtp_silence_s: Annotated[int, _number("End a call when no voice packet came for this long; 0: never.", 0, 3600, "s")] = 30
    accept_unknown: Annotated[bool, _choice("Whether callers that come from none of your servers may ring.")] = False


class Uplink(Table, frozen=True, kw_only=True):
    """One way to the internet."""

    interface: Annotated[str, _text("The network interface.", formats.INTERFACE)]
    kind: Annotated[Literal["ethernet", "wifi", "cellular"], _choice("What it is.")] = "ethernet"
    priority: Annotated[int, _number("1 is tried first.", 1, 99)] = 10
    metered: Annotated[bool, _choice("Whether traffic costs money, so that it is used sparingly.")] = False


class Modem(Table, frozen=True, kw_only=True):
    port: Annotated[str, _text("The modem's AT port.", formats.FILE)]
    apn: Annotated[str, _text("The operator's access point; empty: the one known for the card.", formats.APN)] = ""
    pin: Annotated[Secret, _text("The PIN of the SIM card.", formats.PIN)] = Secret()


class Web(Table, frozen=True, kw_only=True):
    listen: Annotated[str, _text("Where the page is served.", formats.LISTENER)] = "127.0.0.1:8080"
    password_hash: Annotated[Secret, _text("The page's password, hashed; the page writes it.", formats.PASSWORD)] = Secret()


class Settings(Struct, frozen=True, kw_only=True):
    """The whole file, checked."""

    device: Device = Device()
    line: tuple[Line, ...] = (Line(),)
    account: tuple[Account, ...] = ()
    sip: Sip = Sip()
    uplink: tuple[Uplink, ...] = ()
    modem: Modem | None = None
    web: Web = Web()


def with_changes(settings: Settings, **tables: object) -> Settings:
    """The same settings with these tables in place of their own."""
    return replace(settings, **tables)


@dataclass(frozen=True)
class Section:
    """A table's name in the file, and how many of it there may be: 0 means exactly one, not a list."""

    name: str
    kind: type[Table]
    most: int = 0
    optional: bool = False


SECTIONS = (
    Section("device", Device),
    Section("line", Line, most=2),  # the HATs we know have one or two FXS ports
    Section("account", Account, most=8),  # PJSUA_MAX_ACC is 8 as shipped
    Section("sip", Sip),
    Section("uplink", Uplink, most=8),
    Section("modem", Modem, optional=True),
    Section("web", Web),
)
