"""A program that holds a data connection, run as a child: its lines as they come, its end, and its death with ours. It knows no modem.

A child is asked to end (SIGTERM), so that it can take its address and route away, and killed when it does not. If the device dies, the kernel asks it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

_PATIENCE_S = 3
"""For a child that was asked to end."""
_DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM")
"""util-linux; part of every Debian."""

log = logging.getLogger("keepline.cellular")


class Program:
    """One child at a time. `start` ends the one before it."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self, words: Sequence[str], on_line: Callable[[str], None], on_end: Callable[[int], None]) -> None:
        """Run `words`. `on_line` gets what it prints, `on_end` its exit status when it ends by itself (-1: it cannot be run)."""
        before = self._cancelled()
        self._task = asyncio.get_running_loop().create_task(_run(before, words, on_line, on_end))

    def stop(self) -> None:
        """Ask it to end. None of its callbacks comes any more."""
        before = self._cancelled()
        if before is not None:
            self._task = before

    async def ended(self) -> None:
        """Wait for the end of a child that was stopped."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _cancelled(self) -> asyncio.Task[None] | None:
        task = self._task
        if task is not None:
            task.cancel()
        return task


async def _run(
    before: asyncio.Task[None] | None, words: Sequence[str], on_line: Callable[[str], None], on_end: Callable[[int], None]
) -> None:
    if before is not None:
        # shielded: if we are cancelled while the one before still ends, it must end all the same
        await asyncio.shield(asyncio.gather(before, return_exceptions=True))
    try:
        child = await asyncio.create_subprocess_exec(
            *_DIES_WITH_US,
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        log.warning("%s cannot be run: %s", words[0], error.strerror)
        on_end(-1)
        return
    try:
        assert child.stdout is not None  # noqa: S101 (asked for above)
        while line := await child.stdout.readline():
            on_line(line.decode("utf-8", "replace").strip())
        status = await child.wait()
    finally:
        await _end(child)
    on_end(status)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await child.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
