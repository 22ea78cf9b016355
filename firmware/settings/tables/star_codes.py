"""The code of each feature: a key for each line of firmware/core/star_codes.py, with the same default (a test holds the two together)."""

from typing import Annotated

from msgspec import Meta

from firmware.settings import formats
from firmware.settings.tables.table import Table, text


def _code(sentence: str) -> Meta:
    return text(sentence, formats.STAR_CODES)


class StarCodes(Table, frozen=True, kw_only=True):
    """Each value: codes separated by spaces, "off" (refused) or "pass" (dialed to the PBX as it is)."""

    call_forward_all_on: Annotated[str, _code("Forward every call to the number that follows.")] = "*72"
    call_forward_all_off: Annotated[str, _code("Forward every call no longer.")] = "*73"
    call_forward_busy_on: Annotated[str, _code("Forward when busy to the number that follows.")] = "*90"
    call_forward_busy_off: Annotated[str, _code("Forward when busy no longer.")] = "*91"
    call_forward_no_answer_on: Annotated[str, _code("Forward when nobody answers to the number that follows.")] = "*92"
    call_forward_no_answer_off: Annotated[str, _code("Forward when nobody answers no longer.")] = "*93"
    call_forward_unreachable_on: Annotated[str, _code("Forward while the handset is left off to the number that follows.")] = (
        "*94"
    )
    call_forward_unreachable_off: Annotated[str, _code("Forward while the handset is left off no longer.")] = "*95"
    do_not_disturb_on: Annotated[str, _code("Let nothing ring.")] = "*78"
    do_not_disturb_off: Annotated[str, _code("Let calls ring again.")] = "*79"
    call_waiting_on: Annotated[str, _code("Announce second callers in a call.")] = "*51"
    call_waiting_off: Annotated[str, _code("Announce no second callers in a call.")] = "*50"
    call_waiting_off_once: Annotated[str, _code("Call the number that follows, undisturbed by second callers.")] = "*70"
    call_waiting_on_once: Annotated[str, _code("Call the number that follows, second callers announced.")] = "*71"
    caller_id_hidden: Annotated[str, _code("Hide your number from now on.")] = "*30"
    caller_id_shown: Annotated[str, _code("Show your number from now on.")] = "*31"
    caller_id_hidden_once: Annotated[str, _code("Call the number that follows with your own hidden.")] = "*67"
    caller_id_shown_once: Annotated[str, _code("Call the number that follows with your own shown.")] = "*82"
    anonymous_rejection_on: Annotated[str, _code("Turn away callers without a number.")] = "*77"
    anonymous_rejection_off: Annotated[str, _code("Let callers without a number ring.")] = "*87"
    block_last_caller: Annotated[str, _code("Turn away whoever called last from now on.")] = "*60"
    call_return: Annotated[str, _code("Call whoever called last.")] = "*69"
    redial: Annotated[str, _code("Dial the last number again.")] = "*07"
    call_back_on: Annotated[str, _code("Ring when the busy number is free.")] = "*66"
    call_back_off: Annotated[str, _code("Wait no longer for the busy number.")] = "*86"
    speed_dial_set: Annotated[str, _code("Put the number that follows into the slot that follows.")] = "*74"
    blind_transfer: Annotated[str, _code("Hand the held call to the number that follows.")] = "*87 *98"
    conference: Annotated[str, _code("With a call held: call the number that follows for a talk of three.")] = "*23"
    choose_number: Annotated[str, _code("Followed by 1 to 8 and a number: call it by that account.")] = "**"
    voicemail: Annotated[str, _code("Listen to the mailbox.")] = "*97"
    say_status: Annotated[str, _code("Say your number and how the box is connected.")] = "***"
    canceller_off_once: Annotated[str, _code("Call the number that follows without echo canceller, for modems.")] = "*03"
    learn_dial: Annotated[str, _code("Learn the speed of the rotary dial.")] = "*96"
    pickup: Annotated[str, _code("Take a call that rings elsewhere (the PBX does it).")] = "pass"
    park: Annotated[str, _code("Park a call, to take it elsewhere (the PBX does it).")] = "pass"
