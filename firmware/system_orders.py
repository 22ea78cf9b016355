"""The control socket's `system.*` orders: backup, restore, restart, factory reset, updates, logs, support bundle.

What changes the box as a whole is noted and done at the next start (system.pending), so that nothing is pulled away from under a running part.
"""

import asyncio
import base64
import io
import json
import logging
import platform
import zipfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmware import VERSION
from firmware.orders import Handler, OrderRefused
from firmware.settings.errors import SettingsWrong
from firmware.settings.keys import keys
from firmware.settings.load import own_presets, parse, presets_for
from firmware.settings.model import SECTIONS, Settings, Table, with_changes
from firmware.settings.read import read
from firmware.settings.secret import Secret
from firmware.settings.shown import shown
from firmware.settings.write import as_toml
from firmware.system.backup import Content, as_text
from firmware.system.backup import read as read_backup
from firmware.system.errors import BackupWrong, UpdaterUnclear
from firmware.system.log_ring import LogRing, without, without_numbers
from firmware.system.pending import as_made, ask_reset, ask_restore
from firmware.system.updates import Doing, Updater, Wish, ask, find

log = logging.getLogger("keepline.system")

Look = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Parts:
    """What the orders are about. `restart` ends the device so that it starts anew; `looks` are further files of the support bundle by name."""

    settings_path: Path
    state: Path
    settings: Callable[[], Settings]
    in_call: Callable[[], bool]
    restart: Callable[[], None]
    looks: Mapping[str, Look]


class SystemOrders:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._log = LogRing()
        logging.getLogger().addHandler(self._log)

    def close(self) -> None:
        logging.getLogger().removeHandler(self._log)

    def orders(self) -> dict[str, Handler]:
        return {
            "system.backup": self.backup,
            "system.restore": self.restore,
            "system.restart": self.restart,
            "system.factory_reset": self.factory_reset,
            "system.update": self.update,
            "system.update_look": self.look_for_update,
            "system.update_install": self.install_update,
            "system.logs": self.logs,
            "system.support": self.support,
        }

    async def backup(self, secrets: bool = False, passphrase: str = "") -> object:  # noqa: FBT001, FBT002 (named by the protocol)
        """`backup`: the file's text, `name`: what to call it."""
        settings = self._read()
        presets = presets_for(self._parts.settings_path)
        text = as_toml(settings if secrets else _without_secrets(settings), presets)
        content = Content(text, self._services(), self._presets(), secrets)
        now = datetime.now(UTC)
        about = {"name": settings.device.name, "version": VERSION, "made_at": now.isoformat(timespec="seconds")}
        try:
            made = await asyncio.to_thread(as_text, content, about, passphrase)
        except BackupWrong as wrong:
            raise OrderRefused(str(wrong)) from wrong
        return {"name": f"keepline-{now:%Y-%m-%d}.json", "backup": made}

    async def restore(
        self,
        backup: str,
        passphrase: str = "",
        check_only: bool = False,  # noqa: FBT001, FBT002 (named by the protocol)
    ) -> object:
        """Everything is checked first; then the device starts anew with it. Secrets a backup left out stay those of this box where they fit."""
        try:
            content = await asyncio.to_thread(read_backup, backup, passphrase)
        except BackupWrong as wrong:
            raise OrderRefused(str(wrong)) from wrong
        settings, missing = self._restored(content)
        told = {"secrets": content.secrets, "missing": missing, "restarts": not check_only, "settings": shown(settings)}
        if check_only:
            return told
        self._refuse_in_call("restored")
        text = as_toml(settings, presets_for(self._parts.settings_path))
        await self._ask(lambda: ask_restore(self._parts.state, Content(text, content.services, content.presets)))
        self._restart_soon()
        return told

    def _restored(self, content: Content) -> tuple[Settings, list[str]]:
        """The settings as they will be; and whose secrets are missing, as "account home: password"."""
        try:
            settings = parse(content.settings.encode(), "the backup", own_presets(self._parts.settings_path))
        except SettingsWrong as wrong:
            raise OrderRefused(str(wrong).replace("\n", " ")) from wrong
        # where this box listens and who may sign in are its own affair, not the backup's
        present = self._read()
        settings = with_changes(settings, web=present.web)
        return _with_secrets_of(present, settings) if not content.secrets else (settings, [])

    async def restart(self) -> object:
        self._restart_soon()
        return {}

    async def factory_reset(self, confirm: str) -> object:
        settings = self._parts.settings()
        if confirm != settings.device.name:
            raise OrderRefused("the box's name was not typed as it is; nothing was reset")
        return await self.reset()

    async def reset(self) -> object:
        """The same for whoever stands in front of the box and needs not type its name."""
        fresh = as_made(self._parts.settings())
        await self._ask(lambda: ask_reset(self._parts.state, as_toml(fresh)))
        self._restart_soon()
        return {}

    async def update(self) -> object:
        """`version` runs; `updater` null where this system has none."""
        found = await asyncio.to_thread(self._updater)
        told = asdict(found) | {"doing": found.doing.value} if found else None
        return {"version": VERSION, "updater": told}

    async def look_for_update(self) -> object:
        await self._ask_updater(Wish.LOOK)
        return await self.update()

    async def install_update(self) -> object:
        self._refuse_in_call("updated")
        found = await self._ask_updater(Wish.INSTALL)
        log.info("update to %s asked for", found.offered)
        return await self.update()

    async def _ask_updater(self, wish: Wish) -> Updater:
        found = await asyncio.to_thread(self._updater)
        if found is None:
            raise OrderRefused("Updates are not set up on this system.")
        if found.doing in {Doing.LOOKING, Doing.INSTALLING}:
            raise OrderRefused("The updater is at work already.")
        if wish is Wish.INSTALL and not found.offered:
            raise OrderRefused("There is no newer version to install.")
        await self._ask(lambda: ask(self._parts.state, wish))
        return found

    def _updater(self) -> Updater | None:
        try:
            return find(self._parts.state)
        except UpdaterUnclear as unclear:
            raise OrderRefused(str(unclear)) from unclear

    async def logs(self, lines: int = 200, level: str = "debug") -> object:
        number = logging.getLevelNamesMapping().get(level.upper())
        if number is None or not 1 <= lines <= 2000:
            raise OrderRefused("system.logs: lines must be 1 to 2000, level debug, info, warning or error")
        return {"lines": self._log.lines(lines, number, _secrets(self._parts.settings()))}

    async def support(self) -> object:
        """A zip file: state, settings, log, calls; no secret, and numbers only with their last two digits."""
        settings = self._read()
        files = {"settings.json": json.dumps(shown(settings), indent=1), "about.txt": _about()}
        files["log.txt"] = "\n".join(self._log.lines(2000, logging.DEBUG, ()))
        for name, look in self._parts.looks.items():
            files[name] = json.dumps(await look(), indent=1)
        hidden = [secret for secret in _secrets(settings) if len(secret) >= 4]
        zipped = await asyncio.to_thread(_zip, files, hidden)
        return {"name": f"keepline-support-{datetime.now(UTC):%Y-%m-%d}.zip", "zip": base64.b64encode(zipped).decode()}

    def _read(self) -> Settings:
        """What the file says: it is what a backup is of."""
        path = self._parts.settings_path
        try:
            return parse(read(path), "settings", own_presets(path))
        except SettingsWrong as wrong:
            raise OrderRefused(str(wrong).replace("\n", " ")) from wrong

    def _services(self) -> Mapping[str, Any]:
        try:
            services = json.loads((self._parts.state / "services.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return services if isinstance(services, dict) else {}

    def _presets(self) -> Mapping[str, str]:
        try:
            return {path.name: path.read_text(encoding="utf-8") for path in own_presets(self._parts.settings_path).glob("*.toml")}
        except (OSError, ValueError):
            return {}

    def _refuse_in_call(self, done: str) -> None:
        if self._parts.in_call():
            raise OrderRefused(f"a call is in progress; nothing was {done}, since that would end it")

    async def _ask(self, note: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(note)
        except OSError as error:
            raise OrderRefused(f"this could not be noted down: {error.strerror}") from error

    def _restart_soon(self) -> None:
        """After the answer is out."""
        asyncio.get_running_loop().call_later(0.2, self._parts.restart)


def _tables(settings: Settings) -> Iterable[tuple[str, Table]]:
    """With a name that stays the same in another file: "account home"."""
    for section in SECTIONS:
        value = getattr(settings, section.name)
        for table in value if isinstance(value, tuple) else () if value is None else (value,):
            own = str(getattr(table, "id", "") or getattr(table, "name", ""))
            yield (f"{section.name} {own}" if section.most and own else section.name), table


def _secret_keys(table: Table) -> list[str]:
    return [key.name for key in keys(type(table)) if key.secret]


def _secrets(settings: Settings) -> list[str]:
    return [word for _, table in _tables(settings) for key in _secret_keys(table) if (word := getattr(table, key).reveal())]


def _changed(settings: Settings, change: Callable[[str, Table, str], Secret]) -> Settings:
    """The settings with every secret replaced by what `change` says of (table's name, table, key)."""
    names = {id(table): name for name, table in _tables(settings)}

    def renewed(table: Table) -> Table:
        mine = {key: change(names[id(table)], table, key) for key in _secret_keys(table)}
        return type(table)(**{key.name: mine.get(key.name, getattr(table, key.name)) for key in keys(type(table))})

    tables: dict[str, object] = {}
    for section in SECTIONS:
        value = getattr(settings, section.name)
        tables[section.name] = tuple(map(renewed, value)) if isinstance(value, tuple) else value and renewed(value)
    return with_changes(settings, **tables)


def _without_secrets(settings: Settings) -> Settings:
    return _changed(settings, lambda _name, _table, _key: Secret())


def _with_secrets_of(present: Settings, settings: Settings) -> tuple[Settings, list[str]]:
    known: dict[str, Table] = dict(_tables(present))
    missing: list[str] = []

    def keep(name: str, table: Table, key: str) -> Secret:
        own: Secret = getattr(table, key)
        kept = own or getattr(known.get(name), key, Secret())
        has_login = bool(getattr(table, "user", None))
        if not kept and key == "password" and has_login:
            missing.append(f"{name}: {key}")
        return kept

    return _changed(settings, keep), missing


def _about() -> str:
    return f"Keepline {VERSION}\nPython {platform.python_version()}\n{platform.platform()}\n"


def _zip(files: Mapping[str, str], secrets: Iterable[str]) -> bytes:
    hidden = list(secrets)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in files.items():
            zipped.writestr(name, without_numbers(without(text, hidden)))
    return out.getvalue()
