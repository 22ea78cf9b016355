"""An account's settings in the engine's words: addresses, credentials, media. It decides nothing and keeps nothing."""

import pjsua2 as pj

from firmware.settings.model import Account, Sip, Wish
from firmware.sip.bearer import Bearer
from firmware.sip.resolve import Located, parse_server

_SRTP: dict[Wish, int] = {"off": 0, "optional": 1, "required": 2}
_KEYINGS = {
    "sdes": (pj.PJMEDIA_SRTP_KEYING_SDES, pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP),
    "dtls": (pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP, pj.PJMEDIA_SRTP_KEYING_SDES),
}
"""Offers use the first, answers whichever the offer has."""
_PRACK = {"optional": 2, "required": 1}
_TIMER: dict[Wish, int] = {"off": 0, "optional": 1, "required": 2}


def user_of(account: Account) -> str:
    """The user part of the account's own address."""
    return account.user or account.number or account.id


def domain_of(account: Account) -> str:
    """The host part of the account's own address."""
    return account.from_domain or parse_server(account.server).uri_host


def uri_of(account: Account, digits: str) -> str:
    """The Request-URI of a dialed number at the account's server; a `#` must be escaped (RFC 3261 section 25.1)."""
    return f"sip:{digits.replace('#', '%23')}@{parse_server(account.server).uri_host_port}{_transport_of(account)}"


def sources_of(account: Account, located: Located) -> frozenset[str]:
    """Who may call in the account's name. A registrar on UDP calls from the port we registered at; other paths are known by address only."""
    if not account.register or account.transport != "udp":
        return frozenset(address for address, _ in located.targets)
    return frozenset(_host_port(address, port) for address, port in located.targets)


def route_to(target: tuple[str, int]) -> str:
    """A Route over UDP to one of the server's addresses."""
    return f"<sip:{_host_port(*target)};lr>"


_METERED_REGISTER_S = 3600
"""Where bytes cost, a registration lasts an hour at the least: one of 300 s takes about 15 MB a month (1.7 kB with its challenge and answers)."""


_KNOCK_S, _KNOCK_METERED_S = 15, 25
"""How often the NAT's hole of an account in use is knocked at over UDP: the engine's own choice, and what RFC 5626 section 4.4 leaves (24 to 29 s)."""


def go_by(config: "pj.AccountConfig", account: Account, located: Located, target: int, *, metered: bool) -> None:
    """Let the account send by the uplink that `located` speaks of: requests go to an address that was found by that uplink, by a Route
    that nobody sees (pjsip's "hide"), so that the engine asks no name server of another. TLS keeps the name, for the certificate."""
    server = parse_server(account.outbound_proxy or account.server)
    address, port = located.targets[target % len(located.targets)]
    host = server.uri_host if account.transport == "tls" else _bracketed(address)
    routes = [f"<sip:{host}:{port};lr;hide{_transport_of(account)}>"]
    if account.outbound_proxy:
        routes.append(f"<sip:{server.uri_host_port};lr{_transport_of(account)}>")
    config.sipConfig.proxies = pj.StringVector(routes)
    config.regConfig.disableRegOnModify = True  # it would go by the old uplink
    config.regConfig.timeoutSec = max(account.register_s, _METERED_REGISTER_S) if metered else account.register_s
    config.natConfig.udpKaIntervalSec = _KNOCK_METERED_S if metered else _KNOCK_S
    set_address(config, located.local_address)


def retry_after(config: "pj.AccountConfig", seconds: int) -> None:
    """How soon the engine registers anew by itself where a connection breaks or a registration fails, give or take as much; 0: never."""
    config.regConfig.firstRetryIntervalSec = config.regConfig.randomRetryIntervalSec = seconds
    config.regConfig.retryIntervalSec = seconds


def codecs_by(account: Account, bearer: Bearer | None) -> tuple[str, ...]:
    """The owner's order; where bytes cost, what needs fewest comes first."""
    metered = bearer is not None and bearer.metered
    return tuple(sorted(account.codecs, key=lambda codec: codec != "opus")) if metered else account.codecs


def config_of(account: Account, sip: Sip, instance: str, located: Located, transport_id: int) -> "pj.AccountConfig":
    """What the engine needs to know of the account. `instance` is the device's UUID (RFC 5626)."""
    server = parse_server(account.server)
    config = pj.AccountConfig()
    config.idUri = f"{_quoted(account.display_name)}<sip:{user_of(account)}@{domain_of(account)}>"
    config.regConfig.registrarUri = f"sip:{server.uri_host_port}{_transport_of(account)}"
    config.regConfig.registerOnAdd = False
    config.regConfig.retryIntervalSec = config.regConfig.firstRetryIntervalSec = 0  # the retries are ours
    config.regConfig.timeoutSec = account.register_s
    config.sipConfig.transportId = transport_id
    # The engine's own id is a hash of the host name, which devices share.
    config.natConfig.sipOutboundInstanceId = f"<urn:uuid:{instance}>"
    if account.password:
        user = account.auth_user or user_of(account)
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, account.password.reveal()))
    # The engine asks for messages at the account's own address, which knows neither port nor transport: only a route leads there.
    if account.outbound_proxy or account.mwi:
        proxy = parse_server(account.outbound_proxy or account.server).uri_host_port
        config.sipConfig.proxies.append(f"<sip:{proxy};lr{_transport_of(account)}>")
    config.mwiConfig.enabled = account.mwi
    _set_media(config, account, sip, located.local_address)
    config.callConfig.prackUse = _PRACK[account.prack]
    config.callConfig.timerUse = _TIMER[account.session_timer]
    return config


def _set_media(config: "pj.AccountConfig", account: Account, sip: Sip, local_address: str) -> None:
    media = config.mediaConfig
    media.transportConfig.port, media.transportConfig.portRange = sip.rtp_first, sip.rtp_last - sip.rtp_first
    media.transportConfig.randomizePort = True
    media.srtpUse = _SRTP[account.srtp]
    for keying in _KEYINGS[account.srtp_keys]:
        media.srtpOpt.keyings.append(keying)
    # The engine's re-INVITE down to one codec comes in the middle of the DTLS handshake and spoils it (seen with Asterisk 22).
    media.lockCodecEnabled = account.srtp == "off" or account.srtp_keys == "sdes"
    media.srtpSecureSignaling = 0  # SDES over UDP is the owner's choice, not a reason to refuse the call
    set_address(config, local_address)


def set_address(config: "pj.AccountConfig", local_address: str) -> None:
    """Our own address: told to far ends, and whose family decides."""
    config.mediaConfig.transportConfig.publicAddress = local_address
    if ":" in local_address:
        config.mediaConfig.ipv6Use = config.sipConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY
    elif config.mediaConfig.ipv6Use == pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY:  # it came from an uplink of the other family
        config.mediaConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_PREFER_IPV4
        config.sipConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_NO_PREFERENCE


def _transport_of(account: Account) -> str:
    return "" if account.transport == "udp" else f";transport={account.transport}"


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _host_port(address: str, port: int) -> str:
    return f"{_bracketed(address)}:{port}"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if name else ""
