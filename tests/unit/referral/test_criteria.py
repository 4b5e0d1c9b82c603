"""Criteria as data: what each kind of line says, and what a whole version proposes."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from referral.criteria.domain import (
    CriteriaContent,
    Criterion,
    Evidence,
    Finding,
    Outcome,
    propose,
)
from referral.criteria.facts import Basis, Door, Facts, Unit
from referral.criteria.kinds import Kind, Met
from referral.criteria.shipped import NAMES, first_version_of, shipped
from shared.events.parts import ChargePart

ON = date(2026, 6, 15)
KINDS: TypeAdapter[Any] = TypeAdapter(Kind)
AMONG = {"kind": "charges_among", "statutes": ["RCW 69.50.", "HS 11350"], "nibrs": ["35A"]}
GRAMS = {"kind": "amount_at_most", "limit": 3, "unit": "grams"}
WITHIN = {"kind": "involved_within", "months": 24, "bases": ["records"]}


def facts(**changes: Any) -> Facts:
    """An arrest on a day."""
    values: dict[str, Any] = {"door": Door.ARREST_DIVERSION, "on": ON}
    return Facts(**(values | changes))


def charged(*charges: dict[str, str]) -> Facts:
    return facts(charges=tuple(ChargePart(seq=1, **charge) for charge in charges))


def involved(on: date, basis: Basis = Basis.RECORDS) -> Facts:
    return facts(involved_on=on, basis=basis)


DRUGS = {"nibrs": "35A"}


@pytest.mark.parametrize(
    ("kind", "given", "met"),
    [
        ({"kind": "age_at_least", "years": 21}, facts(age=21), Met.YES),
        ({"kind": "age_at_least", "years": 21}, facts(age=20), Met.NO),
        ({"kind": "age_at_least", "years": 21}, facts(), Met.UNKNOWN),
        (AMONG, charged({"statute": "rcw 69.50.4013"}), Met.YES),
        (AMONG, charged({"statute": "RCW 69.51A.010"}), Met.NO),
        (AMONG, charged({"statute": "HS 11350(a)"}), Met.YES),
        (AMONG, charged({"statute": "HS 113501"}), Met.NO),
        (AMONG, charged(DRUGS, {"statute": "RCW 9A.32.030"}), Met.NO),
        (AMONG, charged(DRUGS, {"text": "Possession"}), Met.UNKNOWN),
        (AMONG, charged(), Met.UNKNOWN),
        (GRAMS, facts(amount=3.0, unit=Unit.GRAMS), Met.YES),
        (GRAMS, facts(amount=3.1, unit=Unit.GRAMS), Met.NO),
        (GRAMS, facts(amount=1.0, unit=Unit.DOSAGE_UNITS), Met.UNKNOWN),
        (GRAMS, charged(DRUGS), Met.UNKNOWN),
        (GRAMS, charged({"statute": "RCW 69.50.4013"}), Met.UNKNOWN),
        (GRAMS, charged({"nibrs": "40A"}), Met.YES),
        (WITHIN, involved(date(2024, 6, 15)), Met.YES),
        (WITHIN, involved(date(2024, 6, 14)), Met.NO),
        (WITHIN, involved(ON, Basis.RELIABLE_INFORMATION), Met.NO),
        (WITHIN, facts(), Met.UNKNOWN),
        ({"kind": "asked"}, facts(), Met.UNKNOWN),
        ({"kind": "approval", "by": "the prosecutor"}, facts(), Met.UNKNOWN),
    ],
)
def test_a_line_answers_yes_no_or_not_known(kind: dict[str, Any], given: Facts, met: Met) -> None:
    """With a reason, which repeats nothing of the person."""
    found, reason = KINDS.validate_python(kind).check(given)
    assert found is met
    assert reason.endswith(".")


def line(code: str, kind: str, **changes: Any) -> Criterion:
    test: dict[str, Any] = {"kind": kind}
    more: dict[str, dict[str, Any]] = {
        "age_at_least": {"years": 18},
        "approval": {"by": "the prosecutor"},
    }
    test |= more.get(kind, {})
    values = {"code": code, "text": "A line.", "source": "A source.", "test": test}
    return Criterion.model_validate(values | changes)


def version(*lines: Criterion) -> CriteriaContent:
    return CriteriaContent(title="T", doors=tuple(Door), criteria=lines)


def says(met: bool) -> Finding:
    return Finding(met=met, evidence=Evidence.RECORDS)


ADULT, ASKED = line("adult", "age_at_least"), line("asked", "asked")
DA = line("da", "approval", otherwise="rejected_by_prosecutor")
OFFICE = line("office", "asked", otherwise="needs_agency_approval")


@pytest.mark.parametrize(
    ("lines", "findings", "outcome", "missing"),
    [
        ((ADULT,), {}, Outcome.ELIGIBLE, False),
        ((ADULT, ASKED), {}, None, False),
        ((ADULT, ASKED), {"asked": says(True)}, Outcome.ELIGIBLE, False),
        ((ADULT, ASKED), {"asked": says(False)}, Outcome.PRESUMPTIVELY_INELIGIBLE, False),
        ((ADULT, ASKED), {"adult": says(False)}, Outcome.PRESUMPTIVELY_INELIGIBLE, False),
        ((DA,), {}, Outcome.NEEDS_AGENCY_APPROVAL, True),
        ((DA, ASKED), {}, None, True),
        ((DA,), {"da": says(True)}, Outcome.ELIGIBLE, False),
        ((DA, ASKED), {"da": says(False), "asked": says(False)},
         Outcome.REJECTED_BY_PROSECUTOR, False),
        ((OFFICE,), {"office": says(False)}, Outcome.NEEDS_AGENCY_APPROVAL, False),
    ],
)  # fmt: skip
def test_what_a_version_proposes(
    lines: tuple[Criterion, ...],
    findings: dict[str, Finding],
    outcome: Outcome | None,
    missing: bool,
) -> None:
    """Nothing while a question is open; the gravest of what is not met; a person before a rule."""
    proposal = propose(version(*lines), facts(age=30), findings)
    assert (proposal.outcome, proposal.approvals_missing) == (outcome, missing)


def test_a_line_concerns_only_its_doors() -> None:
    """A social contact has no charge to be on a list."""
    arrest = line("arrest", "asked", doors=["arrest_diversion"])
    assert propose(version(arrest), facts(door=Door.SOCIAL_CONTACT), {}).results == ()


@pytest.mark.parametrize("name", NAMES)
def test_shipped_criteria_name_a_source_in_every_line(name: str) -> None:
    """So that a site's counsel can check each."""
    content = shipped(name)
    assert content is not None
    assert content.criteria
    assert [c.code for c in content.criteria if "." not in c.source] == []


def test_four_real_sites_are_shipped() -> None:
    """And a site that has written nothing still has a person decide."""
    assert {first_version_of("king-county"), first_version_of("santa-fe")} < set(NAMES)
    assert {"california-1001.87", "wilmington-nc"} < set(NAMES)
    unwritten = shipped(first_version_of("elsewhere"))
    assert unwritten is not None
    assert propose(unwritten, facts(age=30), {}).outcome is None


def test_a_code_is_given_once() -> None:
    """Answers are kept by code: two lines with one could not be told apart."""
    with pytest.raises(ValueError, match="code of its own"):
        version(ASKED, ASKED)
