"""A phone number is what a person sees; one that cannot exist is refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.phones import Phone, PhoneRefused, read_phone

SEATTLE, LONDON = "+12065550142", "+442079460958"


@pytest.mark.parametrize(
    ("pasted", "number"),
    [
        ("+12065550142", SEATTLE),
        ("+1 (206) 555-0142", SEATTLE),
        ("+1.206.555.0142", SEATTLE),
        (" +1 206 555 0142\n", SEATTLE),
        ("\u202d+1 206 555 0142\u202c", SEATTLE),
        ("\u2066+1 206 555 0142\u2069", SEATTLE),
        ("+1 206 555 0142\u200e", SEATTLE),
        ("\ufeff+1 206 555\u200b0142", SEATTLE),
        ("+1\u2011206\u2011555\u20110142", SEATTLE),
        ("+1\u2013206\u2014555\u22120142", SEATTLE),
        ("+1\u00a0206\u202f555\u20090142", SEATTLE),
        ("tel:+1-206-555-0142", SEATTLE),
        ("TEL: +1 206 555 0142", SEATTLE),
        ("sms:+12065550142", SEATTLE),
        ("\uff0b1 206 555 0142", SEATTLE),
        ("\uff0b\uff11\uff12\uff10\uff16\uff15\uff15\uff15\uff10\uff11\uff14\uff12", SEATTLE),
        ("+\u0661\u0662\u0660\u0666\u0665\u0665\u0665\u0660\u0661\u0664\u0662", SEATTLE),
        ("+44 (0)20 7946 0958", LONDON),
        ("+44 20 7946 0958", LONDON),
        ("+49 (0)30 901820", "+4930901820"),
        ("+39 06 1234 5678", "+390612345678"),
    ],
)
def test_a_number_is_read_as_it_is_pasted(pasted: str, number: str) -> None:
    assert read_phone(pasted) == number
    assert read_phone(read_phone(pasted)) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_country"),
        ("+", "phone_country"),
        ("555 0142", "phone_country"),
        ("1-206-555-0142", "phone_country"),
        ("(206) 555-0142", "phone_country"),
        ("+0123456789", "phone_unknown_country"),
        ("+999 12345678", "phone_unknown_country"),
        ("+1 555 0142", "phone_too_short"),
        ("+1 206 555 014", "phone_too_short"),
        ("+1 206 555 01423", "phone_too_long"),
        ("+44 20 7946 09581234", "phone_too_long"),
        ("+1 999 999 9999", "phone_impossible"),
        ("+1 123 456 7890", "phone_impossible"),
        ("+1 206 055 0142", "phone_impossible"),
        ("+1 206 555 0142 x12", "phone_extension"),
        ("+1 206 555 0142 ext. 3", "phone_extension"),
        ("+1 800 FLOWERS", "phone_letters"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(PhoneRefused) as refused:
        read_phone(text)
    assert refused.value.code == code
    assert not text.strip("+") or text not in refused.value.hint


DECORATION = st.text(st.sampled_from(" -.()\u00a0\u200b\u200e\u202d\u202c\u2011\u2013"), max_size=2)


@given(st.lists(DECORATION, min_size=9, max_size=9))
def test_decoration_between_the_digits_says_nothing(gaps: list[str]) -> None:
    """Marks that are invisible, any dash, dots and spaces."""
    digits = "206555" + "0142"
    text = "+1 " + "".join(d + gap for d, gap in zip(digits, [*gaps, ""], strict=True))
    assert read_phone(text) == SEATTLE


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """Nothing else comes out, whatever goes in."""
    try:
        number = read_phone(text)
    except PhoneRefused:
        return
    assert read_phone(number) == number


def test_a_body_says_why() -> None:
    """The same words at the field of a request."""
    adapter = TypeAdapter(Phone)
    assert adapter.validate_python("tel:+1-206-555-0142") == SEATTLE
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python("+1 555 0142")
    [error] = refused.value.errors()
    assert (error["type"], "too few digits" in error["msg"]) == ("phone_too_short", True)
