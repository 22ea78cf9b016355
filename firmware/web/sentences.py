"""The device's sentences that a page shows in its reader's language, values and all: how each is made, for the catalogues. Pure data.

The device speaks English to everyone; `Words.sentence` and `translated` of static/words.js know a sentence again by its pattern,
and say what stands in the braces by these patterns too. `tests/web/test_catalogues.py` finds each in the source that says it.
"""

PATTERNS = (
    # a mistake in the settings, as `keepline check` says it (firmware/settings)
    "settings: [{place}] {key}: {problem}; allowed: {allowed}",
    "settings: [{place}]: {problem}; allowed: {allowed}",
    "{value} is not allowed",
    "{value} is not a list",
    "{value} stands there twice",
    "{value} is already taken by [{place}]",
    "{value} leaves no room for a flash",
    "a list of {allowed}",
    "a whole number from {least} to {most}",
    "whole numbers from {least} to {most}",
    "0 or {allowed}",
    # the choice of the uplink (core/uplink_choice.py, core/uplink_health.py); what ends a sentence stands before what begins one
    "{reason}; used again after {seconds} s of calm, for it failed {count} times: {left} s to go",
    "{reason}; used again after {seconds} s of calm, for it failed {count} time: {left} s to go",
    "{reason}; used again after {seconds} s of calm: {left} s to go",
    "{reason}; not before the call ends",
    "{reason}, and its month is used up",
    "no uplink works; {uplink}: {reason}",
    "{uplink} works; {other}: {reason}",
    "{uplink} is poor: {reason}; {other} is good",
    "{uplink} has used up its month; {other} works",
    "{uplink}: {reason}; {other} works",
    "{uplink} is the one you chose and works again",
    "{uplink} comes before {other} and has been calm for {seconds} s",
    "the address of {uplink} changed to {address}",
    "you chose {uplink}",
    "no voice for {ms} ms and no probe is answered",
    "the router answers, nobody behind it does ({count} probes lost)",
    "nobody answers, not even the router ({count} probes lost)",
    "R {r}, below {least} for {seconds} s: {figures}",
    "{loss} % loss, {jitter} ms jitter, {rtt} ms round trip",
    # the modem (core/modem_session.py)
    "no data connection: {reason}",
    "the data connection is lost: {reason}",
    # registrations and calls (firmware/sip, core/guards.py)
    "the server could not be reached: {reason}",
    "the server cannot be reached: {reason}",
    "no name server knows {server}, or none answers",
    "the far end asks to call {number} instead, which is not done by itself: it could cost money",
    "{number} is blocked: it begins with {prefix}",
    "{number} is a premium-rate number, and those are refused",
    "{number} cannot be told to be in this country, and international calls are off",
    # the page's own door (firmware/trust)
    "Too many wrong tries; try again in {time}.",
    "{count} seconds",
    "{count} minutes",
    "{uplink} works",
)
"""Tried in this order; the first that fits counts."""

PLAIN = (
    "is missing",
    "the list is empty",
    "this value is not allowed",
    "somebody else saved the settings meanwhile; look at them again before you change them",
    "the link is up; nobody has answered yet",
    "the login page is gone",
    "a login page stands between it and the internet",
    "the internet answers, the provider does not",
    "probes are answered, but no voice comes",
    "it works, but names are not resolved on it",
    "it works",
    "looking for a network",
    "the network is lost for the moment",
    "the network refuses the SIM card",
    "no network found yet",
    "no network takes the SIM card",
    "the modem does not answer",
    "there is no modem",
    "it took too long",
    "no uplink leads to the internet now",
    "the server wants a password, and none is set",
    "there is no account to call with",
    "the far end does not take encrypted voice as this account offers it, or speaks none of our codecs",
    "the device stopped",
)
"""Those without a value. tests/web/catalogues.py adds what other parts say."""
