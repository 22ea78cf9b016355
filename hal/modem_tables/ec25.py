"""Quectel EC25, EG25 and EC21.

Port roles: ModemManager plugins/quectel (77-mm-quectel-port-types.rules: AT in interfaces 2 and 3); set-up: chan_quectel (src/at_command.c), both as
collected in the project's notes. AT+QCFG="usbnet" chooses the network card: 0 QMI, 1 ECM, 2 MBIM, 3 RNDIS (forums.quectel.com, topic 6793). We never write
any QCFG: a wrong one has removed every port (same forum, topic 7062). In ECM the modem dials context 1 by itself after AT+CFUN=1,1 (docs.sixfab.com,
"Internet Connection with Quectel EC25 using ECM Mode").
"""

from hal.at import Command
from hal.modem_tables.generic import SETUP
from hal.modem_tables.table import ModemTable, UsbPorts

EC25 = ModemTable(
    "EC25",
    usb=frozenset({"2c7c:0125", "2c7c:0121"}),
    models=r"E[CG]2[15].*",
    ports=UsbPorts(control=2, data=3),
    setup=(*SETUP, Command('AT+QINDCFG="csq",1'), Command('AT+QINDCFG="act",1')),  # news of signal and technology
    read_sim_number=Command("AT+QCCID", r"\+QCCID: ?\d{18,20}[0-9Ff]*"),
    # +QPINC: "SC",3,10: tries left for PIN and PUK (answers recorded in several public drivers)
    read_pin_tries=Command('AT+QPINC="SC"', r'\+QPINC: ?"SC",.*'),
    pin_tries_field=1,
    # 27.007 order; Quectel's own AT+QICSGP belongs to the modem's internal stack
    reset=Command("AT+CFUN=1,1", deadline_ms=15_000),
)
