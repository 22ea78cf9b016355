"""A program that holds a data connection: its lines as they come, its end, and its death with ours where it is our child. It knows no modem.

A child is asked to end (SIGTERM), so that it can take its address and route away, and killed when it does not. If the device dies, the kernel asks it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress

_PATIENCE_S = 3
"""For a child that was asked to end."""
_DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM")
"""util-linux; part of every Debian."""

log = logging.getLogger("keepline.cellular")

OnLine = Callable[[str], None]
Body = Callable[[OnLine], Coroutine[object, object, int]]
"""What runs until its end, telling lines: its exit status. It ends early when it is cancelled."""


class Program:
    """One child at a time. `start` ends the one before it."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self, body: Body, on_line: OnLine, on_end: Callable[[int], None]) -> None:
        """Run `body`. `on_line` gets what it prints, `on_end` its exit status when it ends by itself (-1: it cannot be run)."""
        before = self._cancelled()
        self._task = asyncio.get_running_loop().create_task(_run(before, body, on_line, on_end))

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


async def _run(before: asyncio.Task[None] | None, body: Body, on_line: OnLine, on_end: Callable[[int], None]) -> None:
    if before is not None:
        # shielded: if we are cancelled while the one before still ends, it must end all the same
        await asyncio.shield(asyncio.gather(before, return_exceptions=True))
    on_end(await body(on_line))


async def run_child(words: Sequence[str], on_line: OnLine) -> int:
    """Its exit status, -1 if it cannot be run. Cancelled, it ends the child."""
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
        return -1
    try:
        assert child.stdout is not None  # noqa: S101 (asked for above)
        while line := await child.stdout.readline():
            on_line(line.decode("utf-8", "replace").strip())
        return await child.wait()
    finally:
        await _end(child)


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
