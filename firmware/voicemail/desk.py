"""What a session needs of its surroundings: an answering place in the audio bridge, and prompts. It knows neither the engine nor a language."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future


class Source(Protocol):
    """Something to be heard."""

    @property
    def finished(self) -> bool:
        """Only silence follows."""

    def take(self, samples: int) -> bytes:
        """The next samples, 16-bit, 8000 a second."""


class Sink(Protocol):
    def give(self, frame: bytes) -> None:
        """80 samples, in the media thread: only append and post."""


class Desk(Protocol):
    def play(self, source: Source, on_end: Callable[[], None] | None = None) -> None:
        """In place of what plays; `on_end` is posted when it ends by itself."""

    def stop_playing(self) -> None: ...

    def record(self, sink: Sink | None) -> None:
        """Give every frame that is heard to `sink`; None ends it."""


class Prompts(Protocol):
    """Recorded sentences in the owner's language."""

    def source(self, *names: str) -> Source:
        """One after another."""


class Player:
    """Plays at a desk, one thing at a time, and reports only the end of the last one: a digit may have replaced what just ended."""

    def __init__(self, desk: Desk, on_end: Callable[[], None]) -> None:
        self._desk = desk
        self._on_end = on_end
        self._turn = 0

    @property
    def turn(self) -> int:
        """Changes with everything that is played or stopped."""
        return self._turn

    def play(self, source: Source) -> None:
        self._turn += 1
        turn = self._turn
        self._desk.play(source, lambda: self._ended(turn))

    def stop(self) -> None:
        self._turn += 1
        self._desk.stop_playing()

    def _ended(self, turn: int) -> None:
        if turn == self._turn:
            self._on_end()


T = TypeVar("T")


def when_done(
    future: "Future[T]", post: Callable[[Callable[[], None]], None], then: Callable[[T | None, BaseException | None], None]
) -> None:
    """Bring a worker's answer to the deciding thread: the result and no error, or no result and the error."""

    def answer() -> None:
        error = future.exception()
        then(None if error else future.result(), error)

    future.add_done_callback(lambda _future: post(answer))
