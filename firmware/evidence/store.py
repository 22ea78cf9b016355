"""The evidence of the last calls on the disk: one file a call, the oldest forgotten. Everything runs on one worker thread; knows no call."""

import gzip
import json
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

MOST_CALLS = 50
LARGEST_BYTES = 1_000_000

_ID = re.compile(r"[0-9a-f]{32}")


class Store:
    """`trouble` is told, on the worker thread, what could not be kept."""

    def __init__(self, folder: Path, trouble: Callable[[str], None]) -> None:
        self._folder = folder
        self._trouble = trouble
        self._worker = ThreadPoolExecutor(1, "evidence")

    def keep(self, call: str, evidence: dict[str, Any]) -> "Future[None]":
        return self._worker.submit(self._keep, call, evidence)

    def read(self, call: str) -> "Future[dict[str, Any] | None]":
        return self._worker.submit(self._read, call)

    def erase(self) -> "Future[None]":
        return self._worker.submit(self._erase)

    def close(self) -> None:
        self._worker.shutdown()

    def _keep(self, call: str, evidence: dict[str, Any]) -> None:
        content = gzip.compress(json.dumps(evidence).encode(), 6)
        if not _ID.fullmatch(call) or len(content) > LARGEST_BYTES:
            return
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            new = self._folder / f"{call}.new"
            new.write_bytes(content)
            new.replace(self._path(call))
            self._forget_oldest()
        except OSError as error:
            self._trouble(f"the evidence of a call was not kept: {error.strerror}")

    def _erase(self) -> None:
        with suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                path.unlink(missing_ok=True)

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in files[MOST_CALLS:]:
            path.unlink(missing_ok=True)

    def _read(self, call: str) -> dict[str, Any] | None:
        if not _ID.fullmatch(call):
            return None
        with suppress(OSError, ValueError, EOFError):
            found = json.loads(gzip.decompress(self._path(call).read_bytes()))
            return found if isinstance(found, dict) else None
        return None

    def _path(self, call: str) -> Path:
        return self._folder / f"{call}.json.gz"
