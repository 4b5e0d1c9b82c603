"""Phone numbers as people paste them, kept as E.164: the one place that reads a phone number.

What a person does not see (marks that turn text, zero-width characters) does not count; brackets,
dots, any dash, `tel:`, a trunk `(0)` and digits of other scripts are understood. Whether a number
can exist says `phonenumbers`, which carries the numbering plans of the world (ADR 0049).
"""

import re
import unicodedata
from typing import Annotated

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

# Far longer than any number with its decoration.
LONGEST = 60
_SCHEME = re.compile(r"^\s*(?:tel|sms|callto|phone|mobile|cell|whatsapp)\s*:\s*", re.IGNORECASE)
_TOO_SHORT = "This is no phone number: it has too few digits for its country."
_TOO_LONG = "This is no phone number: it has too many digits for its country."
_HINTS = {
    "phone_country": "Give the number with its country, as in +1 206 555 0100.",
    "phone_letters": "Write the number in digits, without letters.",
    "phone_extension": "Leave the extension out: messages and calls go to the number itself.",
    "phone_unknown_country": "No country has the code after the plus sign.",
    "phone_too_short": _TOO_SHORT,
    "phone_too_long": _TOO_LONG,
    "phone_impossible": "No phone number of its country begins like this: check the digits.",
}


class PhoneRefused(ValueError):
    """Why a text is no phone number: a code, and a hint that never repeats the text."""

    def __init__(self, code: str) -> None:
        super().__init__(_HINTS[code])
        self.code, self.hint = code, _HINTS[code]


def read_phone(text: str) -> str:
    """The number as E.164, such as `+12065550100`. Raises PhoneRefused."""
    cleaned = _SCHEME.sub("", _visible(text)).strip()
    if not cleaned.startswith("+"):
        raise PhoneRefused("phone_country")
    try:
        number = phonenumbers.parse(cleaned)
    except NumberParseException as error:
        raise PhoneRefused(_UNREADABLE.get(error.error_type, "phone_country")) from None
    if number.extension:
        raise PhoneRefused("phone_extension")
    if any(character.isalpha() for character in cleaned):
        raise PhoneRefused("phone_letters")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in _IMPOSSIBLE:
        raise PhoneRefused(_IMPOSSIBLE[reason])
    if not phonenumbers.is_valid_number(number):
        raise PhoneRefused("phone_impossible")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_UNREADABLE = {
    NumberParseException.NOT_A_NUMBER: "phone_country",
    NumberParseException.INVALID_COUNTRY_CODE: "phone_unknown_country",
    NumberParseException.TOO_SHORT_NSN: "phone_too_short",
    NumberParseException.TOO_SHORT_AFTER_IDD: "phone_too_short",
    NumberParseException.TOO_LONG: "phone_too_long",
}
_IMPOSSIBLE = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_too_short",
    ValidationResult.TOO_SHORT: "phone_too_short",
    ValidationResult.TOO_LONG: "phone_too_long",
    ValidationResult.INVALID_LENGTH: "phone_impossible",
    ValidationResult.INVALID_COUNTRY_CODE: "phone_unknown_country",
}


def _visible(text: str) -> str:
    """Without what nobody sees; fullwidth characters in their usual form."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


def _checked(text: str) -> str:
    try:
        return read_phone(text)
    except PhoneRefused as error:
        raise PydanticCustomError(error.code, error.hint) from None


Phone = Annotated[
    str,
    Field(max_length=LONGEST, description="With its country, as in +1 206 555 0100."),
    AfterValidator(_checked),
]
