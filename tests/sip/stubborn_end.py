"""The laboratory's far end, but one that answers re-INVITEs as it is told: `python -m tests.sip.stubborn_end FILE.json STATUS COUNT` refuses the first COUNT.

Must not know the device.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.lab import pjsua_end

STATUS, COUNT = int(sys.argv[2]), int(sys.argv[3])


class StubbornCall(pjsua_end.Call):
    """Refuses."""

    refused = 0

    def onCallRxReinvite(self, prm: Any) -> None:  # noqa: N802, ANN401 - the engine's
        super().onCallRxReinvite(prm)
        if StubbornCall.refused < COUNT:
            StubbornCall.refused += 1
            prm.statusCode = STATUS


if __name__ == "__main__":
    pjsua_end.Call = StubbornCall  # type: ignore[misc]
    END = pjsua_end.End(pjsua_end.Plan(**json.loads(Path(sys.argv[1]).read_text())))
    END.carry_on()
    END._endpoint.libDestroy()
