"""SIMCom SIM7600 and SIM7500.

Port roles and the commands of its set-up: ModemManager plugins/simtech (77-mm-simtech-port-types.rules: 1e0e:9001 has AT in interfaces 2 and 3) and
chan_quectel (src/at_command.c), both as collected in the project's notes. Compositions: AT+CUSBPIDSWITCH=9001 (QMI), 9011 (RNDIS), 9018 (ECM). We never
switch the composition: in ECM the serial driver must first be told the new id, or the AT port is lost (miltschek.de, article of 2024-12-16).
"""

from hal.at import Command
from hal.modem_tables.generic import SETUP
from hal.modem_tables.table import ModemTable, UsbPorts

SIM7600 = ModemTable(
    "SIM7600",
    usb=frozenset({"1e0e:9001", "1e0e:9011", "1e0e:9018"}),
    models=r"SIM(COM_)?(SIM)?7[56]00.*",
    ports=UsbPorts(control=2, data=3),
    setup=(*SETUP, Command("AT+CNSMOD=1"), Command("AT+AUTOCSQ=1,1")),  # news of technology and signal
    read_sim_number=Command("AT+CICCID", r"\+ICCID: ?\d{18,20}[0-9Ff]*"),
    # +SPIC: PIN, PUK, PIN2, PUK2, such as "3,10,0,10" (answers recorded in several public test suites of SIMCom drivers)
    read_pin_tries=Command("AT+SPIC", r"\+SPIC: ?\d.*"),
    pin_tries_field=0,
    # password before user, unlike 27.007 (SIM7500_SIM7600 AT manual; from memory, unconfirmed)
    authenticate="AT+CGAUTH=1,{kind},{password},{user}",
    reset=Command("AT+CRESET", deadline_ms=15_000),  # what ModemManager's simtech plugin resets with
)
