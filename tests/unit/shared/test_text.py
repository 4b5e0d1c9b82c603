"""Two texts that look the same are the same in their normal form."""

import unicodedata
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from shared.text import ONE_LINE, PROSE, one_line, prose

UNSEEN = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2063\u3164\ufeff\ufffa"
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
JOINING = "\u061c\u200c\u200d\u200e\u200f"
BREAKS = ("\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
SPACES = (*BREAKS, "\t", "\x1f", " ", "\u00a0", "\u2003", "\u2007", "\u202f", "\u3000", "\u2800")
CONTROLS = "".join(chr(c) for c in (*range(1, 9), *range(14, 28), 127, 0x81, 0x8D, 0x90))


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("times", [1, 2, 5])
def test_white_space_of_any_kind_is_one_space(space: str, times: int) -> None:
    assert one_line(f"400 BROAD ST{space * times}SEATTLE{space}") == "400 BROAD ST SEATTLE"


@pytest.mark.parametrize("char", UNSEEN + TURNING + CONTROLS)
def test_what_nobody_sees_is_dropped_from_one_line(char: str) -> None:
    assert one_line(f"{char}Sam{char}uel{char} Testperson") == "Samuel Testperson"


@pytest.mark.parametrize("char", sorted(set(UNSEEN + TURNING + CONTROLS) - set(JOINING)))
def test_what_nobody_sees_is_dropped_from_prose(char: str) -> None:
    assert prose(f"met at{char} the\n{char}shelter") == "met at the\nshelter"


@pytest.mark.parametrize("char", JOINING)
def test_prose_keeps_what_its_writing_needs(char: str) -> None:
    assert prose(f"a{char}b") == f"a{char}b"


@pytest.mark.parametrize("line_break", BREAKS)
def test_prose_keeps_its_lines(line_break: str) -> None:
    assert prose(f"one{line_break}two\tthree  four{line_break}") == "one\ntwo\tthree  four"


@pytest.mark.parametrize(
    ("windows", "meant"),
    [("D\x92Angelo", "D\u2019Angelo"), ("A\x96B", "A\u2013B"), ("\x8cuvre", "\u0152uvre")],
)
def test_windows_characters_read_as_latin_1_get_their_meaning_back(
    windows: str, meant: str
) -> None:
    assert one_line(windows) == prose(windows) == meant


@pytest.mark.parametrize("name", ["José", "Nguyễn Văn Đức", "Ångström", "김민준", "Žižek"])
def test_letters_are_composed(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)
    assert decomposed != name
    assert one_line(decomposed) == prose(decomposed) == name


@pytest.mark.parametrize(
    "text", ["O'Brien", "ABC-12/3 (x)", "naïve café", "مریم", "\u845b\U000e0100"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert one_line(text) == prose(text) == text


any_text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]), st.sampled_from(UNSEEN + TURNING + CONTROLS)
    )
)


@given(any_text)
def test_the_normal_form_is_final(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert prose(prose(text)) == prose(text)
    assert one_line(prose(text)) == one_line(text)


@given(any_text)
def test_one_line_has_no_control_and_no_turning_character(text: str) -> None:
    kept = one_line(text.replace("\x00", ""))
    assert not [c for c in kept if unicodedata.category(c) in ("Cc", "Zl", "Zp")]
    assert not set(kept) & set(UNSEEN + TURNING)
    assert "  " not in kept


@given(any_text, st.sampled_from(["NFC", "NFD"]))
def test_the_form_of_letters_makes_no_difference(text: str, form: str) -> None:
    assert one_line(unicodedata.normalize(form, text)) == one_line(text)  # type: ignore[arg-type]


class Sent(BaseModel, strict=True):
    name: Annotated[str, Field(min_length=1, max_length=6), ONE_LINE]
    note: Annotated[str, PROSE] = ""


def test_fields_hold_the_normal_form() -> None:
    sent = Sent.model_validate_json('{"name": " Jose\\u0301\\tM ", "note": "a\\r\\nb"}')
    assert (sent.name, sent.note) == ("José M", "a\nb")


def test_lengths_are_those_of_the_normal_form() -> None:
    assert Sent.model_validate_json('{"name": "abc\\u200b\\n\\n\\n\\n\\n\\nde"}').name == "abc de"
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate_json('{"name": "\\u200b \\u3000"}')
    assert refused.value.errors()[0]["type"] == "string_too_short"


@pytest.mark.parametrize("body", ['{"name": 5}', '{"name": null}', '{"name": ["a"]}'])
def test_what_is_no_text_is_refused_as_before(body: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate_json(body)
    assert refused.value.errors()[0]["type"] == "string_type"
