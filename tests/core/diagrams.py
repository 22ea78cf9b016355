"""Draws the state diagrams of ARCHITECTURE.md from the tables, so that they cannot drift from the code.

python -m tests.core.diagrams ARCHITECTURE.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from firmware.core import hook, line

BEGIN, END = "<!-- drawn from the tables: make diagrams -->", "<!-- end of the drawing -->"


def _words(kind: object) -> str:
    """HookLifted becomes "hook lifted"; a timer is named as one."""
    if isinstance(kind, type):
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()
    return f"timer: {getattr(kind, 'value', kind)}"


def _identifier(name: str) -> str:
    return name.replace(" ", "_")


def line_diagram() -> str:
    """Every row of the line's table that leads somewhere, as Mermaid."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (phase, kind), row in line.TABLE.items():
        for target in row.leads_to:
            arrows.setdefault((phase.value, target.value), []).append(_words(kind))
    return _diagram(line.Phase.IDLE.value, arrows)


def hook_diagram() -> str:
    """The hook's rows; where each leads is found by taking the step."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for phase, kind in hook.TABLE:
        event = hook.HookTimerExpired(kind) if isinstance(kind, hook.HookTimer) else kind(0)
        for gap_ms in (50, 400, 5000):
            state = hook.HookState(phase, (hook.Pulse(-6000, -5900),), event.at_ms - gap_ms if hasattr(event, "at_ms") else 0)
            target = hook.step(hook.HookRules(), state, event).state.phase.value
            labels = arrows.setdefault((phase.value, target), [])
            labels += [] if _words(kind) in labels else [_words(kind)]
    return _diagram(hook.HookPhase.ON_HOOK.value, arrows)


def _diagram(start: str, arrows: dict[tuple[str, str], list[str]]) -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {_identifier(start)}"]
    lines += [
        f"    {_identifier(source)} --> {_identifier(target)}: {', '.join(labels)}" for (source, target), labels in arrows.items()
    ]
    return "\n".join([*lines, "```"])


def drawing() -> str:
    return f"{BEGIN}\nThe line (`firmware/core/line.py`):\n\n{line_diagram()}\n\nThe hook (`firmware/core/hook.py`):\n\n{hook_diagram()}\n{END}"


def with_drawing(text: str) -> str:
    """The document with the drawing between its marks renewed."""
    before, _, rest = text.partition(BEGIN)
    return before + drawing() + rest.partition(END)[2]


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_drawing(document.read_text()))
