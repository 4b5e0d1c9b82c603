"""Numbers, constants, defaults, value tables, and text on one line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead.mapping import Mapping, Unmappable
from lead.mapping.numbers import whole_number
from lead.mapping.targets import one_line
from lead.rows import FileRow

BASE = {"source_record_id": "No", "occurred_at": {"time": "When"}}


def body(fields: dict[str, Any], cells: dict[str, Any], **constants: Any) -> dict[str, Any]:
    """What a row becomes; the cells go the way of a file's."""
    mapping = Mapping.model_validate(
        {
            "time_zone": "UTC",
            "constants": {"site": "s", "source_system": "rms", "contact_type": "booking"}
            | constants,
            "fields": BASE | fields,
        }
    )
    return mapping.body(FileRow(1, {"No": "1", "When": "2026-03-04 01:10"} | cells).texts)


@pytest.mark.parametrize(
    ("cell", "right"),
    [("34", 34), (" 34 ", 34), ("034", 34), ("34.0", 34), ("34.", 34), ("0", 0), (34, 34),
     (34.0, 34), ("000", 0)],
)  # fmt: skip
def test_a_column_of_whole_numbers_is_read(cell: object, right: int) -> None:
    """From CSV and from NDJSON, into each field that is a number."""
    fields = {"person.age_from": "Age", "person.age_to": {"number": "Age"}, "record_version": "Age"}
    found = body(fields, {"Age": cell})
    assert (found["person"]["age_from"], found["person"]["age_to"]) == (right, right)
    assert found["record_version"] == right


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("34.5", "not_a_whole_number"),
        ("-34", "not_a_whole_number"),
        ("+34", "not_a_whole_number"),
        ("34 years", "not_a_whole_number"),
        ("thirty", "not_a_whole_number"),
        ("1,234", "not_a_whole_number"),
        ("٣٤", "not_a_whole_number"),
        ("0x22", "not_a_whole_number"),
        ("1_000", "not_a_whole_number"),
        ("True", "not_a_whole_number"),
        (True, "not_a_whole_number"),
        ("2.0240001234E10", "number_with_exponent"),
        (1e22, "number_with_exponent"),
        ("1" * 16, "number_too_long"),
    ],
)
def test_what_is_no_whole_number_is_rejected(cell: object, code: str) -> None:
    """With the column and a reason; nothing is rounded."""
    for rule in ("Age", {"number": "Age"}):
        with pytest.raises(Unmappable) as caught:
            body({"person.age_from": rule}, {"Age": cell})
        assert (caught.value.reason["pointer"], caught.value.reason["code"]) == ("Age", code)


@pytest.mark.parametrize("cell", ["1,23", "12,34", "1,2345", ",123", "1,,234", "1234,567"])
def test_thousands_stand_before_every_three_digits(cell: str) -> None:
    """Only where the mapping names the separator, and only where it can stand."""
    rule = {"number": "V", "thousands": ","}
    assert body({"record_version": rule}, {"V": "1,234,567"})["record_version"] == 1234567
    assert body({"record_version": rule}, {"V": "1234"})["record_version"] == 1234
    with pytest.raises(Unmappable):
        body({"record_version": rule}, {"V": cell})


@given(st.integers(0, 10**15 - 1))
def test_every_number_survives_its_spellings(number: int) -> None:
    """Plain, with zeros, as a spreadsheet's decimal, with separators."""
    for text in (f"{number}", f"00{number}", f"{number}.0", f"{number}.000"):
        assert whole_number(text, "c") == number
    assert whole_number(f"{number:,}", "c", ",") == number
    assert whole_number(f"{number:,}".replace(",", "."), "c", ".") == number


@given(st.text(max_size=12))
def test_any_text_is_a_number_of_its_digits_or_rejected(text: str) -> None:
    """Never another number than the digits say."""
    try:
        found = whole_number(text, "c")
    except Unmappable:
        return
    assert int(text.split(".")[0]) == found


def test_a_number_goes_into_a_text_as_its_digits() -> None:
    """As a data frame writes an id column that has gaps."""
    found = body({"source_record_id": {"number": "Id"}}, {"Id": 20240001.0})
    assert found["source_record_id"] == "20240001"
    assert body({"source_record_id": "Id"}, {"Id": 20240001})["source_record_id"] == "20240001"


def test_constants_are_what_their_field_wants() -> None:
    """A version in quotes is a version; a word is refused with the mapping."""
    assert body({}, {}, record_version="2", incident_number=7)["record_version"] == 2
    assert body({}, {}, incident_number=7)["incident_number"] == "7"
    with pytest.raises(ValueError, match="record_version"):
        body({}, {}, record_version="two")


def test_defaults_stand_in_for_missing_cells() -> None:
    """In every kind of rule; a value that the table lacks is another matter."""
    sex = {"column": "Sex", "values": {"M": "M"}, "otherwise": "U", "default": "X"}
    fields = {
        "person.sex": sex,
        "record_version": {"number": "Ver", "default": 1},
        "person.dob": {"date": "Born", "default": "1980-01-02"},
    }
    found = body(fields, {"Sex": "", "Ver": "", "Born": None})
    assert found["person"] == {"sex": "X", "dob": "1980-01-02"}
    assert found["record_version"] == 1
    assert body(fields, {"Sex": "??", "Ver": "3"})["person"]["sex"] == "U"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("400 BROAD ST\nSEATTLE, WA", "400 BROAD ST SEATTLE, WA"),
        ("400 BROAD ST\r\n  APT 3\r\n", "400 BROAD ST APT 3"),
        ("400 BROAD ST\tAPT 3", "400 BROAD ST APT 3"),
        ("400\u2028BROAD\u0085ST\v3", "400 BROAD ST 3"),
        ("400  BROAD", "400  BROAD"),
    ],
)
def test_line_breaks_and_tabs_become_spaces(text: str, right: str) -> None:
    """A booking is not refused for the look of its address."""
    found = body({"location.text": "Place", "booking.facility": "Place"}, {"Place": text})
    assert found["location"]["text"] == right
    assert found["booking"]["facility"] == right


@given(st.text(max_size=60))
def test_one_line_keeps_every_word(text: str) -> None:
    """Whatever breaks a line goes, and nothing else."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert "\t" not in line
    assert line.split() == text.split()


def test_identifiers_are_text() -> None:
    """Also where the file has them as numbers."""
    found = body({"person.identifiers[sid]": "Sid"}, {"Sid": 12345})
    assert found["person"]["identifiers"] == [{"system": "sid", "value": "12345"}]
