"""What is said about messages, as names of prompts. Pure; numbers stand after their words, so that no word has to agree with one."""

from datetime import datetime

from firmware.records.messages import Message
from firmware.sound.prompts import spell


def overview(new: int, old: int) -> tuple[str, ...]:
    if not new + old:
        return ("vm_no_messages",)
    said = (*(("vm_new_messages", *spell(new)) if new else ()), *(("vm_old_messages", *spell(old)) if old else ()))
    return ("vm_you_have", *said)


def heading(message: Message, place: int, now: datetime | None) -> tuple[str, ...]:
    """Which message, from whom, when. `now` with the owner's time zone; None while the time is not known."""
    caller = spell(message.number) or ("vm_unknown_caller",)
    when = _when(datetime.fromisoformat(message.recorded_at), now) if message.recorded_at and now else ()
    return ("vm_message", *spell(place), "vm_from", *caller, *when)


def _when(at: datetime, now: datetime) -> tuple[str, ...]:
    """Nothing where the clock was not set when the message came, or is not now: years ago, or in the future."""
    local = at.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if not 0 <= days < 1000:
        return ()
    day = {0: ("vm_today",), 1: ("vm_yesterday",)}.get(days, ("vm_days_ago", *spell(days)))
    return (*day, "vm_at", *spell(local.hour), *spell(local.minute))
