"""Mappings: what a row becomes, and what is said about a mapping that is wrong."""

import csv
from pathlib import Path
from typing import Any

import pytest

from lead.mapping import BadMapping, Mapping, Unmappable, load

DATA = Path(__file__).parents[2] / "data"
MINIMAL = {
    "time_zone": "UTC",
    "constants": {"site": "s", "source_system": "rms", "contact_type": "booking"},
    "fields": {"source_record_id": "No", "occurred_at": {"time": "When"}},
}


def mapping(**changes: Any) -> Mapping:
    """A small valid mapping with changes."""
    return Mapping.model_validate(MINIMAL | changes)


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str | None]]:
    """The rows of the sample by their stop's number."""
    with (DATA / "terry_stops_by_hand.csv").open(newline="") as file:
        return {row["TERRY_STOP_ID"]: row for row in csv.DictReader(file)}


def test_a_seattle_stop_becomes_a_whole_contact(rows: dict[str, dict[str, str | None]]) -> None:
    """Every column that we use arrives where the API wants it; nothing else does."""
    assert load("seattle-terry-stops").body(rows["2"]) == {
        "site": "king-county",
        "source_system": "rms-spd",
        "source_record_id": "2",
        "record_version": 1,
        "agency_ori": "WASPD0000",
        "contact_type": "arrest_taken_into_custody",
        "occurred_at": "2015-07-04T23:59:59-07:00",
        "incident_number": "20150000000002",
        "location": {"beat": "K3"},
        "person": {
            "identifiers": [{"system": "spd-local", "value": "900002"}],
            "sex": "F",
            "age_from": 18,
            "age_to": 25,
        },
    }


def test_null_words_are_missing_but_the_person_stays(
    rows: dict[str, dict[str, str | None]],
) -> None:
    """An unknown subject is sent as a person without a number, for the server to refuse."""
    body = load("seattle-terry-stops").body(rows["4"])
    assert body["person"] == {"sex": "U", "age_from": 26, "age_to": 35}
    assert "incident_number" not in load("seattle-terry-stops").body(rows["6"])
    assert load("seattle-terry-stops").body(rows["5"])["person"].keys() == {"identifiers"}


def test_people_under_18_are_sent_with_their_age(rows: dict[str, dict[str, str | None]]) -> None:
    """The server must see that they are under 18: it refuses them, we do not drop them."""
    person = load("seattle-terry-stops").body(rows["3"])["person"]
    assert (person["age_from"], person["age_to"]) == (1, 17)


def test_a_value_that_the_mapping_does_not_know_is_said_by_column(
    rows: dict[str, dict[str, str | None]],
) -> None:
    """A new word in a column is not guessed at."""
    with pytest.raises(Unmappable) as caught:
        load("seattle-terry-stops").body(rows["7"])
    assert caught.value.reason["pointer"] == "ArrestFlag"
    assert caught.value.reason["code"] == "value_not_mapped"


@pytest.mark.parametrize(
    ("local", "policy", "expected"),
    [
        ("2015-11-01 00:59", {}, "2015-11-01T00:59:00-07:00"),
        ("2015-11-01 01:30", {"ambiguous_time": "earlier"}, "2015-11-01T01:30:00-07:00"),
        ("2015-11-01 01:30", {"ambiguous_time": "later"}, "2015-11-01T01:30:00-08:00"),
        ("2015-11-01 02:00", {}, "2015-11-01T02:00:00-08:00"),
        ("2015-03-08 01:59", {}, "2015-03-08T01:59:00-08:00"),
        ("2015-03-08 02:30", {"nonexistent_time": "forward"}, "2015-03-08T03:30:00-07:00"),
        ("2015-03-08 03:00", {}, "2015-03-08T03:00:00-07:00"),
        ("2015-11-01T01:30:00Z", {}, "2015-11-01T01:30:00+00:00"),
        ("2015-03-15 16:10:00.0000000", {}, "2015-03-15T16:10:00-07:00"),
    ],
)
def test_local_times_become_moments(local: str, policy: dict[str, str], expected: str) -> None:
    """Around the two nights when the clock is changed, by the mapping's own rule."""
    chosen = mapping(time_zone="America/Los_Angeles", **policy)
    assert chosen.body({"No": "1", "When": local})["occurred_at"] == expected


@pytest.mark.parametrize(
    ("local", "code"),
    [
        ("2015-11-01 01:30", "ambiguous_time"),
        ("2015-03-08 02:30", "nonexistent_time"),
        ("16/03/2015", "not_a_time"),
    ],
)
def test_a_time_without_a_rule_is_rejected(local: str, code: str) -> None:
    """Unless the mapping says which moment is meant, nobody guesses."""
    with pytest.raises(Unmappable) as caught:
        mapping(time_zone="America/Los_Angeles").body({"No": "1", "When": local})
    assert caught.value.reason["code"] == code


def test_dates_and_times_may_have_a_local_form() -> None:
    """American dates, and dates of birth."""
    fields = {
        "source_record_id": "No",
        "occurred_at": {"time": ["Day", "Hour"], "format": "%m/%d/%Y %-I:%M %p"},
        "person.dob": {"date": "DOB", "format": "%m/%d/%Y"},
    }
    body = mapping(fields=fields).body(
        {"No": "1", "Day": "02/03/2026", "Hour": "1:10 PM", "DOB": "01/02/1980"}
    )
    assert body["occurred_at"] == "2026-02-03T13:10:00+00:00"
    assert body["person"] == {"dob": "1980-01-02"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fields = 1", "fields: Input should be a valid dictionary"),
        ('time_zone = "Seattle"\n[fields]', 'time_zone: is not a time zone; one is "America/Los'),
        ('[fields]\n"person.ssn" = "SSN"', "person.ssn is not a field of a contact"),
        (
            '[fields]\nsource_record_id = { colum = "No" }',
            "fields.source_record_id: Field required",
        ),
        ('[fields]\nsource_record_id = "No"', "nothing gives site"),
        ("[fields\n", "at line 1"),
        ("colour = 1\n[fields]", "colour: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_mapping_is_explained(text: str, said: str, tmp_path: Path) -> None:
    """Where it is wrong, in words for whoever wrote it by hand."""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(BadMapping) as caught:
        load(str(path))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_an_unknown_mapping_names_those_that_are_shipped() -> None:
    """A typing error must not send anybody to the source code."""
    with pytest.raises(BadMapping, match="seattle-terry-stops"):
        load("seattle")


def test_the_command_line_overrules_the_site() -> None:
    """`--site` wins over the mapping's constant, and makes it another feed."""
    shipped, moved = load("seattle-terry-stops"), load("seattle-terry-stops", site="santa-fe")
    assert moved.constants["site"] == "santa-fe"
    assert moved.digest != shipped.digest


TODAY = {
    "Subject Age Group": "26 - 35", "Subject ID": "7730000001", "GO / SC Num": "20260000000001",
    "Terry Stop ID": "10000000001", "Subject Perceived Gender": "Male",
    "Reported Date": "2026-03-04T00:00:00Z", "Reported Time": "03:22:00.0000000",
    "Arrest Flag": "Y", "Beat": "K3",
}  # fmt: skip


def test_todays_file_of_stops_is_read_as_the_old_one_is() -> None:
    """The columns as the city names them today; a subject of -1 is nobody."""
    body = load("seattle-terry-stops").body(TODAY)
    assert body["occurred_at"] == "2026-03-04T03:22:00-08:00"
    assert body["source_record_id"] == "10000000001"
    assert body["contact_type"] == "arrest_taken_into_custody"
    assert body["person"] == {
        "identifiers": [{"system": "spd-local", "value": "7730000001"}],
        "sex": "M", "age_from": 26, "age_to": 35,
    }  # fmt: skip
    nobody = load("seattle-terry-stops").body(TODAY | {"Subject ID": "-1"})
    assert "identifiers" not in nobody["person"]


def test_the_old_form_has_a_name_of_its_own(rows: dict[str, dict[str, str | None]]) -> None:
    """Both mappings make the same contact of an old row."""
    old, today = load("seattle-terry-stops-2015"), load("seattle-terry-stops")
    assert old.body(rows["2"]) == today.body(rows["2"])
    assert old.absent_from(TODAY)
    assert not today.absent_from(TODAY)
