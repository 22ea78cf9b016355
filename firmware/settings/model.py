"""The whole settings file as frozen data, put together from the tables by topic. The one door to them for other rooms; knows no file."""

from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from firmware.settings.tables.account import Account, Codec, ForwardBy, Identity, NumberForm, Ring, Transport, Wish
from firmware.settings.tables.box import Country, Device, Modem, Probes, Sip, Uplink, Web
from firmware.settings.tables.calling import Day, DialPlan, Price, Rule
from firmware.settings.tables.line import FlashStyle, Line, MessageWaiting, PulseDial
from firmware.settings.tables.messages import AnswerWhen, Mail, Mailbox, Voicemail
from firmware.settings.tables.mqtt import Mqtt
from firmware.settings.tables.people import Contact, NightCallers, Screening, Verdict
from firmware.settings.tables.star_codes import StarCodes
from firmware.settings.tables.table import Table

__all__ = [
    "SECTIONS",
    "Account",
    "AnswerWhen",
    "Codec",
    "Contact",
    "Country",
    "Day",
    "Device",
    "DialPlan",
    "FlashStyle",
    "ForwardBy",
    "Identity",
    "Line",
    "Mail",
    "Mailbox",
    "MessageWaiting",
    "Modem",
    "Mqtt",
    "NightCallers",
    "NumberForm",
    "Price",
    "Probes",
    "PulseDial",
    "Ring",
    "Rule",
    "Screening",
    "Section",
    "Settings",
    "Sip",
    "StarCodes",
    "Table",
    "Transport",
    "Uplink",
    "Verdict",
    "Voicemail",
    "Web",
    "Wish",
    "with_changes",
]


class Settings(Struct, frozen=True, kw_only=True):
    """The whole file, checked."""

    device: Device = Device()
    line: tuple[Line, ...] = (Line(),)
    account: tuple[Account, ...] = ()
    rule: tuple[Rule, ...] = ()
    dial_plan: DialPlan = DialPlan()
    price: tuple[Price, ...] = ()
    contact: tuple[Contact, ...] = ()
    screening: Screening = Screening()
    mailbox: tuple[Mailbox, ...] = ()
    voicemail: Voicemail = Voicemail()
    mail: Mail = Mail()
    star_codes: StarCodes = StarCodes()
    sip: Sip = Sip()
    uplink: tuple[Uplink, ...] = ()
    probes: Probes = Probes()
    modem: Modem | None = None
    mqtt: Mqtt = Mqtt()
    web: Web = Web()


def with_changes(settings: Settings, **tables: object) -> Settings:
    """The same settings with these tables in place of their own."""
    return replace(settings, **tables)


@dataclass(frozen=True)
class Section:
    """A table's name in the file, and how many of it there may be: 0 means exactly one, not a list."""

    name: str
    kind: type[Table]
    most: int = 0
    optional: bool = False


SECTIONS = (
    Section("device", Device),
    Section("line", Line, most=2),  # the HATs we know have one or two FXS ports
    Section("account", Account, most=16),  # image-build/engine/config_site.h: PJSUA_MAX_ACC is 32, two for each
    Section("rule", Rule, most=50),
    Section("dial_plan", DialPlan),
    Section("price", Price, most=200),
    Section("contact", Contact, most=500),
    Section("screening", Screening),
    Section("mailbox", Mailbox, most=8),
    Section("voicemail", Voicemail),
    Section("mail", Mail),
    Section("star_codes", StarCodes),
    Section("sip", Sip),
    Section("uplink", Uplink, most=8),
    Section("probes", Probes),
    Section("modem", Modem, optional=True),
    Section("mqtt", Mqtt),
    Section("web", Web),
)
