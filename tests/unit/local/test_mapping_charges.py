"""Several rows or columns of charges for one record, and joined columns."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.local.feeding import URL

from lead.mapping import CHARGE_TARGETS, Mapping, Unmappable, load
from lead.records import body_of, read_records
from shared.reports import ChargeIn

BASE: dict[str, Any] = {
    "time_zone": "UTC",
    "one_row_per": "charge",
    "constants": {"site": "s", "source_system": "jms", "contact_type": "booking"},
    "fields": {
        "source_record_id": "No",
        "occurred_at": {"time": "When"},
        "person.surname": {"column": "Last"},
    },
    "charges": {"text": "Charge"},
}
ROW = {"No": "1", "When": "2026-03-04 01:10", "Last": "MADEUP", "Charge": "THEFT 3"}


def mapping(**changes: Any) -> Mapping:
    return Mapping.model_validate(BASE | changes)


def rows(*changes: dict[str, str]) -> list[dict[str, str]]:
    """Rows of one record that differ as given."""
    return [ROW | change for change in changes]


def test_the_charges_of_all_rows_are_one_list() -> None:
    """In the order of the file; a row without a charge adds none."""
    body = mapping().body_of(rows({}, {"Charge": "TRESPASS"}, {"Charge": ""}))
    assert body["charges"] == [{"seq": 1, "text": "THEFT 3"}, {"seq": 2, "text": "TRESPASS"}]
    assert "charges" not in mapping().body_of(rows({"Charge": ""}))


def test_rows_that_contradict_each_other_are_reported() -> None:
    """With the column; a cell that is only missing contradicts nothing."""
    with pytest.raises(Unmappable) as caught:
        mapping().body_of(rows({}, {"Last": "OTHER"}))
    assert caught.value.reason["code"] == "rows_contradict"
    assert caught.value.reason["pointer"] == "Last"
    assert mapping().body_of(rows({"Last": ""}, {}))["person"]["surname"] == "MADEUP"


def test_a_rule_can_say_what_counts_where_rows_differ() -> None:
    """The first, the earliest, the latest; moments compare as such."""
    early, late = {"When": "2026-03-04 01:10"}, {"When": "2026-03-04T02:00:00+05:00"}

    def occurred(way: str) -> str:
        fields = BASE["fields"] | {"occurred_at": {"time": "When", "across_rows": way}}
        return str(mapping(fields=fields).body_of(rows(early, late))["occurred_at"])

    assert occurred("first") == occurred("latest") == "2026-03-04T01:10:00+00:00"
    assert occurred("earliest") == "2026-03-04T02:00:00+05:00"


def test_charges_keep_their_own_numbers_where_all_differ() -> None:
    """Otherwise they are numbered in the order of the file."""
    charges = {"text": "Charge", "seq": "Pos"}

    def numbers(*own: str) -> list[int]:
        body = mapping(charges=charges).body_of(rows(*({"Pos": number} for number in own)))
        return [charge["seq"] for charge in body["charges"]]

    assert numbers("2", "1", "3.0") == [2, 1, 3]
    assert numbers("1", "1") == [1, 2]
    assert numbers("1", "") == [1, 2]


def test_several_sets_of_columns_are_several_charges() -> None:
    """As files have them that give a row to an arrest."""
    sets = [{"text": "Charge"}, {"text": "Charge 2", "statute": "Statute 2"}, {"text": "Charge 3"}]
    body = mapping(one_row_per="record", charges=sets).body(
        ROW | {"Charge 2": "DUI", "Charge 3": ""}
    )
    assert body["charges"] == [{"seq": 1, "text": "THEFT 3"}, {"seq": 2, "text": "DUI"}]


def test_columns_can_be_joined() -> None:
    """A record's number that is made of two columns; missing if one of them is."""
    fields = BASE["fields"] | {"source_record_id": {"column": ["No", "Last"], "join": "-"}}
    assert mapping(fields=fields).record_number(ROW) == "1-MADEUP"
    assert mapping(fields=fields).record_number(ROW | {"Last": ""}) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"charges": ()}, "one_row_per"),
        ({"charges": {"color": "Charge"}}, "color is not a field of a charge"),
        ({"one_row_per": "page"}, "one_row_per"),
        ({"snapshot": {"nights": 0}}, "nights"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(changes: dict[str, Any], said: str) -> None:
    """Before any row is read."""
    with pytest.raises(ValueError, match=said):
        mapping(**changes)


def test_every_field_of_a_charge_can_be_filled() -> None:
    """The list here is the API's."""
    assert set(ChargeIn.model_fields) == CHARGE_TARGETS


@given(
    st.lists(st.tuples(st.sampled_from("123"), st.text("ABC", min_size=1, max_size=3)), max_size=12)
)
def test_no_row_is_lost_by_grouping(charges: list[tuple[str, str]]) -> None:
    """Each row is in one record, and each record has the charges of its rows in order."""
    chosen = mapping()
    found: dict[str, list[dict[str, str]]] = {}
    for number, text in charges:
        found.setdefault(number, []).append(ROW | {"No": number, "Charge": text})
    for number, own in found.items():
        texts = [charge["text"] for charge in chosen.body_of(own)["charges"]]
        assert texts == [text for no, text in charges if no == number]


def test_rows_of_a_record_are_found_anywhere_in_the_file(tmp_path: Path) -> None:
    """A faulty row stands for itself, and takes nothing with it."""
    path = tmp_path / "r.csv"
    path.write_text(
        "No,When,Last,Charge\n1,2026-03-04 01:10,MADEUP,THEFT 3\n2,2026-03-04 01:20,OTHER,DUI\n"
        "3,short\n1,2026-03-04 01:10,MADEUP,TRESPASS\n,2026-03-04 01:20,NOBODY,DUI\n"
    )
    records = list(read_records(path, mapping()))
    assert [[row.line for row in record.rows] for record in records] == [[2, 5], [3], [4], [6]]
    assert len(body_of(records[0], mapping())["charges"]) == 2
    with pytest.raises(Unmappable):
        body_of(records[2], mapping())
    assert records[0].digest(URL) != next(
        iter(read_records(path, mapping(one_row_per="record")))
    ).digest(URL)


def test_what_is_not_known_of_a_birth_date_can_be_left_out() -> None:
    """Digits written as X; another wrong date is rejected all the same."""
    fields = BASE["fields"] | {"person.dob": {"date": "Born", "partial": "leave_out"}}
    for text in ("1982-02-XX", "XXXX-XX-XX", "19??-02-03"):
        assert "dob" not in mapping(fields=fields).body(ROW | {"Born": text})["person"]
    for text in ("1982-02-31", "unknown", "Xavier"):
        with pytest.raises(Unmappable):
            mapping(fields=fields).body(ROW | {"Born": text})


def test_shipped_mappings_describe_themselves() -> None:
    """Each has a line for the list, and reads the zone that it names."""
    from lead.mapping import shipped

    for name, description in shipped().items():
        assert description
        assert load(name).time_zone
