"""Which voice is encrypted, with which keys, and what is refused: the words in the SDP, the octets on the wire, the sound at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.calls.rtp_end import RtpEnd

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.calls.conftest import Trunk

NO_ENCRYPTION = "the far end does not encrypt its voice, and this account requires it"


def test_a_plain_answer_is_refused_where_encryption_is_required(trunk: Callable[..., Trunk]) -> None:
    made = trunk(srtp="required")
    with RtpEnd() as voice, made.far("answer", keys={"media_port": str(voice.port)}) as far:
        made.dial()
        made.device.wait_line("released")
        row = made.hang_up()
        far.wait_passed()
    assert (row["outcome"], row["reason"]) == ("failed", NO_ENCRYPTION)
