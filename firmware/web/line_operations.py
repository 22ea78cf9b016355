"""Operations that try a line out: the ring test, and the lesson of a rotary dial. How they stand is part of the status. It knows no page."""

from collections.abc import Iterable

from firmware.web.door import Door
from firmware.web.operation import Operation, order
from firmware.web.operations import LINE, LINE_IN_BODY
from firmware.web.visitor import Scope


def trying(door: Door) -> Iterable[Operation]:
    place = "/line/ring-test"
    yield Operation(
        "POST",
        place,
        "Ring a telephone without a call, for some 10 s or until it is lifted; status: ring_test of the line.",
        Scope.CALL,
        order(door, "line.ring_test"),
        (LINE_IN_BODY,),
    )
    yield Operation("DELETE", place, "End the ring test.", Scope.CALL, order(door, "line.ring_test_stop"), (LINE,))
    place = "/line/dial-lesson"
    yield Operation(
        "POST",
        place,
        "Teach a line its rotary dial: lift the handset, dial 1 to 9 and 0; status: dial_lesson of the line.",
        Scope.ADMIN,
        order(door, "line.learn_dial"),
        (LINE_IN_BODY,),
    )
    yield Operation(
        "POST", f"{place}/keep", "Keep what was learned.", Scope.ADMIN, order(door, "line.learn_dial_keep"), (LINE_IN_BODY,)
    )
    yield Operation("DELETE", place, "Call the lesson off.", Scope.ADMIN, order(door, "line.learn_dial_stop"), (LINE,))
    yield Operation("DELETE", "/line/dial", "Forget a learned dial.", Scope.ADMIN, order(door, "line.forget_dial"), (LINE,))
