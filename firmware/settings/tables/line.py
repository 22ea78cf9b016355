"""One telephone socket: who it calls with, what a flash means, how its dial, bell, lamp and echo behave."""

from typing import Annotated, Literal

from firmware.settings import formats
from firmware.settings.tables.table import Table, amount, amount_or_zero, choice, text

FlashStyle = Literal["swap", "bellcore"]
PulseDial = Literal["standard", "new-zealand", "swedish", "off"]
MessageWaiting = Literal["stutter", "fsk", "both", "off"]


class Line(Table, frozen=True, kw_only=True):
    """One telephone socket."""

    name: Annotated[str, text("What the page calls this line.", formats.LABEL)] = ""
    account: Annotated[
        str, text("The id of the account this line calls with; empty: the first.", formats.or_empty(formats.ID))
    ] = ""
    digit_map: Annotated[
        str, text("When a number is complete, as RFC 3435 writes it; empty: the country's.", formats.DIGIT_MAP)
    ] = ""
    # 15 s and 4 s: DAHDI waits 16 s for the first digit; Grandstream HT8xx and chan_lantiq wait 4 s between digits.
    first_digit_s: Annotated[float, amount("How long dial tone waits for the first digit.", 3, 60, "s")] = 15
    inter_digit_s: Annotated[float, amount("After this long without a digit the number is complete.", 1, 30, "s")] = 4
    # RFC 3261 section 16.6 item 11: proxies give up after timer C, which is longer than 3 minutes.
    no_answer_s: Annotated[float, amount("How long a call may ring before it is given up.", 10, 600, "s")] = 180
    hotline: Annotated[
        str, text("Call this number when the handset is lifted; empty: dial tone.", formats.or_empty(formats.DIALED))
    ] = ""
    # 0 to 60 s is what the HT8xx allow.
    hotline_after_s: Annotated[
        float,
        amount(
            "Wait this long for a digit before the hotline is called; 0: call at once, so no emergency number can be dialed.",
            0,
            60,
            "s",
        ),
    ] = 0
    call_waiting: Annotated[bool, choice("Whether a second caller is announced in a call; false: busy.")] = True
    flash_style: Annotated[
        FlashStyle,
        choice("What the hook does with two calls: swap them, or join all three and drop the last one (bellcore)."),
    ] = "swap"
    transfer_on_hang_up: Annotated[bool, choice("Whether hanging up with one call held and another made connects the two.")] = (
        True
    )
    conference_hang_up: Annotated[
        Literal["end", "transfer"], choice("What hanging up does to a call of three: end it, or leave the other two talking.")
    ] = "end"
    # A pulse of the slowest dial (8 pps, 67 % break) opens the loop for 84 ms; the HT8xx allow flashes of 40 to 2000 ms.
    flash_min_ms: Annotated[
        int, amount("The shortest press of the hook that is a flash; shorter ones are dial pulses.", 85, 700, "ms")
    ] = 95
    flash_max_ms: Annotated[
        int, amount("The longest press of the hook that is a flash; longer ones hang up.", 100, 2000, "ms")
    ] = 700
    pulse_dial: Annotated[
        PulseDial, choice("The rotary dial: 0 is ten pulses (standard), or as in New Zealand or Sweden; off: keys only.")
    ] = "standard"
    # firmware/core/hook.py tells where these come from; "learn my dial" finds them out by itself.
    pulse_break_min_ms: Annotated[int, amount("The shortest break of the loop that is a dial pulse.", 5, 60, "ms")] = 10
    pulse_make_min_ms: Annotated[int, amount("The shortest pause between two dial pulses.", 2, 40, "ms")] = 8
    digit_end_ms: Annotated[int, amount("A pause this long ends a dialed digit.", 80, 600, "ms")] = 200
    caller_id: Annotated[
        Literal["auto", "bellcore", "etsi", "dtmf", "off"],
        choice("How the telephone is told who calls; auto: as the country does."),
    ] = "auto"
    message_waiting: Annotated[
        MessageWaiting, choice("How waiting messages are shown: stuttering dial tone, the telephone's lamp (FSK), or both.")
    ] = "stutter"
    polarity_reversal: Annotated[bool, choice("Whether the line's polarity turns while a call you made is answered.")] = False
    # 100 to 10000 ms is what the HT8xx allow.
    loop_disconnect_ms: Annotated[
        int,
        amount_or_zero("How long the line goes dead when the other side hangs up; 0: never.", 100, 10000, "ms"),
    ] = 0
    # No standard found for the time: unconfirmed.
    howler_after_s: Annotated[
        float, amount("Busy tone this long, then the howler for a handset left off; 0: no howler.", 0, 600, "s")
    ] = 60
    gain_rx_db: Annotated[float, amount("Louder or softer in the receiver.", -12, 6, "dB")] = 0
    gain_tx_db: Annotated[float, amount("Louder or softer from the mouthpiece.", -12, 6, "dB")] = 0
    echo_canceller: Annotated[bool, choice("Whether the line's echo is taken out of what the other side hears.")] = True
    fax: Annotated[bool, choice("Whether a fax machine's tone (2100 Hz) makes the call fit for fax.")] = True
