"""The doors' own rules: each says which field, why, and what to do."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.integration.referral.bodies import REFERRAL

from referral.referrals.commands import ReferPerson
from shared.errors import Invalid
from shared.reports import read_report

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NEIGHBOR = {"name": "A Neighbor", "callback": "+12065550111", "relationship": "neighbor"}
WITHOUT_ARREST: dict[str, Any] = {"charges": [], "person_response": None}
COMMUNITY = WITHOUT_ARREST | {
    "referral_type": "community",
    "referrer": NEIGHBOR,
    "consent_to_contact": True,
    "reach": {"usual_places": "The library, mornings"},
}
SOCIAL = WITHOUT_ARREST | {
    "referral_type": "social_contact",
    "prior_involvement": {"basis": "direct_observation", "last_on": "2026-01-15"},
}
SELF = WITHOUT_ARREST | {
    "referral_type": "self",
    "referrer": {},
    "reach": {"phone": "+12065550199"},
}


def faults(**changes: Any) -> set[tuple[str, str]]:
    """Pointer and code of everything that is wrong with the documented referral, changed so."""
    try:
        read_report(ReferPerson, json.dumps(REFERRAL | changes).encode(), NOW)
    except Invalid as error:
        found = error.errors
    else:
        found = ()
    assert all(fault.hint for fault in found)
    return {(fault.pointer, fault.code) for fault in found}


def needs(pointer: str) -> set[tuple[str, str]]:
    return {(pointer, "needed_at_this_door")}


def refuses(pointer: str) -> set[tuple[str, str]]:
    return {(pointer, "not_at_this_door")}


@pytest.mark.parametrize("changes", [{}, SOCIAL, COMMUNITY, SELF])
def test_each_door_lets_its_own_in(changes: dict[str, Any]) -> None:
    """The documented shape of each."""
    assert faults(**changes) == set()


OFFICER = REFERRAL["referrer"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"charges": []}, needs("/charges")),
        ({"person_response": None}, needs("/person_response")),
        ({"referrer": {"name": "x", "callback": "+12065550100"}}, needs("/referrer/agency_ori")),
        ({"referrer": {"agency_ori": "WASPD0000"}}, needs("/referrer/callback")),
        ({"referrer": OFFICER | {"relationship": "court"}}, refuses("/referrer/relationship")),
        ({"person_response": "declined"}, {("/person_response", "person_declined")}),
        (SOCIAL | {"charges": REFERRAL["charges"]}, refuses("/charges")),
        (SOCIAL | {"drug": {"amount": 1.0, "unit": "grams"}}, refuses("/drug")),
        (SOCIAL | {"referrer": {"callback": "+12065550100"}}, needs("/referrer/name")),
        (
            SOCIAL | {"prior_involvement": {"basis": "records", "last_on": "2026-07-01"}},
            {("/prior_involvement/last_on", "time_in_future")},
        ),
        (COMMUNITY | {"consent_to_contact": None}, needs("/consent_to_contact")),
        (COMMUNITY | {"referrer": NEIGHBOR | {"badge": "1"}}, refuses("/referrer/badge")),
        (
            COMMUNITY | {"referrer": NEIGHBOR | {"agency_ori": "WASPD0000"}},
            refuses("/referrer/agency_ori"),
        ),
        (COMMUNITY | {"referrer": {**NEIGHBOR, "relationship": None}},
         needs("/referrer/relationship")),
        (COMMUNITY | {"complainant_agrees": False}, refuses("/complainant_agrees")),
        (SELF | {"reach": None}, needs("/reach")),
    ],
)  # fmt: skip
def test_each_door_has_its_rules(changes: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """A pointer, a code and a hint; nothing else is wrong."""
    assert faults(**changes) == expected


def test_several_faults_are_told_at_once() -> None:
    """Nobody has to send five times to learn of five faults."""
    found = faults(referral_type="community", person={"surname": "T", "dob": "2015-01-01"})
    assert {
        ("/person/dob", "under_18"),
        ("/charges", "not_at_this_door"),
        ("/referrer/agency_ori", "not_at_this_door"),
        ("/referrer/relationship", "needed_at_this_door"),
        ("/consent_to_contact", "needed_at_this_door"),
    } <= found
