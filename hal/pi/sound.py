"""Finds a codec among ALSA's cards by its id and sets its levels. Samples are not ours: the SIP engine opens the card.

/proc/asound is hidden from the hardened service, so the cards are read from /sys.
"""

import shutil
import subprocess
from pathlib import Path

from hal.boards.description import CodecDescription
from hal.errors import PartMissing
from hal.ports import AlsaSound

CARDS = Path("/sys/class/sound")
AMIXER_S = 5.0


def card_ids(cards: Path = CARDS) -> tuple[str, ...]:
    """The ids of the cards that there are now."""
    return tuple(sorted(file.read_text().strip() for file in cards.glob("card*/id")))


def open_codec(codec: CodecDescription, cards: Path = CARDS) -> AlsaSound:
    """The codec's card, its levels set; PartMissing with a sentence if it is not there or does not know a control."""
    known = card_ids(cards)
    if codec.card not in known:
        raise PartMissing(
            f"The sound card {codec.card!r} is not there: the cards are {', '.join(known) or '(none)'}. "
            "Is the HAT fitted and its overlay in config.txt?"
        )
    for level in codec.levels:
        _set_level(codec.card, level.control, level.value)
    return AlsaSound(codec.card, codec.device)


def _set_level(card: str, control: str, value: str) -> None:
    """At the start, before anybody waits: it takes a few milliseconds."""
    program = shutil.which("amixer")
    if program is None:
        raise PartMissing("amixer is missing: install alsa-utils to set the codec's levels.")
    try:
        done = subprocess.run(  # noqa: S603  (words of the board's description, no shell)
            [program, "-q", "-c", card, "sset", control, value], capture_output=True, text=True, timeout=AMIXER_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PartMissing(f"The level {control!r} of the sound card {card} cannot be set: {error}.") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["amixer said no"])[-1].removeprefix("amixer: ")
        raise PartMissing(f"The level {control!r} of the sound card {card} cannot be set to {value!r}: {reason}")
