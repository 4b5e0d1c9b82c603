"""What to do about a value that Pydantic refuses: the rule in words, with the values it allows.

Only what a schema says is put into a hint (bounds, lengths, allowed values); never what was sent.
"""

from collections.abc import Mapping
from typing import Any

from shared.dates import HINTS, NOT_A_DATE, NOT_A_MOMENT, NOT_A_TIME

_LOGIN = "Give a login: letters, digits and . @ : | + - _."
_SITE = "Give a site's name: small letters, digits and hyphens, at most 63."
_CODE = "Give a code: small letters, digits and underscores, beginning with a letter."
_NUL = "Give a text without NUL characters."
_LANGUAGE = "Give a language's code, as in en or es-MX."
# Every pattern of an input, in words; `tests/architecture/test_inputs.py` misses none.
FORMS = {
    r"^(contact|referral|assignment|transfer|intake_appointment|intake|consent|consent_revoked|"
    r"plan|encounter|linkage|status|hold|coordination|disclosure)$": "Use a kind of the timeline.",
    r"^(open|redriven|discarded)$": "Use one of: 'open', 'redriven' or 'discarded'.",
    r"^[0-9]{0,3}$": "Give a number of at most three digits.",
    r"^[0-9]{2,3}[A-Z]?$": "Give a NIBRS code: two or three digits, and perhaps a capital letter.",
    r"^[0-9]{6}$": "Give the six digits of the code.",
    r"^[0-9a-f]{16}$": "Give the `id` that the list of numbers has.",
    r"^[0-9a-f]{64}$": "Give a SHA-256 in 64 small hexadecimal digits.",
    r"^[A-Z0-9]{7,9}$": "Give an ORI: seven to nine capital letters and digits.",
    r"^[A-Z]{2}$": "Give a state's code: two capital letters.",
    r"^[A-Za-z0-9-]{1,20}$": "Give at most 20 letters, digits and hyphens.",
    r"^[A-Za-z0-9][A-Za-z0-9 ._#-]{0,39}$": "Give at most 40 letters, digits, spaces and . _ # -,"
    " beginning with a letter or digit.",
    r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$": "Give at most 60 letters, digits, spaces and . _ -,"
    " beginning with a letter or digit.",
    r"^[A-Za-z0-9][A-Za-z0-9 ._/#-]{0,59}$": "Give at most 60 letters, digits, spaces and"
    " . _ / # -, beginning with a letter or digit.",
    r"^[A-Za-z0-9][A-Za-z0-9 ._:/#()-]{0,99}$": "Give at most 100 letters, digits, spaces and"
    " . _ : / # ( ) -, beginning with a letter or digit.",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$": "Give at most 63 letters, digits and . _ -, beginning"
    " with a letter or digit.",
    r"^[A-Za-z0-9_-]{1,64}$": "Give at most 64 letters, digits and _ -.",
    r"^[\w.@:|+-]+$": _LOGIN,
    r"^[\w.@:|+-]{0,100}$": _LOGIN,
    r"^[\w.@:|+-]{1,100}$": _LOGIN,
    r"^[\w][\w .-]*$": "Give letters, digits, spaces and . -, beginning with a letter or digit.",
    r"^[^\x00]*$": _NUL,
    r"^[^\x00]+$": _NUL,
    r"^[a-z0-9][a-z0-9-]*$": _SITE,
    r"^[a-z0-9][a-z0-9-]{0,62}$": _SITE,
    r"^[a-z0-9][a-z0-9.-]{0,39}$": "Give at most 40 small letters, digits and . -.",
    r"^[a-z][a-z0-9_]*$": _CODE,
    r"^[a-z][a-z0-9_]{0,39}$": _CODE,
    r"^[a-z]{2,3}(-[A-Z]{2})?$": _LANGUAGE,
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": _LANGUAGE,
    r"^\+[1-9][0-9]{6,14}$": "Give a phone number with its country, as in +12065550100.",
    r"^\d{4}-\d\d-\d\d\.\d{1,12}$": "Give the `next` of the page before, unchanged.",
}
_OTHER_FORM = "The text does not have the form that the API reference shows."
_OTHER = "Give a value as the API reference describes it."

_FIXED = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is not accepted; leave it out.",
    "timezone_aware": "Give the time with its offset, as in 2026-02-03T01:10:00-08:00.",
    "json_invalid": "The body is not valid JSON.",
    "union_tag_not_found": "Say which kind it is, as the API reference shows.",
    "union_tag_invalid": "Use a kind that the API reference lists.",
    "int_from_float": "Give a whole number.",
    "finite_number": "Give a number that is not infinite.",
}
# What begins a code, and the hint for every code that begins so.
_FAMILIES = {
    "string_": "Give a text.",
    "int_": "Give a whole number.",
    "float_": "Give a number.",
    "decimal_": "Give a number.",
    "bool_": "Give true or false.",
    "uuid_": "Give an id as it was answered: 36 hexadecimal digits and hyphens.",
    "datetime_": HINTS[NOT_A_MOMENT],
    "date_": HINTS[NOT_A_DATE],
    "time_": HINTS[NOT_A_TIME],
    "url_": "Give a complete address, beginning with https://.",
    "list_": "Give a list.",
    "tuple_": "Give a list.",
    "set_": "Give a list without repetitions.",
    "dict_": "Give an object.",
    "model_": "Give an object.",
}
# With the bounds of the schema.
_BOUNDED = {
    "enum": "Use one of: {expected}.",
    "literal_error": "Use one of: {expected}.",
    "string_too_long": "Give at most {max_length} characters.",
    "string_too_short": "Give at least {min_length} characters.",
    "too_long": "Give at most {max_length} entries.",
    "too_short": "Give at least {min_length} entries.",
    "greater_than_equal": "Give {ge} or more.",
    "greater_than": "Give more than {gt}.",
    "less_than_equal": "Give {le} or less.",
    "less_than": "Give less than {lt}.",
    "multiple_of": "Give a multiple of {multiple_of}.",
}


def hint_for(kind: str, context: Mapping[str, Any]) -> str:
    """The hint for one of Pydantic's own codes; `context` is its `ctx`."""
    if kind == "string_pattern_mismatch":
        return FORMS.get(context.get("pattern", ""), _OTHER_FORM)
    if kind in _BOUNDED:
        return _BOUNDED[kind].format_map(_Known(context))
    if kind in _FIXED:
        return _FIXED[kind]
    return next((hint for start, hint in _FAMILIES.items() if kind.startswith(start)), _OTHER)


class _Known(dict[str, Any]):
    """What the schema says; a bound that it does not say is in the API reference."""

    def __missing__(self, key: str) -> str:
        return "as many as the API reference says"
