"""The MQTT broker that hears of calls and states, for home automation."""

from typing import Annotated, Literal

from firmware.settings import formats
from firmware.settings.secret import Secret
from firmware.settings.tables.table import Table, choice, text


class Mqtt(Table, frozen=True, kw_only=True):
    server: Annotated[
        str, text("The MQTT broker that hears of calls and states; empty: none.", formats.or_empty(formats.SERVER))
    ] = ""
    security: Annotated[Literal["none", "tls"], choice("How the way to the broker is encrypted.")] = "none"
    user: Annotated[str, text("The broker's user; empty: none.", formats.LOGIN)] = ""
    password: Annotated[Secret, text("The broker's password.", formats.PASSWORD)] = Secret()
    tls_ca_file: Annotated[str, text("Certificates to trust; empty: the system's.", formats.or_empty(formats.FILE))] = ""
    tls_certificate_file: Annotated[
        str, text("The certificate this box shows to the broker; empty: none.", formats.or_empty(formats.FILE))
    ] = ""
    tls_key_file: Annotated[str, text("The key of that certificate.", formats.or_empty(formats.FILE))] = ""
    topic: Annotated[str, text("The first word of this box's topics.", formats.ID)] = "keepline"
    discovery: Annotated[str, text("Home Assistant's discovery prefix; empty: no discovery.", formats.or_empty(formats.ID))] = (
        "homeassistant"
    )
    numbers: Annotated[bool, choice("Whether callers' numbers and names are told too.")] = False
