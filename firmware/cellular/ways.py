"""Who carries out an order for data: we ourselves, where we are root, or the helper behind its socket, where we are not. Bearers do not see the difference."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from firmware.cellular.data_orders import LONGEST, DataOrder, Dial, as_line, from_line
from firmware.cellular.dhcp_client import lease_words
from firmware.cellular.ppp_daemon import dial_words
from firmware.cellular.program import Body, OnLine, run_child

HELPER = Path("/run/keepline-data.sock")
"""systemd/keepline-data.socket."""
LINE, ENDED = "> ", "= "
"""How the helper's lines begin: what the program printed, and its exit status, which is the last."""
_PATIENCE_S = 5
"""A child is asked for three seconds (program)."""
NOT_HELPED = -2
"""In place of an exit status: the helper did not do it."""

log = logging.getLogger("keepline.cellular")

Way = Callable[[DataOrder], Body]


def best_way(folder: Path) -> Way:
    """`folder` is private; it is used where there is no helper."""
    return by_helper(HELPER) if HELPER.is_socket() else by_ourselves(folder)


def by_ourselves(folder: Path) -> Way:
    return lambda order: partial(run_child, words_of(order, folder))


def by_helper(path: Path) -> Way:
    return lambda order: partial(_ask, path, as_line(order))


def words_of(order: DataOrder, folder: Path) -> list[str]:
    """The program's command line; what it reads is written to the private folder. Raises ValueError for text that cannot be told it, OSError."""
    return dial_words(order, folder) if isinstance(order, Dial) else lease_words(order, folder)


async def _ask(path: Path, line: bytes, on_line: OnLine) -> int:
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError as error:
        log.warning("the helper for data connections cannot be reached: %s", error.strerror)
        return NOT_HELPED
    try:
        writer.write(line)
        return await _hear(reader, on_line)
    except OSError:
        return NOT_HELPED
    finally:
        await _let_go(reader, writer)


async def _hear(reader: asyncio.StreamReader, on_line: OnLine) -> int:
    while told := (await reader.readline()).decode("utf-8", "replace"):
        if told.startswith(ENDED):
            return int(told.removeprefix(ENDED))
        on_line(told.removeprefix(LINE).strip())
    return NOT_HELPED


async def _let_go(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The helper ends its program when we have nothing more to say, and goes when that has ended."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            writer.write_eof()
            await reader.read()
    writer.close()


async def help_one(connection: socket.socket, folder: Path) -> None:
    """The helper's side of one connection: one order, until its program ends or the asker goes away. Raises DataOrderWrong."""
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=LONGEST)
    body = by_ourselves(folder)(from_line(await reader.readline()))
    running = asyncio.ensure_future(body(lambda line: writer.write(f"{LINE}{line}\n".encode())))
    left = asyncio.ensure_future(reader.read())
    await asyncio.wait({running, left}, return_when=asyncio.FIRST_COMPLETED)
    left.cancel()
    if running.done():
        writer.write(f"{ENDED}{running.result()}\n".encode())
    else:
        running.cancel()
    await asyncio.gather(running, left, return_exceptions=True)
    writer.close()
