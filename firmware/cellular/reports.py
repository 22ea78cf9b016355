"""What the modem's answers say, as data. Pure; sections are of 3GPP TS 27.007."""

import re

from firmware.core.modem_events import CardLock, NetworkStatus
from hal.at import Answer, Command, arguments

READ_LOCK = Command("AT+CPIN?", r"\+CPIN: ?.*", 10_000)
READ_SUBSCRIBER = Command("AT+CIMI", r"\d{6,15}", 10_000)
READ_MODEL = Command("AT+CGMM", r'(\+CGMM: ?)?"?[A-Z]\w*[ -]?\w*\d[\w .-]*"?')
"""Every model has a digit in its name, which RING has not."""
READ_OPERATOR = Command("AT+COPS?", r"\+COPS: ?.*", 10_000)
READ_SIGNAL = Command("AT+CSQ", r"\+CSQ: ?\d+,\d+")
READ_ACTIVE = Command("AT+CGACT?", r"\+CGACT: ?\d+,\d+")
READ_REGISTRATIONS = tuple(
    # <n>,<stat>; news of a change has <stat> and then a place, never a second small number
    Command(f"AT+{kind}?", rf"\+{kind}: ?\d,\d{{1,2}}(,.*)?")
    for kind in ("CEREG", "CGREG", "CREG")
)
"""LTE first, then packet data, then the telephone network."""

_SIM_ABSENT, _SIM_PIN, _SIM_PUK, _SIM_FAILURE, _SIM_BUSY = 10, 11, 12, 13, 14
_LOCKS_BY_CODE = {
    _SIM_ABSENT: CardLock.ABSENT,
    _SIM_PIN: CardLock.PIN,
    _SIM_PUK: CardLock.PUK,
    _SIM_FAILURE: CardLock.BUSY,  # seen for moments after a reset, too; a card that stays so is what the ladder is for
    _SIM_BUSY: CardLock.BUSY,
}
"""Section 9.2.1."""
_LOCKS_BY_WORDS = {"READY": CardLock.READY, "SIM PIN": CardLock.PIN, "SIM PUK": CardLock.PUK}
"""Section 8.3."""

_STATUS = {
    1: NetworkStatus.HOME,
    5: NetworkStatus.ROAMING,
    3: NetworkStatus.DENIED,
    9: NetworkStatus.HOME,
    10: NetworkStatus.ROAMING,
}
"""Section 7.2; 9 and 10 are 1 and 5 with calls by the older network not preferred. 6, 7 (messages only) and 8 (emergency only) give no data."""

_TECHNOLOGY = {
    0: "2G",
    1: "2G",
    2: "3G",
    3: "2G",
    4: "3G",
    5: "3G",
    6: "3G",
    7: "4G",
    8: "2G",
    9: "4G",
    10: "4G",
    11: "5G",
    12: "5G",
    13: "5G",
}
"""Section 7.3, <AcT>."""


def lock_of(answer: Answer) -> CardLock | None:
    """What AT+CPIN? said; None if nothing can be made of it (no answer)."""
    if answer.ok and answer.line:
        return _LOCKS_BY_WORDS.get(answer.line.partition(":")[2].strip(), CardLock.OTHER)
    return _LOCKS_BY_CODE.get(answer.code) if answer.code is not None else None


def tries_of(answer: Answer, field: int) -> int | None:
    """How many PINs may still be tried, by the answer to the model's question."""
    fields = arguments(answer.line) if answer.ok else []
    return int(fields[field]) if len(fields) > field and fields[field].isdecimal() else None


def card_number_of(answer: Answer) -> str:
    """The ICCID; empty where it was not told."""
    found = re.search(r"\d{18,20}", answer.line) if answer.ok else None
    return found[0] if found else ""


def registration_of(line: str) -> tuple[NetworkStatus, str]:
    """Status and technology of one `+CEREG: 2,1,"1A2B","01C3D4E5",7`."""
    fields = arguments(line)
    status = (
        _STATUS.get(int(fields[1]), NetworkStatus.LOOKING) if len(fields) > 1 and fields[1].isdecimal() else NetworkStatus.LOOKING
    )
    known = len(fields) > 4 and fields[4].isdecimal()
    return status, _TECHNOLOGY.get(int(fields[4]), "") if known else ""


def best_registration(lines: list[str]) -> tuple[NetworkStatus, str]:
    """The first of CEREG, CGREG and CREG that is registered; else whether anyone said no."""
    each = [registration_of(line) for line in lines if line]
    registered = next((one for one in each if one[0] in {NetworkStatus.HOME, NetworkStatus.ROAMING}), None)
    if registered:
        return registered
    looking = not each or any(status is NetworkStatus.LOOKING for status, _ in each[:1])
    return (NetworkStatus.LOOKING if looking else NetworkStatus.DENIED), ""


def operator_of(answer: Answer) -> str:
    """The network's name; empty while there is none."""
    fields = arguments(answer.line) if answer.ok else []
    return fields[2] if len(fields) > 2 else ""


def signal_dbm_of(answer: Answer) -> int | None:
    """AT+CSQ as dBm (section 8.5: 0 to 31 are -113 to -51 in steps of 2); None where unknown."""
    fields = arguments(answer.line) if answer.ok else []
    steps = int(fields[0]) if fields and fields[0].isdecimal() else 99
    return -113 + 2 * steps if steps <= 31 else None


def is_active(answer: Answer) -> bool | None:
    """Whether context 1 is up; None where the modem does not say."""
    states = [arguments(line) for line in answer.lines] if answer.ok else []
    return next((fields[1] == "1" for fields in states if fields[:1] == ["1"]), None)


def ends_data(line: str) -> bool:
    """Whether news of the modem mean that the network took the data away (section 10.1.19)."""
    return re.match(r"\+CGEV: ?(NW|ME) (DETACH|PDN DEACT 1\b|DEACT )", line) is not None


def is_of_network(line: str) -> bool:
    """Whether news of the modem mean that the registration is worth a question."""
    return re.match(r"\+C[EG]?REG:", line) is not None


def is_of_card(line: str) -> bool:
    """Whether the card has come, gone or been unlocked (+QUSIM: Quectel's news after it has read the card)."""
    return re.match(r"\+(CPIN|QUSIM|SIMCARD):", line) is not None
