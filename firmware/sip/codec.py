"""The lines' codecs as ALSA cards: the first card's clock is the bridge's clock, and a line's samples go through the bridge to it and from it.

    card -> bridge -> Codec.take_frame -> LinePort (voice processing) -> bridge -> call, and back the same way.

The engine opens a card when samples are wanted and closes it when nobody listens. Two frames of 10 ms are the price of the way through the bridge;
in return every part sees the same clock, and only a second card has a drift to be evened out (the engine's delay buffer does). Nothing here knows lines.
"""

import logging
from typing import Any

import pjsua2 as pj

from firmware.sip.audio import SILENCE, pcm_format, pinned, samples_of
from firmware.sip.errors import EngineUnusable
from hal.ports import AlsaSound

log = logging.getLogger("keepline.sip")

_OPEN_NOW = 0
"""No flag of PJSUA_SND_DEV_*: choosing the card's two directions opens nothing, this does."""


class Codec(pj.AudioMediaPort):  # type: ignore[misc]
    """`FrameSound` of one card. The bridge asks every port before it gives to any, so one frame each way is all that ever waits here."""

    def __init__(self, sound: AlsaSound, index: int) -> None:
        super().__init__()
        self.sound, self.index = sound, index
        self._heard = self._said = SILENCE
        self._pinned_thread = 0
        self.createPort(sound.card, pcm_format())

    def take_frame(self) -> bytes:
        return self._heard

    def give_frame(self, pcm: bytes) -> None:
        self._said = pcm

    def hush(self) -> None:
        """Nothing old may be heard when the card opens again."""
        self._heard = self._said = SILENCE

    def close(self) -> None:
        """As `LinePort.close`."""
        self.__swig_destroy__(self)

    def onFrameRequested(self, frame: Any) -> None:
        self._pinned_thread = pinned(self._pinned_thread)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf.assign_from_bytes(self._said)

    def onFrameReceived(self, frame: Any) -> None:
        self._heard = samples_of(frame)


class Codecs:
    """All cards of the board. Methods belong to the deciding thread, but `hear_log`."""

    def __init__(self, devices: "pj.AudDevManager") -> None:
        self._devices = devices
        self._codecs: list[Codec] = []
        self._others: list[Any] = []
        self._nowhere: Any = None
        self.underruns = self.overruns = 0
        """So often a card had nothing to play, or samples were not fetched in time: each is a gap in the voice."""

    def __bool__(self) -> bool:
        return bool(self._codecs)

    def add(self, sound: AlsaSound) -> Codec:
        """The card as a port of the bridge; EngineUnusable if ALSA does not have it."""
        try:
            index = self._devices.lookupDev("ALSA", sound.pcm)
        except pj.Error as error:
            raise EngineUnusable(
                f"the sound card {sound.card} cannot be used as {sound.pcm}: it is not there, or another program holds it"
            ) from error
        codec = Codec(sound, index)
        self._codecs.append(codec)
        if len(self._codecs) == 1:
            self._join(codec, self._devices.getCaptureDevMedia(), self._devices.getPlaybackDevMedia())
        return codec

    @property
    def nowhere(self) -> Any:
        """A port that only listens: joined with it, a line is asked for samples between calls too. The bridge's first port is the card here."""
        if self._nowhere is None:
            self._nowhere = pj.AudioMediaPort()
            self._nowhere.createPort("nowhere", pcm_format())
        return self._nowhere

    def start(self) -> None:
        """Open the cards; raises pj.Error if the first, which is the clock, cannot be opened. Without a further one its line is silent."""
        first = self._codecs[0]
        self._devices.setCaptureDev(first.index)
        self._devices.setPlaybackDev(first.index)
        self._devices.setSndDevMode(_OPEN_NOW)
        for codec in self._codecs[1:]:
            self._open_other(codec)

    def stop(self) -> None:
        self._devices.setNoDev()
        for other in self._others:
            other.close()
        self._others.clear()
        for codec in self._codecs:
            codec.hush()

    def hear_log(self, entry: str) -> None:
        """In the card's thread: its troubles are told in the engine's log alone."""
        if "underrun" in entry:
            self.underruns += 1
        elif "overrun" in entry:
            self.overruns += 1

    def close(self) -> None:
        for codec in self._codecs:
            codec.close()
        self._codecs.clear()
        self._nowhere = None

    def _open_other(self, codec: Codec) -> None:
        other = pj.ExtraAudioDevice(codec.index, codec.index)
        try:
            other.open()
        except pj.Error:
            log.exception("the sound card %s cannot be opened: its line is silent", codec.sound.card)
            return
        self._others.append(other)
        self._join(codec, other, other)

    def _join(self, codec: Codec, microphone: Any, speaker: Any) -> None:
        microphone.startTransmit(codec)
        codec.startTransmit(speaker)
