"""What phonenumbers (Google's libphonenumber) says of whole numbers. Importing it takes some 10 ms and 1.5 MB, so it is imported when first asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from firmware.core.numbers import Kind

_KINDS = {
    PhoneNumberType.FIXED_LINE: Kind.FIXED,
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: Kind.FREE,
    PhoneNumberType.PREMIUM_RATE: Kind.PREMIUM,
    PhoneNumberType.VOIP: Kind.FIXED,
}
"""The others (shared cost, personal, pager, UAN, voicemail) cost nobody tells how much: unknown."""


@dataclass(frozen=True)
class Found:
    """`country` is "" where the library cannot tell, which is so of ranges newer than its data."""

    e164: str
    calling_code: str
    national: str
    kind: Kind
    country: str


def first_valid(candidates: Sequence[str], home: str) -> Found | None:
    """The first of these E.164 numbers that is in use, or else the first that has a possible length. `home` is tried first where
    countries share numbers, as Kazakhstan and Russia do 8-800."""
    parsed = [number for number in map(_parse, candidates) if number]
    valid = next((number for number in parsed if phonenumbers.is_valid_number(number)), None)
    number = valid or next((number for number in parsed if _possible(number)), None)
    if number is None:
        return None
    return Found(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        calling_code=str(number.country_code),
        national=phonenumbers.national_significant_number(number),
        kind=_KINDS.get(phonenumbers.number_type(number), Kind.UNKNOWN),
        country=_country(number, home),
    )


def others_of(calling_code: str, home: str) -> str:
    """The first other country of a shared calling code; "" where it is not shared."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code), ())
    return next((region for region in regions if region != home), "")


def main_country(calling_code: str) -> str:
    """ "" where there is none."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code), ())
    return regions[0] if regions else ""


def _parse(candidate: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(candidate)
    except NumberParseException:
        return None


def _possible(number: PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _country(number: PhoneNumber, home: str) -> str:
    if phonenumbers.is_valid_number_for_region(number, home):
        return home
    return phonenumbers.region_code_for_number(number) or ""
