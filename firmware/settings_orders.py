"""The control socket's `settings.*` orders: show, preview, save, the providers' presets, a trial of an account.

The file on the disk is what is shown and changed; what runs follows by the device's own reload. Knows no page and no call.
"""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from firmware.orders import Handler, OrderRefused
from firmware.settings.changes import changed
from firmware.settings.check import check
from firmware.settings.describe import describe, needs_restart
from firmware.settings.difference import difference
from firmware.settings.errors import Mistake, SettingsUnsaved, SettingsWrong
from firmware.settings.load import presets_for
from firmware.settings.model import Account, Settings, Sip
from firmware.settings.read import read, toml
from firmware.settings.save import save
from firmware.settings.secret import MASK
from firmware.settings.shown import shown
from firmware.settings.write import as_toml

Json = dict[str, Any]
Reload = Callable[[], Awaitable[object]]
Trial = Callable[[Account, Sip], Awaitable[Json]]

FILE = "settings"
"""What the sentences call the file: its path says nothing to somebody at a page."""

_ELSEWHERE = frozenset({"lines", "mailbox"})

_OWN_DOOR = Mistake("web", "password_hash", "is changed under Password, which asks for the present one")


class SettingsOrders:
    """`reload` makes the device take up what is on the disk; `trial` registers an account for a moment."""

    def __init__(self, path: Path, reload: Reload, trial: Trial) -> None:
        self._path = path
        self._reload = reload
        self._trial = trial
        self._saving = asyncio.Lock()

    def orders(self) -> dict[str, Handler]:
        return {
            "settings.show": self.show,
            "settings.preview": self.preview,
            "settings.save": self.save,
            "settings.providers": self.providers,
            "settings.test_account": self.test_account,
        }

    async def show(self) -> object:
        """Everything, secrets masked, and what each key is for. A file with mistakes shows what of it is right."""
        content = self._read()
        settings, mistakes = self._check(_toml(content))
        return {
            "revision": _revision(content),
            "values": shown(settings),
            "sections": describe(),
            "mistakes": [_mistake(mistake) for mistake in mistakes],
        }

    async def preview(self, changes: str, revision: str = "") -> object:
        content = self._read()
        self._check_revision(content, revision)
        return self._judge(content, *_without_password(_changes(changes)))[1]

    async def save(self, changes: str, revision: str = "") -> object:
        """All of it, or nothing: with one mistake nothing is written."""
        return await self._save(*_without_password(_changes(changes)), revision)

    async def save_password(self, hashed: str) -> None:
        """[web] password_hash, which `save` does not touch; raises OrderRefused."""
        done = await self._save({"web": {"password_hash": hashed}})
        if done["mistakes"]:
            raise OrderRefused(done["mistakes"][0]["sentence"])

    async def _save(self, changes: Json, refused: tuple[Mistake, ...] = (), revision: str = "") -> Json:
        async with self._saving:
            content = self._read()
            self._check_revision(content, revision)
            settings, judged = self._judge(content, changes, refused)
            if judged["mistakes"]:
                return {**judged, "saved": False}
            await self._write(settings)
            await self._reload()
        return {**judged, "saved": True, "revision": _revision(self._read())}

    async def _write(self, settings: Settings) -> None:
        text = as_toml(settings, presets_for(self._path))
        try:
            await asyncio.to_thread(save, self._path, text)  # it waits for the disk
        except (SettingsWrong, SettingsUnsaved) as problem:
            raise OrderRefused(str(problem)) from problem

    def _judge(self, content: bytes, changes: Json, refused: tuple[Mistake, ...] = ()) -> tuple[Settings, Json]:
        """The settings as they would be, and what that changes."""
        raw = _toml(content)
        before, _ = self._check(raw)
        result = changed(raw, changes)
        after, mistakes = self._check(result.data)
        differences = [] if mistakes else _differences(before, after)
        told: Json = {
            "revision": _revision(content),
            "changed": differences,
            "after_restart": [each["key"] for each in differences if each["restart"]],
            "mistakes": [_mistake(mistake) for mistake in (*refused, *result.mistakes, *mistakes)],
        }
        return after, told

    def _check(self, raw: Mapping[str, object]) -> tuple[Settings, tuple[Mistake, ...]]:
        return check(raw, lambda: presets_for(self._path))

    def _check_revision(self, content: bytes, revision: str) -> None:
        if revision and revision != _revision(content):
            raise OrderRefused("somebody else saved the settings meanwhile; look at them again before you change them")

    def _read(self) -> bytes:
        try:
            return read(self._path)
        except SettingsWrong as wrong:
            raise OrderRefused(str(wrong)) from wrong

    async def providers(self) -> object:
        presets = await asyncio.to_thread(presets_for, self._path)
        return {"providers": [preset.plain for preset in presets.known.values()], "skipped": list(presets.sentences)}

    async def test_account(self, account: str) -> object:
        """Registers what would be this account, beside those that run; a masked password is that of the account with the same id.

        Its Contact has a user part of its own, so that the end of the trial does not end the registration of an account that is the same.
        """
        raw = _toml(self._read())
        given = changed(raw, {"account": [_changes(account) | {"contact_user": f"trial-{secrets.token_hex(4)}"}]})
        settings, mistakes = self._check({"account": given.data["account"], "sip": raw.get("sip", {})})
        # a trial is of the account alone: what it refers to elsewhere need not be there yet
        mine = [each for each in (*given.mistakes, *mistakes) if each.table == "account.1" and each.key not in _ELSEWHERE]
        if mine:
            return {"ok": False, "reason": mine[0].sentence(FILE), "status": 0, "mistakes": [_mistake(each) for each in mine]}
        return {"mistakes": [], **await self._trial(settings.account[0], settings.sip)}


def _changes(text: str) -> Json:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise OrderRefused("the changes are not JSON") from error
    if not isinstance(data, dict):
        raise OrderRefused("the changes must be an object of sections by name")
    return data


def _toml(content: bytes) -> dict[str, object]:
    try:
        return toml(content, FILE)
    except SettingsWrong as wrong:
        raise OrderRefused(str(wrong)) from wrong


def _without_password(changes: Json) -> tuple[Json, tuple[Mistake, ...]]:
    """The password has a door of its own; a form that sends back what it was shown touches nothing."""
    web = changes.get("web", {})
    if not isinstance(web, dict):
        return changes, (_OWN_DOOR,)
    touched = web.get("password_hash", MASK) not in (MASK, "")  # it may be a list
    rest = {name: value for name, value in web.items() if name != "password_hash"}
    return changes | ({"web": rest} if web else {}), (_OWN_DOOR,) if touched else ()


def _mistake(mistake: Mistake) -> Json:
    return {
        "table": mistake.table,
        "key": mistake.key,
        "sentence": mistake.sentence(FILE),
        "problem": mistake.problem,
        "allowed": mistake.allowed,
    }


def _differences(before: Settings, after: Settings) -> list[Json]:
    old, new = shown(before), shown(after)
    return [
        {"key": place, "old": _at(old, place), "new": _at(new, place), "restart": needs_restart(place)}
        for place in difference(before, after)
    ]


def _at(values: Any, place: str) -> object:  # noqa: ANN401 - JSON
    """The value at "account.1.server"; null where there is none."""
    for part in place.split("."):
        if isinstance(values, list):
            values = values[int(part) - 1] if int(part) <= len(values) else None
        else:
            values = values.get(part) if isinstance(values, dict) else None
    found: object = values
    return found


def _revision(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
