"""What the modem's session is at any moment, the rules it lives by and how long it waits. Data only."""

from dataclasses import dataclass
from enum import Enum

from firmware.core.modem_events import Apn
from firmware.core.modem_ladder import FOOT, Cause, Ladder, Rung


class ModemPhase(Enum):
    STOPPED = "stopped"
    ABSENT = "absent"
    """No port. It is looked for."""
    STARTING = "starting"
    """Answers; its model is asked and it is set up."""
    UNLOCKING = "unlocking"
    LOCKED = "locked"
    """The card cannot be used until somebody does something: PIN, PUK, no card."""
    SEARCHING = "searching"
    IDLE = "idle"
    """Registered, and no data is wanted."""
    BARRED = "barred"
    """Registered abroad, where the settings allow no data."""
    CONNECTING = "connecting"
    PROVING = "proving"
    CONNECTED = "connected"
    WAITING = "waiting"
    """Before the next rung."""
    RECOVERING = "recovering"
    """A rung is being carried out."""


@dataclass(frozen=True)
class ModemRules:
    roaming: bool = False
    """Whether data is allowed in a foreign network."""
    rungs: frozenset[Rung] = frozenset({Rung.RADIO, Rung.RESET})
    """What this device can do besides connecting again."""


@dataclass(frozen=True)
class ModemTimes:
    """Milliseconds."""

    absent_ms: int = 60_000
    """Without a port; booting takes 14 s and is given 30 (hal.modem_tables)."""
    prepare_ms: int = 60_000
    card_busy_ms: int = 1_000
    """SIM busy comes for seconds after unlocking."""
    card_ms: int = 60_000
    card_look_ms: int = 30_000
    """Whether somebody has put a card in."""
    register_look_ms: int = 3_000
    """ModemManager asks as often while registering (mm-iface-modem-3gpp.c)."""
    register_ms: int = 180_000
    connect_ms: int = 90_000
    prove_ms: int = 20_000
    watch_ms: int = 30_000
    """ModemManager's signal and registration poll."""
    unregistered_ms: int = 30_000
    """A connection survives that long without a network: changing cells takes seconds."""
    recover_ms: int = 90_000
    patience_ms: int = 900_000
    """Between looks when the day's budget is spent."""


TIMES = ModemTimes()


@dataclass(frozen=True)
class ModemState:
    phase: ModemPhase = ModemPhase.STOPPED
    wanted: bool = True
    apns: tuple[Apn, ...] = ()
    """Still to be tried; the first one is being tried or in use."""
    ladder: Ladder = FOOT
    cause: Cause = Cause.DATA
    rung: Rung | None = None
    """The rung that is waited for or being carried out."""
    trouble: str = ""
    """What is wrong, in words for the owner; empty: nothing."""
