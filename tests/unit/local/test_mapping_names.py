"""A whole name in one column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead.mapping import Mapping, Unmappable
from lead.mapping.names import Name, WholeName

WORDS = st.text("ABCDEFGHKLMNOPRSTUÉÑ'-", min_size=2, max_size=9).filter(
    lambda word: word.upper() not in ("II", "III", "IV", "VI", "VII", "VIII", "JR", "SR", "ESQ")
)


def split(text: str, **rule: str) -> tuple[str, str, str, str]:
    """Surname, given, middle, suffix."""
    parts = WholeName.model_validate({"name": "Name", **rule}).split(text).parts()
    return tuple(parts.get(p, "") for p in ("surname", "given", "middle", "suffix"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("MADEUP, SAM", ("MADEUP", "SAM", "", "")),
        ("MADEUP,SAM", ("MADEUP", "SAM", "", "")),
        ("MADEUP , SAM L", ("MADEUP", "SAM", "L", "")),
        ("MADEUP, SAM LEE JR", ("MADEUP", "SAM", "LEE", "JR")),
        ("MADEUP, SAM LEE JR.", ("MADEUP", "SAM", "LEE", "JR")),
        ("MADEUP JR, SAM LEE", ("MADEUP", "SAM", "LEE", "JR")),
        ("MADEUP, JR, SAM LEE", ("MADEUP", "SAM", "LEE", "JR")),
        ("MADEUP, SAM LEE, JR", ("MADEUP", "SAM", "LEE", "JR")),
        ("MADEUP, SAM LEE, V", ("MADEUP", "SAM", "LEE", "V")),
        ("MADEUP III, SAM", ("MADEUP", "SAM", "", "III")),
        ("MADEUP V, SAM", ("MADEUP", "SAM", "", "V")),
        ("MADEUP, SAM V", ("MADEUP", "SAM", "V", "")),
        ("NGUYEN, VI", ("NGUYEN", "VI", "", "")),
        ("GOMEZ, JUNIOR", ("GOMEZ", "JUNIOR", "", "")),
        ("MADEUP, JR", ("MADEUP", "", "", "JR")),
        ("MADEUP, SAM, LEE", ("MADEUP", "SAM", "LEE", "")),
        ("DE LA CRUZ, MARIA JOSE", ("DE LA CRUZ", "MARIA", "JOSE", "")),
        ("GARCIA LOPEZ, ANA", ("GARCIA LOPEZ", "ANA", "", "")),
        ("O'BRIEN-SMITH, MARY-ANN", ("O'BRIEN-SMITH", "MARY-ANN", "", "")),
        ("MADEUP,", ("MADEUP", "", "", "")),
        ("MADEUP", ("MADEUP", "", "", "")),
        ("JR, SAM", ("JR", "SAM", "", "")),
        ("MADEUP\uff0c SAM", ("MADEUP", "SAM", "", "")),
    ],
)
def test_last_first_is_split(text: str, right: tuple[str, ...]) -> None:
    """Suffixes wherever rosters put them; a word that may be a middle name stays one."""
    assert split(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("SAM MADEUP", ("MADEUP", "SAM", "", "")),
        ("SAM LEE MADEUP JR", ("MADEUP", "SAM", "LEE", "JR")),
        ("SAM MADEUP, JR", ("MADEUP", "SAM", "", "JR")),
        ("SAM L. MADEUP III", ("MADEUP", "SAM", "L.", "III")),
        ("MARIA DE LA CRUZ", ("DE LA CRUZ", "MARIA", "", "")),
        ("LUDWIG VAN DER MADE", ("VAN DER MADE", "LUDWIG", "", "")),
        ("VAN MADEUP", ("MADEUP", "VAN", "", "")),
        ("MADEUP", ("MADEUP", "", "", "")),
        ("MADEUP, SAM", ("MADEUP", "SAM", "", "")),
    ],
)
def test_first_last_is_split(text: str, right: tuple[str, ...]) -> None:
    """The surname comes last with its particles; a comma still means that it came first."""
    assert split(text, order="first_last") == right


@pytest.mark.parametrize(
    ("way", "right"),
    [
        ("surname", ("MADEUP SAM LEE", "", "", "")),
        ("last_first", ("MADEUP", "SAM", "LEE", "")),
        ("first_last", ("LEE", "MADEUP", "SAM", "")),
    ],
)
def test_several_words_without_a_comma_need_a_word_of_the_mapping(
    way: str, right: tuple[str, ...]
) -> None:
    """By itself such a name is rejected: nobody can tell which word is the surname."""
    assert split("MADEUP SAM LEE", without_separator=way) == right
    assert split("VAN DER MADE SAM", without_separator="last_first")[:2] == ("VAN DER MADE", "SAM")


def test_another_separator_splits_too() -> None:
    """As older systems write it."""
    assert split("MADEUP/SAM/LEE", separator="/") == ("MADEUP", "SAM", "LEE", "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MADEUP SAM", "name_without_comma"),
        (",", "name_not_understood"),
        ("MADEUP, SAM, LEE, HELD FOR OTHERS", "name_with_many_commas"),
        ("MADEUP, SAM; OTHER, ADA, X, Y", "name_with_many_commas"),
    ],
)
def test_a_name_that_leaves_it_open_is_rejected(text: str, code: str) -> None:
    """With the column and the reason, never the name."""
    rule = {"name": "Name"}
    fields: dict[str, object] = {
        "source_record_id": "No", "occurred_at": {"time": "When"}, "person.name": rule
    }  # fmt: skip
    with pytest.raises(Unmappable) as caught:
        _mapping(fields).body({"No": "1", "When": "2026-03-04 01:10", "Name": text})
    assert caught.value.reason["code"] == code
    assert caught.value.reason["pointer"] == "Name"
    assert "MADEUP" not in str(caught.value)


@given(WORDS, WORDS, st.lists(WORDS, max_size=3), st.sampled_from(["", "JR", "SR", "III"]))
def test_every_word_of_a_name_stays(
    surname: str, given_name: str, middle: list[str], suffix: str
) -> None:
    """Whatever the words, none is lost, and each order says the same."""
    tail = " ".join([given_name, *middle, *([suffix] if suffix else [])])
    right = (surname, given_name, " ".join(middle), suffix)
    assert split(f"{surname}, {tail}") == right
    assert split(f"{surname},{tail}") == right


@given(st.text(max_size=40))
def test_any_text_is_split_without_loss_or_rejected(text: str) -> None:
    """The words that come out are the words that went in, but for dots behind a suffix."""
    rule = WholeName.model_validate({"name": "Name", "without_separator": "surname"})
    try:
        found: Name = rule.split(text)
    except ValueError:
        return
    words = [*found.surname, *found.given, *found.middle, *found.suffix]
    plain = [word.rstrip(".") for word in text.replace(",", " ").split()]
    commas = "\uff0c\u060c\u3001\ufe50\ufe51"
    if not any(comma in text for comma in commas):
        assert sorted(w.rstrip(".") for w in words) == sorted(plain)


def _mapping(fields: dict[str, object]) -> Mapping:
    constants = {"site": "s", "source_system": "rms", "contact_type": "booking"}
    return Mapping.model_validate({"time_zone": "UTC", "constants": constants, "fields": fields})


def _person(fields: dict[str, object], **row: str) -> dict[str, object]:
    base = {"source_record_id": "No", "occurred_at": {"time": "When"}}
    row = {"No": "1", "When": "2026-03-04 01:10", **row}
    person: dict[str, object] = _mapping(base | fields).body(row)["person"]
    return person


def test_a_surname_column_that_is_the_whole_name_is_split() -> None:
    """Where nothing else gives a given name, a comma in the surname's column says the rest."""
    whole = {"surname": "MADEUP", "given": "SAM", "middle": "M"}
    assert _person({"person.surname": "Name"}, Name="MADEUP, SAM M") == whole
    assert _person({"person.surname": {"column": "Name"}}, Name="MADEUP, SAM M") == whole
    assert _person({"person.name": "Name"}, Name="MADEUP, SAM M") == whole
    assert _person({"person.surname": "Name"}, Name="DE LA CRUZ") == {"surname": "DE LA CRUZ"}


def test_a_surname_beside_a_given_name_is_kept_as_it_is() -> None:
    """There the column is a surname and nothing else."""
    fields: dict[str, object] = {"person.surname": "Last", "person.given": "First"}
    assert _person(fields, Last="MADEUP, X", First="SAM") == {
        "surname": "MADEUP, X",
        "given": "SAM",
    }


def test_a_whole_name_goes_into_person_name_only() -> None:
    """It fills four fields, so it cannot be one of them."""
    with pytest.raises(ValueError, match="a whole name goes into"):
        _mapping({"source_record_id": "No", "occurred_at": {"time": "W"},
                  "person.surname": {"name": "Name"}})  # fmt: skip
    with pytest.raises(ValueError, match="a whole name goes into"):
        _mapping({"source_record_id": "No", "occurred_at": {"time": "W"},
                  "person.name": {"column": "Name"}})  # fmt: skip
