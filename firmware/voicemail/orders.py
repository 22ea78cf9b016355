"""The control socket's `voicemail.*` orders: list, play, mark, delete, greetings. It knows the store and no call."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from firmware.orders import Handler, OrderRefused, shown
from firmware.records.errors import RecordsError
from firmware.records.messages import as_json
from firmware.records.voicemail import VoicemailStore
from firmware.sound.errors import WavWrong
from firmware.sound.wav import from_wav, to_wav

if TYPE_CHECKING:
    from concurrent.futures import Future

LONGEST_GREETING_S = 60

T = TypeVar("T")


class VoicemailOrders:
    """`mailboxes`: the names in the settings that hold now."""

    def __init__(self, store: VoicemailStore, mailboxes: Callable[[], Iterable[str]]) -> None:
        self._store = store
        self._mailboxes = mailboxes

    def orders(self) -> dict[str, Handler]:
        return {
            "voicemail.list": self.list,
            "voicemail.play": self.play,
            "voicemail.mark": self.mark,
            "voicemail.delete": self.delete,
            "voicemail.greeting": self.greeting,
        }

    async def list(self, mailbox: str = "") -> object:
        """Messages oldest first; those of a mailbox that is no longer in the settings are listed too."""
        return [as_json(message) for message in await _answer(self._store.messages(mailbox))]

    async def play(self, message: str) -> object:
        """The message's WAV file. It stays as new as it was."""
        wav = await _answer(self._store.sound(message))
        return {"wav": base64.b64encode(wav).decode()}

    async def mark(self, message: str, heard: bool = True) -> object:  # noqa: FBT001, FBT002 (named by the protocol)
        await _answer(self._store.mark(message, heard=heard))
        return {}

    async def delete(self, message: str) -> object:
        await _answer(self._store.delete([message]))
        return {}

    async def greeting(self, mailbox: str, wav: str = "", standard: bool = False) -> object:  # noqa: FBT001, FBT002 (same)
        """With `wav` (base64) the owner's own is replaced, with `standard` it is removed; the answer is what is there afterwards, null for none."""
        self._check(mailbox)
        if wav:
            pcm = await asyncio.to_thread(_greeting_of, wav)  # bringing a minute to the line's rate takes seconds
            await _answer(self._store.set_greeting(mailbox, pcm))
        elif standard:
            await _answer(self._store.set_greeting(mailbox, None))
        kept = await _answer(self._store.greeting(mailbox))
        return {"wav": None if kept is None else base64.b64encode(to_wav(kept)).decode()}

    def _check(self, mailbox: str) -> None:
        names = list(self._mailboxes())
        if mailbox not in names:
            raise OrderRefused(f"there is no mailbox {shown(mailbox)}; there are: {', '.join(names) or 'none'}")


def _greeting_of(wav: str) -> bytes:
    try:
        data = base64.b64decode(wav, validate=True)
    except (binascii.Error, ValueError) as error:
        raise OrderRefused("voicemail.greeting: wav must be base64 of a WAV file") from error
    try:
        pcm = from_wav(data, "the greeting", LONGEST_GREETING_S)
    except WavWrong as wrong:
        raise OrderRefused(str(wrong)) from wrong
    if not pcm:
        raise OrderRefused("the greeting is empty")
    return pcm


async def _answer(future: "Future[T]") -> T:
    try:
        return await asyncio.wrap_future(future)
    except RecordsError as error:
        raise OrderRefused(str(error)) from error
