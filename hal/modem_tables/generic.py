"""Any modem that speaks 3GPP TS 27.007: only what the standard names. Its ports are given by name, for nobody knows its USB interfaces."""

from hal.at import Command
from hal.modem_tables.table import ModemTable

SETUP = (
    Command("AT+CMEE=1"),  # errors as numbers
    Command("AT+CREG=2"),
    Command("AT+CGREG=2"),
    Command("AT+CEREG=2"),  # registration news with cell and technology
    Command("AT+CGEREP=2,1"),  # +CGEV: the network took the data away
    Command("AT+COPS=3,0"),  # operators by their long name
)
"""27.007 sections 9.1, 7.2, 10.1.20, 10.1.22, 10.1.19, 7.3."""

GENERIC = ModemTable("generic", setup=SETUP)
