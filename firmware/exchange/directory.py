"""Who calls: the phone book, the lists and the rhythm of the bell, looked up for one caller. Joins the settings with `core.incoming`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from firmware.core.incoming import Calling, NightCallers, Screened, ScreeningRules, Treatment, screen
from firmware.core.schedule import Moment, schedule_of
from firmware.exchange.incoming_calls import Known, caller_with_prefix
from firmware.exchange.services_file import Services
from firmware.line.card import Announcement
from firmware.settings.model import Account, Contact, Screening, Settings
from firmware.sip.news import CallArrived


@dataclass(frozen=True)
class Directory:
    """`forms_of` gives every way a number may be listed (as it came, and with its country code), `name_of` whose it is in the phone book;
    `rings` the cadence of a ring's name, `ring_asked` the ring's name an Alert-Info asks for, or ""."""

    settings: Callable[[], Settings]
    services: Callable[[], Services]
    forms_of: Callable[[str], frozenset[str]]
    name_of: Callable[[str], str]
    rings: Callable[[str], tuple[int, ...]]
    ring_asked: Callable[[str], str]

    def look_up(self, news: CallArrived, account: Account) -> Known:
        forms = self.forms_of(news.caller.number) if news.caller.number else frozenset()
        contact = self._contact_of(news.caller.number or "")
        calling = Calling(forms, news.caller.withheld or not forms, contact is not None, contact is not None and contact.vip)
        caller = caller_with_prefix(news.caller, account.name_prefix, contact.name if contact else None)
        announcement = Announcement(caller, self.rings(self._ring(news, account, contact)))
        return Known(self._screened(calling, account), announcement, calling.vip)

    def _contact_of(self, number: str) -> Contact | None:
        name = self.name_of(number) if number else ""
        return next((contact for contact in self.settings().contact if contact.name == name), None) if name else None

    def _ring(self, news: CallArrived, account: Account, contact: Contact | None) -> str:
        """The contact's own ring comes first, then what the network asks for, then the account's."""
        of_contact = contact.ring if contact and contact.ring != "country" else ""
        return of_contact or self.ring_asked(news.alert_info) or account.ring

    def _screened(self, calling: Calling, account: Account) -> Screened:
        settings, services = self.settings(), self.services()
        rejects = account.reject_anonymous or any(each.rejects_anonymous for each in services.lines.values())
        return screen(_rules(settings.screening, services, rejects_anonymous=rejects), calling)


def _rules(screening: Screening, services: Services, *, rejects_anonymous: bool) -> ScreeningRules:
    now = datetime.now().astimezone()
    return ScreeningRules(
        anonymous=Treatment(screening.anonymous),
        unknown=Treatment(screening.unknown),
        block=screening.block,
        allow=screening.allow,
        blocked_callers=services.blocked,
        rejects_anonymous=rejects_anonymous,
        night=_is_within(screening.night, now),
        night_callers=NightCallers(screening.night_callers),
    )


def _is_within(hours: str, now: datetime) -> bool:
    return bool(hours) and schedule_of(hours).holds(Moment(now.weekday(), now.hour * 60 + now.minute))
