"""The table of the API: every operation that is one order of the device. Those that do more stand in rooms of their own."""

from collections.abc import Iterable

from firmware.web.door import Door
from firmware.web.fields import Field, Place
from firmware.web.operation import SETTINGS_BYTES, Operation, order
from firmware.web.visitor import Scope

LINE = Field("line", int, "Which line, from 1.", Place.QUERY, least=1, most=2)
LINE_IN_BODY = Field("line", int, "Which line, from 1.", least=1, most=2)
CHANGES = Field("changes", dict, "Sections by name: keys to change, null for the default; a list section whole.", required=True)
REVISION = Field("revision", str, "The revision the changes were made on, as GET /settings told it.", longest=64)
MESSAGE = Field("message", str, "The message's id.", Place.PATH, longest=64)
PULSE_PATIENCE_S = 60.0
"""Pulses take over a second each."""

_FORWARDS = ("always", "busy", "no_answer", "unreachable")
_TRIAL_PATIENCE_S = 30.0
_JOIN_PATIENCE_S = 70.0
"""The device gives up after 50."""

_SSID = (
    Field("ssid", str, "The network's name, of 1 to 32 bytes.", longest=256),
    Field("ssid_hex", str, "The same byte by byte, where it is no text.", longest=256),
)


def reading(door: Door) -> Iterable[Operation]:
    """Everything that only looks."""
    yield Operation("GET", "/status", "Lines, numbers, calls, uplinks, modem: all that is.", Scope.READ, order(door, "status"))
    yield Operation(
        "GET", "/timeline", "Uplinks, numbers and the quality of calls over 24 hours.", Scope.READ, order(door, "timeline")
    )
    yield Operation(
        "GET",
        "/explain",
        "Where a number would go, and why.",
        Scope.READ,
        order(door, "explain"),
        (
            Field("number", str, "The number as dialed.", Place.QUERY, required=True, longest=64),
            LINE,
            Field("at", str, "When, as ISO 8601; now otherwise.", Place.QUERY, longest=40),
        ),
    )
    yield Operation("GET", "/services", "What is switched on by star codes.", Scope.READ, order(door, "services"))
    yield Operation(
        "GET",
        "/voicemail",
        "Messages, oldest first.",
        Scope.READ,
        order(door, "voicemail.list"),
        (Field("mailbox", str, "Of this mailbox only.", Place.QUERY, longest=64),),
    )
    yield Operation("GET", "/phone", "The simulated telephone's state.", Scope.READ, order(door, "phone.state"), (LINE,))


def calling(door: Door) -> Iterable[Operation]:
    """What somebody at the telephone may do."""
    for verb, words in (("lift", "Lift the handset"), ("replace", "Replace the handset"), ("flash", "Flash the hook")):
        yield Operation(
            "POST",
            f"/phone/{verb}",
            f"{words} of the simulated telephone.",
            Scope.CALL,
            order(door, f"phone.{verb}"),
            (LINE_IN_BODY,),
        )
    yield Operation(
        "POST",
        "/phone/dial",
        "Dial on the simulated telephone.",
        Scope.CALL,
        order(door, "phone.dial", PULSE_PATIENCE_S),
        (
            Field("digits", str, "0 to 9, * and #.", required=True, longest=64),
            LINE_IN_BODY,
            Field("pulse", bool, "By breaks of the loop."),
        ),
    )
    switches = ("do_not_disturb", "call_waiting", "hides_number", "rejects_anonymous")
    yield Operation(
        "POST",
        "/services/line",
        "Switch a line's services on or off.",
        Scope.CALL,
        order(door, "services.line"),
        (
            Field("line", int, "Which line, from 1.", required=True, least=1, most=2),
            *(Field(name, bool, f"Whether {name.replace('_', ' ')} is on.") for name in switches),
        ),
    )
    yield Operation(
        "POST",
        "/services/forward",
        "Send a line's calls on to a number.",
        Scope.CALL,
        order(door, "services.forward"),
        (
            Field("line", int, "Which line, from 1.", required=True, least=1, most=2),
            Field("when", str, "Which calls.", required=True, longest=40),
            Field("number", str, "Where to; empty: no longer.", longest=64),
        ),
    )
    yield Operation(
        "POST",
        "/services/speed-dial",
        "Put a number on a key, or take it away.",
        Scope.CALL,
        order(door, "services.speed_dial"),
        (
            Field("key", int, "The key.", required=True, least=2, most=9),
            Field("number", str, "The number; empty: none.", longest=64),
        ),
    )
    yield Operation(
        "POST",
        "/people/block",
        "Let a caller ring no more.",
        Scope.CALL,
        order(door, "services.block"),
        (Field("number", str, "The number, as the call log has it.", required=True, longest=64),),
    )
    yield Operation(
        "POST",
        "/services/unblock",
        "Let a blocked caller ring again.",
        Scope.CALL,
        order(door, "services.unblock"),
        (Field("number", str, "The number, as it is listed.", required=True, longest=64),),
    )
    yield Operation(
        "POST",
        "/voicemail/{message}/heard",
        "Mark a message as heard or new.",
        Scope.CALL,
        order(door, "voicemail.mark"),
        (MESSAGE, Field("heard", bool, "Heard, or new again.")),
    )
    yield Operation(
        "DELETE", "/voicemail/{message}", "Delete a message.", Scope.CALL, order(door, "voicemail.delete"), (MESSAGE,)
    )


def connecting(door: Door) -> Iterable[Operation]:
    """The ways to the internet, and the lamps that show them."""
    yield Operation(
        "POST",
        "/uplinks/pin",
        "Use one uplink as long as it works, or leave the choice to the box.",
        Scope.ADMIN,
        order(door, "uplinks.pin"),
        (Field("uplink", str, "Its interface; empty: the best one.", required=True, longest=32),),
    )
    yield Operation(
        "GET", "/uplinks/proposal", "What [[uplink]] could be to begin with.", Scope.ADMIN, order(door, "uplinks.proposal")
    )
    yield Operation("GET", "/modem", "The modem, its card and its network.", Scope.READ, order(door, "modem.status"))
    yield Operation(
        "POST",
        "/modem/pin",
        "Give the card its PIN.",
        Scope.ADMIN,
        order(door, "modem.pin", _TRIAL_PATIENCE_S),
        (Field("pin", str, "4 to 8 digits.", required=True, longest=8, secret=True),),
    )
    yield Operation(
        "GET", "/wifi", "The Wi-Fi radio, its network, and the networks that are kept.", Scope.READ, order(door, "wifi.status")
    )
    yield Operation(
        "POST",
        "/wifi/scan",
        "Look for Wi-Fi networks; the strongest comes first.",
        Scope.ADMIN,
        order(door, "wifi.scan", _TRIAL_PATIENCE_S),
    )
    yield Operation(
        "POST",
        "/wifi/join",
        "Join a Wi-Fi network and keep it; the answer says in words how it went.",
        Scope.ADMIN,
        order(door, "wifi.join", _JOIN_PATIENCE_S),
        (
            *_SSID,
            Field(
                "passphrase",
                str,
                "8 to 63 characters, or a key of 64 hexadecimal digits; none for an open network or one that is kept.",
                longest=256,
                secret=True,
            ),
        ),
    )
    yield Operation("POST", "/wifi/forget", "Forget a Wi-Fi network.", Scope.ADMIN, order(door, "wifi.forget"), _SSID)
    yield Operation("POST", "/panel/identify", "Let the box show itself by its lamps.", Scope.CALL, order(door, "panel.identify"))


def administering(door: Door) -> Iterable[Operation]:
    """Everything else that is one order."""
    yield Operation("POST", "/calls/erase", "Forget all calls that are over.", Scope.ADMIN, order(door, "calls.erase"))
    yield Operation("GET", "/providers", "Presets of telephone providers.", Scope.ADMIN, order(door, "settings.providers"))
    yield Operation("POST", "/reload", "Read the settings file again.", Scope.ADMIN, order(door, "reload"))
    yield Operation(
        "POST",
        "/settings/preview",
        "What a change would do, and what is wrong with it.",
        Scope.ADMIN,
        order(door, "settings.preview"),
        (CHANGES, REVISION),
        most_bytes=SETTINGS_BYTES,
    )
    yield Operation(
        "GET",
        "/settings",
        "Every setting as the file has it, secrets masked, with what each key is for.",
        Scope.ADMIN,
        order(door, "settings.show"),
    )
    yield Operation(
        "POST",
        "/settings/test-account",
        "Register a trial account, and say in words how it went.",
        Scope.ADMIN,
        order(door, "settings.test_account", _TRIAL_PATIENCE_S),
        (Field("account", dict, "The keys of an [[account]].", required=True),),
        most_bytes=16 * 1024,
    )
    yield Operation("POST", "/system/restart", "Start the device anew; calls end.", Scope.ADMIN, order(door, "system.restart"))
    yield Operation(
        "GET",
        "/system/update",
        "The version that runs, and the updater, if there is one.",
        Scope.ADMIN,
        order(door, "system.update"),
    )
    yield Operation("POST", "/system/update/look", "Look for a newer version.", Scope.ADMIN, order(door, "system.update_look"))
    yield Operation(
        "POST",
        "/system/update/install",
        "Install the version that was found; calls end.",
        Scope.ADMIN,
        order(door, "system.update_install"),
    )
    yield Operation(
        "POST",
        "/system/factory-reset",
        "Forget all settings, calls and messages, and start anew.",
        Scope.ADMIN,
        order(door, "system.factory_reset"),
        (Field("confirm", str, "The box's name, so that nobody does this by mistake.", required=True, longest=64),),
    )
    yield Operation(
        "GET",
        "/system/logs",
        "The newest lines of the log, secrets removed.",
        Scope.ADMIN,
        order(door, "system.logs"),
        (
            Field("lines", int, "How many.", Place.QUERY, least=1, most=2000),
            Field("level", str, "The least level.", Place.QUERY, choices=("debug", "info", "warning", "error")),
        ),
    )
    yield Operation("GET", "/tokens", "The API tokens there are, without their words.", Scope.ADMIN, order(door, "access.tokens"))
    yield Operation(
        "POST",
        "/tokens",
        "Make an API token; its word is told this once.",
        Scope.ADMIN,
        order(door, "access.token_new"),
        (
            Field("name", str, "What it is for.", required=True, longest=64),
            Field("scope", str, "What it may do.", required=True, choices=tuple(scope.value for scope in Scope)),
        ),
    )
    yield Operation(
        "DELETE",
        "/tokens/{token}",
        "Revoke an API token.",
        Scope.ADMIN,
        order(door, "access.token_revoke"),
        (Field("token", str, "The token's id.", Place.PATH, longest=64),),
    )
