"""Where a dialed number goes: by which account, under which own number, written how, for how long; and why, in sentences.

Pure. Guards first, then the choice of the account (`core.account_choice`). Emergency numbers pass every guard and go by any account that works.
"""

from firmware.core.account_choice import choose, emergency_wishes
from firmware.core.dial_plan import Account, NoRoute, Plan, Request, Route, Situation
from firmware.core.events import EndCause
from firmware.core.guards import Passed, Refusal, examine
from firmware.core.numbers import Kind, Number, written_as

NO_ACCOUNT = "no_account"


def route(plan: Plan, request: Request, situation: Situation) -> Route | NoRoute:
    """The one decision about a dialed number."""
    about = _about(plan, request.number)
    if request.number.kind is Kind.EMERGENCY:
        return _emergency(plan, request, situation, about)
    verdict = examine(plan.guards, request.number, situation.spending)
    if isinstance(verdict, Refusal):
        return NoRoute(request.number, EndCause.REFUSED, verdict.sentence, verdict.prompt, (about, f"{verdict.sentence}."))
    choice = choose(plan, request, situation)
    account = plan.account(choice.account)
    if account is None:
        sentence = f"there is no account {request.account or 'to call with'}"
        return NoRoute(
            request.number, EndCause.CONGESTION, sentence, NO_ACCOUNT, (about, *choice.because, f"{_capital(sentence)}.")
        )
    return _by(plan, request, account, verdict, (about, *choice.because))


def _by(plan: Plan, request: Request, account: Account, passed: Passed, reasons: tuple[str, ...]) -> Route:
    number = request.number
    written = written_as(number, account.form, plan.home)
    emergency = number.kind is Kind.EMERGENCY
    asked = account.hidden if request.hidden is None else request.hidden
    hidden = asked and not emergency
    shows = "does not show its number" if hidden else f"shows {account.own_number}" if account.own_number else "shows its user"
    form = account.form.value if number.e164 else "as dialed"
    said = f"Account {account.id} {shows}; the number is written {written} ({form})."
    told = ("Those who help must see who calls, so the number is shown.",) if asked and emergency else ()
    return Route(
        account.id,
        number,
        written,
        account.own_number,
        hidden,
        emergency,
        passed.limit_s,
        (*reasons, said, *told, *passed.reasons),
    )


# Emergency


def _emergency(plan: Plan, request: Request, situation: Situation, about: str) -> Route | NoRoute:
    if not plan.accounts:
        sentence = "there is no account to call with"
        return NoRoute(request.number, EndCause.CONGESTION, sentence, NO_ACCOUNT, (about, f"{_capital(sentence)}."))
    wanted = emergency_wishes(plan, request, situation)
    working = [account for account in wanted if account.id in situation.working]
    account = (working or wanted)[0]
    if account != wanted[0]:
        why = f"Account {wanted[0].id} would have been first but does not work now; {account.id} does."
    elif working:
        why = f"Account {account.id} is the first that works."
    else:
        why = f"No account works now; it is tried by {account.id} all the same."
    return _by(plan, request, account, Passed(), (about, "An emergency: no guard and no limit holds.", why))


# In words


def _about(plan: Plan, number: Number) -> str:
    contact = plan.contact_of(number)
    what = _WORDS[number.kind]
    written = f"{number.dialed} is {number.e164}, {what} {number.place}".rstrip() if number.e164 else f"{number.dialed} is {what}"
    return f"{written}: {contact.name}." if contact else f"{written}."


_WORDS = {
    Kind.EMERGENCY: "an emergency number",
    Kind.SHORT: "a short number, dialed as it is",
    Kind.CODE: "a feature code, passed through",
    Kind.FIXED: "a fixed line",
    Kind.MOBILE: "a mobile number",
    Kind.FIXED_OR_MOBILE: "a fixed line or a mobile number",
    Kind.FREE: "a number free of charge",
    Kind.PREMIUM: "a premium-rate number",
    Kind.UNKNOWN: "a number of no known kind",
}


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
