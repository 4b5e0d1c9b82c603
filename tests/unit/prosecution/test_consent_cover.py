"""Which grant covers telling a liaison prosecutor that somebody is engaged (R-01)."""

from datetime import UTC, date, datetime
from itertools import product
from uuid import uuid4

import pytest

from prosecution_hook.domain import ConsentGrant

# On 1 June in Seattle, when it is 2 June in UTC already.
NOW = datetime(2026, 6, 2, 3, tzinfo=UTC)
ROLES = ("liaison-prosecutor", "agency-reporter", "judge")
CATEGORIES = ("engagement_fact", "goals", "barriers")
PURPOSES = ("case_coordination", "legal_proceedings", "research")


def grant(
    role: str,
    category: str,
    purpose: str,
    *,
    effective_from: date = date(2026, 1, 1),
    expires_on: date | None = None,
) -> ConsentGrant:
    """A grant of one category for one purpose to one role."""
    return ConsentGrant(
        consent_id=uuid4(),
        site="king-county",
        participant_key="p_1",
        recipient_org="kcpao",
        recipient_role=role,
        categories=[category],
        purposes=[purpose],
        effective_from=effective_from,
        expires_on=expires_on,
    )


def test_only_the_exact_grant_covers() -> None:
    """Of all combinations of recipient, category and purpose, one."""
    covering = [
        combination
        for combination in product(ROLES, CATEGORIES, PURPOSES)
        if grant(*combination).covers(None, NOW)
    ]
    assert covering == [(ROLES[0], CATEGORIES[0], PURPOSES[0])]


@pytest.mark.parametrize(
    ("effective_from", "expires_on", "covered"),
    [
        (date(2026, 6, 1), None, True),
        (date(2026, 6, 2), None, False),
        (date(2026, 1, 1), date(2026, 6, 2), True),
        (date(2026, 1, 1), date(2026, 6, 1), False),
    ],
)
def test_a_grant_covers_its_days_only(
    effective_from: date, expires_on: date | None, covered: bool
) -> None:
    """From its first day, and no longer on the day it expires."""
    exact = (ROLES[0], CATEGORIES[0], PURPOSES[0])
    dated = grant(*exact, effective_from=effective_from, expires_on=expires_on)
    assert dated.covers(None, NOW) is covered


def test_another_office_is_not_covered() -> None:
    """A consent names who may be told."""
    named = grant(ROLES[0], CATEGORIES[0], PURPOSES[0])
    assert named.covers("kcpao", NOW)
    assert not named.covers("city-attorney", NOW)
