"""What the controller needs of others, as Protocols: links, questions, routes, the SIP agent, the modem. It knows none of them by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from firmware.core.uplink_events import Target
from firmware.network.link_state import LinkState
from firmware.sip.bearer import Bearer


@dataclass(frozen=True)
class Answered:
    rtt_ms: float


@dataclass(frozen=True)
class Unanswered:
    pass


@dataclass(frozen=True)
class Intercepted:
    """A login page answered."""


@dataclass(frozen=True)
class Apart:
    """It can be asked of nobody there: its addresses are known, and the uplink has none of their families."""


Outcome = Answered | Unanswered | Intercepted | Apart


class Links(Protocol):
    """`firmware.network.watch.NetworkWatch`."""

    @property
    def links(self) -> list[LinkState]: ...

    def start(self, on_link: Callable[[LinkState], None]) -> None: ...

    def stop(self) -> None: ...


class Questions(Protocol):
    """Who can be asked through an uplink, and asking. `done` comes later on the deciding thread, exactly once."""

    def targets(self, link: LinkState) -> frozenset[Target]: ...

    def ask(self, link: LinkState, target: Target, timeout_ms: int, done: Callable[[Outcome], None]) -> None: ...


class Routes(Protocol):
    """`firmware.network.routes.Routes`; all of it may raise NetworkError."""

    def claim(self, link: LinkState) -> None: ...

    def use_for_voice(self, uplink: str, first_port: int, last_port: int) -> None: ...

    def release_all(self) -> None: ...


class Measured(Protocol):
    """A call's RTP figures since its start."""

    @property
    def rx_packets(self) -> int: ...

    @property
    def rx_lost(self) -> int: ...

    @property
    def jitter_ms(self) -> float: ...

    @property
    def rtt_ms(self) -> float: ...


class Agent(Protocol):
    """`firmware.sip.agent.Agent`. To be told the same active bearer again moves nothing."""

    def use(self, active: Bearer | None, standby: Sequence[Bearer] = ()) -> None: ...

    def watch_voice(self, wanted: bool) -> None: ...  # noqa: FBT001 (a watch is on or off)

    def quality(self, handle: str) -> Measured: ...


class Modem(Protocol):
    """The cellular session: kept attached all the time, for bringing it up is the slowest step of all."""

    def connect(self) -> None: ...

    def disconnect(self) -> None: ...

    def lost(self, reason: str) -> None:
        """Nothing has come through for a while, though the modem may believe otherwise."""


@dataclass(frozen=True)
class Parts:
    links: Links
    questions: Questions
    agent: Agent
    routes: Routes | None = None
    """None where this process may not change routes: everything is watched, and calls are bound by address alone."""
    modem: Modem | None = None
