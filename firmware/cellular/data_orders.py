"""What is asked of the programs that hold a data connection: dial on that port, or get a lease for that card. As one line of JSON it goes to the helper
that may do so (systemd/keepline-data@.service), which trusts no word of it: each is checked here.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

LONGEST = 4096
"""Bytes of a line."""

_PORT = re.compile(r"/dev/tty(USB|ACM|AMA)[0-9]{1,3}")
_INTERFACE = re.compile(r"[a-z][a-z0-9]{1,14}")
"""netdevice(7): at most 15 letters. The kernel allows more kinds of them than its drivers use."""
_NUMBER = re.compile(r"ATD[*0-9#]{1,32}")


class DataOrderWrong(ValueError):
    """The order is refused: nothing was done. The text says which word of it and why."""


@dataclass(frozen=True)
class Dial:
    """Data by PPP: `command` dials on `port`, and the interface is called `interface`."""

    port: str
    interface: str
    command: str
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Lease:
    """Data by the modem's own network card."""

    interface: str


DataOrder = Dial | Lease

_ORDERS: dict[str, type[Dial] | type[Lease]] = {"dial": Dial, "lease": Lease}


def as_line(order: DataOrder) -> bytes:
    return json.dumps({"do": type(order).__name__.lower(), **asdict(order)}).encode() + b"\n"


def from_line(line: bytes) -> DataOrder:
    """Raises DataOrderWrong."""
    try:
        given = json.loads(line)
        order = _ORDERS[given.pop("do")](**given)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataOrderWrong("an order is one line of JSON: what to do, and its own words") from error
    _check(asdict(order))
    return order


def _check(words: dict[str, Any]) -> None:
    patterns = {"port": _PORT, "interface": _INTERFACE, "command": _NUMBER}
    for name, word in words.items():
        if not isinstance(word, str) or not word.isprintable():
            raise DataOrderWrong(f"{name} must be one line of text")
        if name in patterns and not patterns[name].fullmatch(word):
            raise DataOrderWrong(f"{name} {word[:40]!r} is not allowed; allowed: {patterns[name].pattern}")
