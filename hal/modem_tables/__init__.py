"""The modems by model: data with its sources beside. To add one, write a table and name it here."""

import re

from hal.modem_tables.ec25 import EC25
from hal.modem_tables.generic import GENERIC
from hal.modem_tables.sim7600 import SIM7600
from hal.modem_tables.table import ModemTable

TABLES: tuple[ModemTable, ...] = (SIM7600, EC25)
"""The models known by name. A modem that is none of them is generic."""


def table_of_usb(usb_id: str) -> ModemTable | None:
    """The table for a device `vendor:product`, None for a stranger."""
    return next((table for table in TABLES if usb_id.lower() in table.usb), None)


def table_of_model(model: str) -> ModemTable:
    """The table for what AT+CGMM said."""
    return next((table for table in TABLES if re.fullmatch(table.models, model.strip(), re.IGNORECASE)), GENERIC)
