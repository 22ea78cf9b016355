"""What comes or goes as a file: voice messages, greetings, backups, the support bundle; and the save of settings with its mistakes.

It knows no page, and looks into no file: the device does.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from firmware.web.call_operations import attachment
from firmware.web.door import Door
from firmware.web.errors import NotFound, Unclear
from firmware.web.fields import Field, Place
from firmware.web.operation import FILE_BYTES, SETTINGS_BYTES, Asked, Operation, arguments_of
from firmware.web.operations import CHANGES, MESSAGE, REVISION
from firmware.web.visitor import Scope

_PATIENCE_S = 60.0
_MAILBOX = Field("mailbox", str, "The mailbox's name.", Place.PATH, longest=64)
_WAV = "audio/wav"


@dataclass(frozen=True)
class FileOperations:
    door: Door

    def operations(self) -> Iterable[Operation]:
        yield from self._of_voicemail()
        yield from self._of_settings()
        yield from self._of_system()

    def _of_voicemail(self) -> Iterable[Operation]:
        yield Operation("GET", "/voicemail/{message}/sound", "A message to listen to.", Scope.CALL, self.sound, (MESSAGE,), _WAV)
        place = "/mailboxes/{mailbox}/greeting"
        yield Operation("GET", place, "The owner's own greeting.", Scope.CALL, self.greeting, (_MAILBOX,), _WAV)
        yield Operation(
            "PUT", place, "Set the greeting.", Scope.CALL, self.set_greeting, (_MAILBOX,), upload=_WAV, most_bytes=FILE_BYTES
        )
        yield Operation("DELETE", place, "Back to the standard greeting.", Scope.CALL, self.drop_greeting, (_MAILBOX,))

    def _of_settings(self) -> Iterable[Operation]:
        yield Operation(
            "PATCH",
            "/settings",
            "Save changes: all of them, or none.",
            Scope.ADMIN,
            self.save,
            (CHANGES, REVISION),
            most_bytes=SETTINGS_BYTES,
        )

    def _of_system(self) -> Iterable[Operation]:
        fields: tuple[Field, ...] = (
            Field("secrets", bool, "With passwords, PINs and keys, sealed by a passphrase."),
            Field("passphrase", str, "Seals the secrets; at least 8 characters.", longest=256, secret=True),
        )
        yield Operation("POST", "/system/backup", "Everything that was set, as one file.", Scope.ADMIN, self.backup, fields)
        fields = (
            Field("backup", str, "The file's text.", required=True, longest=FILE_BYTES),
            Field("passphrase", str, "What its secrets were sealed with.", longest=256, secret=True),
            Field("check_only", bool, "Only say what it would do."),
        )
        yield Operation(
            "POST",
            "/system/restore",
            "Take a backup back; the device starts anew.",
            Scope.ADMIN,
            self.restore,
            fields,
            most_bytes=FILE_BYTES,
        )
        yield Operation(
            "GET",
            "/system/support-bundle",
            "What helps to find a fault, as one file, secrets removed.",
            Scope.ADMIN,
            self.support,
            answers="application/zip",
        )

    async def sound(self, asked: Asked) -> Response:
        found = await self.door.ask("voicemail.play", _PATIENCE_S, message=asked.given["message"])
        return _wav(found["wav"])

    async def greeting(self, asked: Asked) -> Response:
        found = await self.door.ask("voicemail.greeting", mailbox=asked.given["mailbox"])
        if found["wav"] is None:
            raise NotFound("This mailbox has the standard greeting.")
        return _wav(found["wav"])

    async def set_greeting(self, asked: Asked) -> Response:
        if not asked.content:
            raise Unclear("The body must be a WAV file.")
        wav = base64.b64encode(asked.content).decode()
        await self.door.ask("voicemail.greeting", _PATIENCE_S, mailbox=asked.given["mailbox"], wav=wav)
        return JSONResponse({})

    async def drop_greeting(self, asked: Asked) -> Response:
        await self.door.ask("voicemail.greeting", mailbox=asked.given["mailbox"], standard=True)
        return JSONResponse({})

    async def save(self, asked: Asked) -> Response:
        done = await self.door.ask("settings.save", _PATIENCE_S, **arguments_of(asked))
        if done["mistakes"]:
            return JSONResponse(done | {"error": done["mistakes"][0]["sentence"]}, 422)
        return JSONResponse(done)

    async def backup(self, asked: Asked) -> Response:
        made = await self.door.ask("system.backup", _PATIENCE_S, **asked.given)
        return JSONResponse(made)

    async def restore(self, asked: Asked) -> Response:
        return JSONResponse(await self.door.ask("system.restore", _PATIENCE_S, **asked.given))

    async def support(self, asked: Asked) -> Response:
        made = await self.door.ask("system.support", _PATIENCE_S, **asked.given)
        return attachment(base64.b64decode(made["zip"]), "application/zip", made["name"])


def _wav(text: str) -> Response:
    return attachment(base64.b64decode(text), _WAV, "message.wav")
