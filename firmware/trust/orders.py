"""The control socket's `access.*` orders: login, first set-up, password, tokens, certificate. It knows no page; who asks is told by the page.

Every word is judged here, in the device, one at a time: a thousand logins at once cost one hash each, and most of them none.
"""

import asyncio
import hmac
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from firmware.orders import Handler, OrderRefused, shown
from firmware.settings.model import Settings
from firmware.trust import attempts, label, password, tokens
from firmware.trust.record import RecordFile

STEPS = ("language", "password", "uplink", "number", "test", "ring", "done")
"""The first set-up, in order."""

_WRONG_PASSWORD = "That is not the password."  # noqa: S105 (a sentence)
_WRONG_CODE = "That is not the code on the label."


class AccessOrders:
    """`folder` is the state folder; `save_hash` writes [web] password_hash and makes it hold."""

    def __init__(
        self, folder: Path, settings: Callable[[], Settings], board: str, save_hash: Callable[[str], Awaitable[None]]
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._board = board
        self._save_hash = save_hash
        self._file = RecordFile(folder / "access.json")
        self._code = label.setup_code(folder / "setup-code")
        self._judging = asyncio.Lock()

    def orders(self) -> dict[str, Handler]:
        return {
            "access.state": self.state,
            "access.login": self.login,
            "access.setup_code": self.setup_code,
            "access.setup_step": self.setup_step,
            "access.set_password": self.set_password,
            "access.tokens": self.tokens,
            "access.token_new": self.token_new,
            "access.token_revoke": self.token_revoke,
            "access.token_check": self.token_check,
            "access.certificate": self.certificate,
        }

    async def state(self) -> object:
        device = self._settings().device
        return {
            "password_set": bool(self._hash),
            "setup": {"done": self.is_set_up, "step": self._step, "steps": list(STEPS)},
            "name": device.name,
            "language": device.language,
            "board": self._board,
            "names": list(self._settings().web.names),
        }

    @property
    def is_set_up(self) -> bool:
        return self._step == "done"

    @property
    def _hash(self) -> str:
        return self._settings().web.password_hash.reveal()

    @property
    def _step(self) -> str:
        """A password that came with the settings file ends the set-up: its owner knows what to do."""
        return self._file.now.step or ("done" if self._hash else STEPS[0])

    async def login(self, password: str, address: str = "") -> object:
        return await self._judge(address, _WRONG_PASSWORD, self._check_password, password)

    async def _check_password(self, given: str) -> bool:
        # without a hash there is no password to be right, whatever is given
        return bool(self._hash) and await asyncio.to_thread(password.matches, self._hash, given[: password.LONGEST])

    async def setup_code(self, code: str, address: str = "") -> object:
        if self._hash:
            return _judged(ok=False, reason="The box is set up already; sign in with its password.")
        return await self._judge(address, _WRONG_CODE, self._check_code, code)

    async def _check_code(self, given: str) -> bool:
        return label.is_right(self._code, given[:64])

    async def _judge(self, address: str, wrong: str, check: Callable[[str], Awaitable[bool]], word: str) -> object:
        place = attempts.place_of(address)
        async with self._judging:
            wait_s = attempts.wait_s(self._file.now.attempts, place, time.time())
            if wait_s:
                return _judged(ok=False, reason=f"Too many wrong tries; try again in {_in_words(wait_s)}.", wait_s=wait_s)
            if await check(word):
                self._keep_attempts(attempts.succeeded(self._file.now.attempts, place))
                return _judged(ok=True)
            self._keep_attempts(attempts.failed(self._file.now.attempts, place, time.time()))
            return _judged(ok=False, reason=wrong)

    def _keep_attempts(self, changed: attempts.Attempts) -> None:
        if changed != self._file.now.attempts:
            self._file.keep(replace(self._file.now, attempts=changed))

    async def setup_step(self, step: str) -> object:
        if step not in STEPS:
            raise OrderRefused(f"access.setup_step: step must be one of {', '.join(STEPS)}, not {shown(step)}")
        if step == "done" and not self._hash:
            raise OrderRefused("the set-up cannot end before the page has a password")
        self._file.keep(replace(self._file.now, step=step))
        return await self.state()

    async def set_password(self, new: str, old: str = "", address: str = "") -> object:
        weak = password.weakness(new)
        if weak or label.is_right(self._code, new):
            return _judged(ok=False, reason=weak or "The code on the label cannot be the password.")
        if self._hash:
            judged = await self._judge(address, "That is not the present password.", self._check_password, old)
            if not isinstance(judged, dict) or not judged["ok"]:
                return judged
        step = self._step  # before there is a password, which would end the set-up
        await self._save_hash(await asyncio.to_thread(password.hash_of, new))
        self._file.keep(replace(self._file.now, step=step))
        return _judged(ok=True)

    async def tokens(self) -> object:
        return [_token(token) for token in self._file.now.tokens]

    async def token_new(self, name: str, scope: str) -> object:
        if scope not in tokens.SCOPES:
            raise OrderRefused(f"access.token_new: scope must be one of {', '.join(tokens.SCOPES)}, not {shown(scope)}")
        if not 1 <= len(name) <= 64 or not name.isprintable():
            raise OrderRefused("access.token_new: name must be 1 to 64 printable characters")
        if len(self._file.now.tokens) >= tokens.MOST_TOKENS:
            raise OrderRefused(f"there are {tokens.MOST_TOKENS} tokens already; revoke one first")
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        word, token = tokens.new_token(name, scope, now)
        self._file.keep(replace(self._file.now, tokens=(*self._file.now.tokens, token)))
        return _token(token) | {"word": word}

    async def token_revoke(self, token: str) -> object:
        kept = tuple(each for each in self._file.now.tokens if each.id != token)
        if len(kept) == len(self._file.now.tokens):
            raise OrderRefused(f"there is no token {shown(token)}")
        self._file.keep(replace(self._file.now, tokens=kept))
        return {}

    async def token_check(self, word: str) -> object:
        digest = tokens.digest_of(word)
        found = [each for each in self._file.now.tokens if hmac.compare_digest(each.digest, digest)]
        return {"scope": found[0].scope if found else "", "id": found[0].id if found else ""}

    async def certificate(self) -> object:
        from firmware.trust.certificate import certificate_in, fingerprint  # noqa: PLC0415 - cryptography takes 8 MB; only HTTPS asks

        name = socket.gethostname().lower()
        names = {"keepline.local", "localhost", "127.0.0.1", name, f"{name.partition('.')[0]}.local"}
        try:
            pem, key = await asyncio.to_thread(certificate_in, self._folder, sorted(names), datetime.now(UTC))
        except OSError as error:
            raise OrderRefused(f"the page's certificate cannot be kept: {error.strerror}") from error
        return {"certificate": pem, "key": key, "fingerprint": fingerprint(pem)}


def _judged(*, ok: bool, reason: str = "", wait_s: int = 0) -> dict[str, object]:
    return {"ok": ok, "reason": reason, "wait_s": wait_s}


def _token(token: tokens.Token) -> dict[str, object]:
    return {"id": token.id, "name": token.name, "scope": token.scope, "made_at": token.made_at}


def _in_words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
