"""The score: what Splink says too, what rarity adds, and what no score can do."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.unit.casework.test_tiers import ON, SAM, sam_but, who

from casework.matching import model
from casework.matching.identity import Identity
from casework.matching.levels import Level
from casework.matching.model import FIELDS, Model
from casework.matching.names import Name
from casework.matching.scoring import Evidence, score
from shared.events import MatchTier

STORED = json.loads((Path(__file__).parents[2] / "data" / "splink_scores.json").read_text())
WEIGHTS = Path(model.__file__).with_name(model.FILE)


def levels(evidence: Evidence) -> dict[str, Level]:
    return {part.field: part.level for part in evidence.parts}


def test_splink_scores_the_same() -> None:
    """Splink scored these pairs offline with the same weights; ours is the same to a billionth."""
    assert STORED["made_with"]["model"] == model.current().version
    seen: set[tuple[str, Level]] = set()
    for pair in STORED["pairs"]:
        evidence = score(who(**pair["report"]), who(**pair["person"]), date(2026, 1, 1))
        assert evidence.weight == pytest.approx(pair["weight"], abs=1e-9), pair
        seen |= {(part.field, part.level) for part in evidence.parts}
    # Splink knows no estimated ages.
    wanted = {(field, level) for field in FIELDS for level in FIELDS[field] if field != "age"}
    assert wanted - seen == set()


def test_the_weight_is_the_sum_of_its_bars() -> None:
    """What a reviewer sees adds up, and holds no value of anybody."""
    evidence = score(sam_but(given="Sam"), who(**SAM), ON)
    total = evidence.prior + sum(part.weight + part.rarity for part in evidence.parts)
    assert evidence.weight == pytest.approx(total)
    assert levels(evidence)["given"] is Level.ALIKE
    text = json.dumps(evidence.as_json()).lower()
    assert not [value for value in ("sam", "testperson", "1980", "james") if value in text]


def test_a_rare_name_says_more_than_a_common_one() -> None:
    """Two John Smiths without a date of birth are nobody; two of a rare name are a question."""
    john = who(given="John", surname="Smith")
    rare = who(given="Zebulon", surname="Quackenbush")
    assert score(john, john, ON).tier is MatchTier.NONE
    assert score(rare, rare, ON).tier is MatchTier.POSSIBLE
    assert score(rare, rare, ON).weight - score(john, john, ON).weight > 8


def test_an_alias_does_not_hide_a_contradiction() -> None:
    """Both have the same alias, and main names with different middle names: no exact match."""
    record = sam_but(middle="Ann", aliases=("Rarest Aliasname",))
    person = sam_but(middle="James", aliases=("Rarest Aliasname",))
    assert score(record, person, ON).tier is MatchTier.PROBABLE


def test_an_incomplete_model_is_refused() -> None:
    """No level falls back to a default: a missing chance, or chances that do not add up."""
    whole = json.loads(WEIGHTS.read_text())
    assert Model.model_validate(whole).version == model.current().version
    for change in ({"m": 0.0, "u": 0.5}, {"m": 0.9, "u": 0.9}, None):
        broken = json.loads(WEIGHTS.read_text())
        broken["fields"]["sex"]["equal"] = change
        if change is None:
            del broken["fields"]["sex"]["equal"]
        with pytest.raises(ValidationError):
            Model.model_validate(broken)
    with pytest.raises(ValidationError):
        Model.model_validate(whole | {"possible_from": 99.0})


WORDS = st.sampled_from(
    ["", "sam", "samuel", "john", "jon", "smith", "smyth", "garcia", "garcia lopez", "lopez", "li"]
)
NAMES = st.builds(Name, WORDS, WORDS, WORDS, st.sampled_from(["", "jr", "sr"])).filter(
    lambda name: bool(name.given or name.surname)
)
DOBS = st.none() | st.dates(date(1970, 1, 1), date(1971, 3, 1))
IDENTITIES = st.builds(
    Identity,
    names=st.lists(NAMES, max_size=3).map(tuple),
    dob=DOBS,
    ages=st.none() | st.just((40, 60)),
    sex=st.sampled_from([None, "M", "F"]),
    identifiers=st.frozensets(st.sampled_from([b"1", b"2", b"3"]), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(IDENTITIES, IDENTITIES)
def test_no_contradiction_ever_alerts(record: Identity, person: Identity) -> None:
    """Exact means alerting without a human: then nothing that is known says otherwise."""
    evidence = score(record, person, ON)
    if evidence.tier is not MatchTier.EXACT:
        return
    known = levels(evidence)
    assert known.get("dob", Level.EQUAL) is Level.EQUAL
    if evidence.rule == "number":
        assert record.identifiers & person.identifiers
        return
    assert Level.DIFFERENT not in known.values()
    assert known["surname"] is known["given"] is known["dob"] is Level.EQUAL


@settings(max_examples=150, deadline=None)
@given(IDENTITIES, IDENTITIES)
def test_the_score_has_no_direction(one: Identity, other: Identity) -> None:
    """Only estimated ages and swapped fields belong to the report's side."""
    one, other = (Identity(i.names[:1], i.dob, None, i.sex, i.identifiers) for i in (one, other))
    there, back = score(one, other, ON), score(other, one, ON)
    assume(Level.SWAPPED not in (*levels(there).values(), *levels(back).values()))
    assert there.tier is back.tier
    assert there.weight == pytest.approx(back.weight)


@settings(max_examples=100, deadline=None)
@given(IDENTITIES.filter(lambda i: i.dob is not None), IDENTITIES, st.integers(1, 28))
def test_more_agreement_never_scores_less(person: Identity, record: Identity, days: int) -> None:
    """A date of birth that agrees weighs at least as much as an unknown or another one."""
    assert person.dob is not None

    def with_dob(dob: date | None) -> float:
        return score(Identity(record.names, dob, None, record.sex), person, ON).weight

    assert with_dob(person.dob) >= with_dob(None) > with_dob(person.dob + timedelta(9_000 + days))
    assert with_dob(person.dob) > with_dob(person.dob + timedelta(days=days))


def test_the_levels_of_every_field_are_in_order() -> None:
    """Each level supports a match at least as much as the weaker ones after it."""
    weights = model.current()
    for field in ("dob", "order", "suffix", "age", "sex"):
        bits = [weights.of(field, level) for level in FIELDS[field]]
        assert bits == sorted(bits, reverse=True), field
    for field in ("surname", "given", "middle"):
        assert all(weights.of(field, level) > 0 for level in FIELDS[field][:3])
        assert weights.of(field, Level.DIFFERENT) < 0
