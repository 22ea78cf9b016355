"""Star codes: what a subscriber can order by keys, as one table. Pure; it knows no setting and does nothing itself.

Codes follow Grandstream's HT8xx where it has them, Cisco's SPA and ATA where it has not, OBi's for choosing a number (docs/star-codes.md is drawn
from this table); each can be renumbered, switched off, or left to the PBX.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

OFF = "off"
PASS = "pass"  # noqa: S105 (the word of the settings: left to the PBX)


class Follows(Enum):
    """What is dialed after the code."""

    NOTHING = "nothing"
    NUMBER = "a number"
    CHOICE_NUMBER = "the account's place, 1 to 8, and a number"
    SLOT_NUMBER = "a speed-dial key, 2 to 9, and a number"


class Feature(Enum):
    """Everything that can be ordered by a code; the values are the keys of [star_codes]."""

    CALL_FORWARD_ALL_ON = "call_forward_all_on"
    CALL_FORWARD_ALL_OFF = "call_forward_all_off"
    CALL_FORWARD_BUSY_ON = "call_forward_busy_on"
    CALL_FORWARD_BUSY_OFF = "call_forward_busy_off"
    CALL_FORWARD_NO_ANSWER_ON = "call_forward_no_answer_on"
    CALL_FORWARD_NO_ANSWER_OFF = "call_forward_no_answer_off"
    CALL_FORWARD_UNREACHABLE_ON = "call_forward_unreachable_on"
    CALL_FORWARD_UNREACHABLE_OFF = "call_forward_unreachable_off"
    DO_NOT_DISTURB_ON = "do_not_disturb_on"
    DO_NOT_DISTURB_OFF = "do_not_disturb_off"
    CALL_WAITING_ON = "call_waiting_on"
    CALL_WAITING_OFF = "call_waiting_off"
    CALL_WAITING_OFF_ONCE = "call_waiting_off_once"
    CALL_WAITING_ON_ONCE = "call_waiting_on_once"
    CALLER_ID_HIDDEN = "caller_id_hidden"
    CALLER_ID_SHOWN = "caller_id_shown"
    CALLER_ID_HIDDEN_ONCE = "caller_id_hidden_once"
    CALLER_ID_SHOWN_ONCE = "caller_id_shown_once"
    ANONYMOUS_REJECTION_ON = "anonymous_rejection_on"
    ANONYMOUS_REJECTION_OFF = "anonymous_rejection_off"
    BLOCK_LAST_CALLER = "block_last_caller"
    CALL_RETURN = "call_return"
    REDIAL = "redial"
    CALL_BACK_ON = "call_back_on"
    CALL_BACK_OFF = "call_back_off"
    SPEED_DIAL_SET = "speed_dial_set"
    BLIND_TRANSFER = "blind_transfer"
    CONFERENCE = "conference"
    CHOOSE_NUMBER = "choose_number"
    VOICEMAIL = "voicemail"
    SAY_STATUS = "say_status"
    CANCELLER_OFF_ONCE = "canceller_off_once"
    LEARN_DIAL = "learn_dial"
    PICKUP = "pickup"
    PARK = "park"


@dataclass(frozen=True)
class StarCode:
    """One line of the table. `default` is written as in the settings: codes separated by spaces, or off, or pass."""

    feature: Feature
    default: str
    does: str
    """For the owner, completing "Dial it to ..."."""
    habit: str
    """Whose code it is, so that habits keep working."""
    follows: Follows = Follows.NOTHING
    while_held: bool = False
    """Only after a flash, with a call on hold."""


_HT = "Grandstream HT8xx"
_CISCO = "Cisco SPA/ATA"
_OWN = "Keepline"

STAR_CODES: tuple[StarCode, ...] = (
    StarCode(Feature.CALL_FORWARD_ALL_ON, "*72", "send all calls on to a number", _HT, Follows.NUMBER),
    StarCode(Feature.CALL_FORWARD_ALL_OFF, "*73", "stop that", _HT),
    StarCode(Feature.CALL_FORWARD_BUSY_ON, "*90", "send calls on while the line is busy", _HT, Follows.NUMBER),
    StarCode(Feature.CALL_FORWARD_BUSY_OFF, "*91", "stop that", _HT),
    StarCode(Feature.CALL_FORWARD_NO_ANSWER_ON, "*92", "send calls on that nobody answers", _HT, Follows.NUMBER),
    StarCode(Feature.CALL_FORWARD_NO_ANSWER_OFF, "*93", "stop that", _HT),
    StarCode(Feature.CALL_FORWARD_UNREACHABLE_ON, "*94", "send calls on while the handset is left off", _OWN, Follows.NUMBER),
    StarCode(Feature.CALL_FORWARD_UNREACHABLE_OFF, "*95", "stop that", _OWN),
    StarCode(Feature.DO_NOT_DISTURB_ON, "*78", "let the telephone rest: no call rings", _HT),
    StarCode(Feature.DO_NOT_DISTURB_OFF, "*79", "let calls ring again", _HT),
    StarCode(Feature.CALL_WAITING_ON, "*51", "be told of a second call", _HT),
    StarCode(Feature.CALL_WAITING_OFF, "*50", "not be told of a second call", _HT),
    StarCode(Feature.CALL_WAITING_OFF_ONCE, "*70", "call without being told of a second call", _HT, Follows.NUMBER),
    StarCode(Feature.CALL_WAITING_ON_ONCE, "*71", "call and be told of a second call", _HT, Follows.NUMBER),
    StarCode(Feature.CALLER_ID_HIDDEN, "*30", "hide your number from all you call", _HT),
    StarCode(Feature.CALLER_ID_SHOWN, "*31", "show your number to all you call", _HT),
    StarCode(Feature.CALLER_ID_HIDDEN_ONCE, "*67", "call with your number hidden", _HT, Follows.NUMBER),
    StarCode(Feature.CALLER_ID_SHOWN_ONCE, "*82", "call with your number shown", _HT, Follows.NUMBER),
    StarCode(Feature.ANONYMOUS_REJECTION_ON, "*77", "turn away callers that hide their number", _CISCO),
    StarCode(Feature.ANONYMOUS_REJECTION_OFF, "*87", "let them ring again", _CISCO),
    StarCode(Feature.BLOCK_LAST_CALLER, "*60", "never be called again by the last caller", _CISCO),
    StarCode(Feature.CALL_RETURN, "*69", "call back who called last", _HT),
    StarCode(Feature.REDIAL, "*07", "dial the last number again", _CISCO),
    StarCode(Feature.CALL_BACK_ON, "*66", "be rung when the number that was busy is free", _CISCO),
    StarCode(Feature.CALL_BACK_OFF, "*86", "give that up", _CISCO),
    StarCode(Feature.SPEED_DIAL_SET, "*74", "put a number on a key; key and # dial it", _CISCO, Follows.SLOT_NUMBER),
    StarCode(
        Feature.BLIND_TRANSFER, "*87 *98", "hand the held call to a number", f"{_HT}, {_CISCO}", Follows.NUMBER, while_held=True
    ),
    StarCode(Feature.CONFERENCE, "*23", "call a number to be joined by the next flash", _HT, Follows.NUMBER, while_held=True),
    StarCode(Feature.CHOOSE_NUMBER, "**", "call with another of your numbers", "OBi", Follows.CHOICE_NUMBER),
    StarCode(Feature.VOICEMAIL, "*97", "hear your messages", "Asterisk/FreePBX"),
    StarCode(Feature.SAY_STATUS, "***", "hear your number and the way your calls go", _HT),
    StarCode(Feature.CANCELLER_OFF_ONCE, "*03", "call without the echo canceller (fax, modem)", _HT, Follows.NUMBER),
    StarCode(Feature.LEARN_DIAL, "*96", "teach the box your rotary dial", _OWN),
    StarCode(Feature.PICKUP, PASS, "take a call that rings elsewhere (*8 on most PBXs)", "Asterisk/FreePBX"),
    StarCode(Feature.PARK, PASS, "park a call (*85, 700 ... as the PBX has it)", "Asterisk/FreePBX"),
)

BY_FEATURE: Mapping[Feature, StarCode] = {entry.feature: entry for entry in STAR_CODES}
