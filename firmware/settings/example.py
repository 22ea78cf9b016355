"""keepline.example.toml, made from the model: `python -m firmware.settings.example > keepline.example.toml`."""

import sys
from collections.abc import Iterable

from firmware.settings.model import SECTIONS, Account, Contact, Mailbox, Modem, Price, Rule, Section, Settings, Uplink
from firmware.settings.secret import Secret
from firmware.settings.write import section_lines

EXAMPLE = Settings(
    # 192.0.2.0/24 and example.org are set aside for examples (RFC 5737, RFC 2606)
    account=(
        Account(id="home", server="sip.example.org", number="+77270000000", user="77270000000", password=Secret("change me")),
    ),
    rule=(Rule(account="home", name="Almaty by day", prefix=("+7727",), hours="08:00-18:00", days=("mon", "tue", "wed")),),
    price=(Price(prefix="+7", per_minute=12.5),),
    contact=(Contact(name="Grandmother", numbers=("+77271234567",), speed_dial=2, ring="dr1", vip=True),),
    mailbox=(Mailbox(name="home", pin=Secret("2580")),),
    uplink=(Uplink(interface="eth0", priority=1),),
    modem=Modem(port="/dev/ttyUSB2"),
)

_HEADING = """\
# Keepline's settings, every one of them. Copy this file, change what you need, leave out what should stay as it is,
# and ask whether it is right:  keepline check FILE
#
# Above each key stand what it is for, what is allowed and the default. [[line]] is one table per telephone socket,
# [[account]] one per number, [[contact]] one per entry of the phone book, [[rule]] one per wish which number calls are made by,
# [[mailbox]] one per answering machine, [[uplink]] one per way to the internet. This file holds passwords: chmod 600.
"""

_SWITCHED_OFF = {
    "rule": "# Without a [[rule]], calls go out by the account of the line. To choose by number, hour or contact, take the # away.",
    "price": "# Without a [[price]], what calls cost is not known. Take the # away; repeat the table for each prefix.",
    "contact": "# The phone book is empty. Take the # away; repeat the table for each contact.",
    "mailbox": "# Without a [[mailbox]], the box answers no calls. Take the # away, and name the mailbox in the [[account]].",
    "uplink": "# Without an [[uplink]], Keepline leaves the board's network as it is. To let it choose, take the # away; repeat the table.",
    "modem": "# Without a [modem], there is none.",
}


def example() -> str:
    return "\n".join([_HEADING, *(line for section in SECTIONS for line in _lines(section))])


def _lines(section: Section) -> Iterable[str]:
    lines = section_lines(section, getattr(EXAMPLE, section.name))
    if section.name not in _SWITCHED_OFF:
        yield from lines
        return
    yield _SWITCHED_OFF[section.name]
    yield from (line if line.startswith("#") or not line else f"#{line}" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(example())
