"""A line's rules from the settings and from what the subscriber switched on by keys: one place that turns both into the machines' data."""

from firmware.core.actions import ToneName
from firmware.core.dial_learning import Learned
from firmware.core.dialing import DialRules, codes_of, refused_codes
from firmware.core.digit_map import DigitMap
from firmware.core.hook import HookRules, PulseDialing
from firmware.core.incoming import LineServices
from firmware.core.line_state import ConferenceEnd, Hotline, LineRules, Pairing
from firmware.exchange.services_file import Services
from firmware.settings.model import Line, Settings

_BEARER_SIGNALS = {"cellular": ToneName.CELLULAR, "none": ToneName.NO_UPLINK}


def line_rules(  # noqa: PLR0913 (everything that shapes a line)
    number: int, settings: Settings, services: Services, numbers: DigitMap, *, messages: bool, bearer: str = ""
) -> LineRules:
    """`bearer` is what calls go by ("cellular", "none" ...); `numbers` is the line's digit map; `messages`: some are waiting that the dial
    tone should tell of."""
    line = settings.line[number - 1]
    own = services.of_line(number)
    return LineRules(
        line=number,
        dialing=dial_rules(settings, services, numbers),
        first_digit_ms=round(line.first_digit_s * 1000),
        inter_digit_ms=round(line.inter_digit_s * 1000),
        no_answer_ms=round(line.no_answer_s * 1000),
        tone_ms=round(line.howler_after_s * 1000),
        dial_tone=ToneName.STUTTER
        if _unusual(own) or (messages and line.message_waiting in {"stutter", "both"})
        else ToneName.DIAL,
        bearer_signal=_BEARER_SIGNALS.get(bearer),
        hotline=Hotline(line.hotline, round(line.hotline_after_s * 1000)) if line.hotline else None,
        call_waiting=line.call_waiting and own.call_waiting,
        pairing=Pairing.CONFERENCE if line.flash_style == "bellcore" else Pairing.CONSULTATION,
        transfers_on_hang_up=line.transfer_on_hang_up,
        conference_end=ConferenceEnd(line.conference_hang_up),
    )


def _unusual(own: LineServices) -> bool:
    """The telephone would not ring as one expects, so the dial tone reminds of it."""
    return own.do_not_disturb or bool(own.forwards)


def dial_rules(settings: Settings, services: Services, numbers: DigitMap) -> DialRules:
    codes = {name: getattr(settings.star_codes, name) for name in settings.star_codes.__struct_fields__}
    of_contacts = {str(contact.speed_dial): contact.numbers[0] for contact in settings.contact if contact.speed_dial}
    return DialRules(
        numbers=numbers,
        codes=codes_of(codes),
        speed_dials=of_contacts | dict(services.speed_dials),
        refused=refused_codes(codes),
    )


def hook_rules(line: Line, dial: Learned | None = None) -> HookRules:
    """A dial that was learned counts before the settings."""
    ordinary = HookRules(
        break_min_ms=line.pulse_break_min_ms,
        make_min_ms=line.pulse_make_min_ms,
        flash_min_ms=line.flash_min_ms,
        flash_max_ms=line.flash_max_ms,
        digit_end_ms=line.digit_end_ms,
        dialing=PulseDialing(line.pulse_dial),
    )
    return dial.rules(ordinary) if dial else ordinary
