"""baresip as the peer to measure beside: its own ear lies on its own mouth, nothing is recorded, and it does no more than telephone.

Both run through `aubridge`, baresip's sound card without hardware: a thread that takes and gives a packet's worth every 20 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.peers.baresip import Baresip

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.certificates import Certificate

NOT_NEEDED = ("module sndfile.so", "module stdio.so")


class Mirror(Baresip):
    """What it hears it says."""

    def _config(self, control_port: int, authority: Path | None, certificate: Certificate | None, max_calls: int) -> str:
        whole = super()._config(control_port, authority, certificate, max_calls).splitlines()
        kept = [line for line in whole if not line.startswith(("audio_source", "audio_player")) and line not in NOT_NEEDED]
        return "\n".join(["audio_source aubridge,mirror", "audio_player aubridge,mirror", *kept, ""])
