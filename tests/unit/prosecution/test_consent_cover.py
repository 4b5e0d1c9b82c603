"""What the gatekeeper decides on a proposal (R-01)."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import hypothesis
import pytest
from hypothesis import strategies as st

from prosecution_hook.disclosure.domain import (
    CONSENT_BOUND,
    Clearance,
    ConsentGrant,
    Proposal,
    Recipient,
    Withheld,
    Withholding,
    decide,
)

# On 1 June in Seattle, when it is 2 June in UTC already.
NOW = datetime(2026, 6, 2, 3, tzinfo=UTC)
ROLES = ("liaison-prosecutor", "agency-reporter", "judge")
CATEGORIES = ("engagement_fact", "goals", "barriers")
PURPOSES = ("case_coordination", "legal_proceedings", "research")


def grant(
    role: str = ROLES[0],
    category: str = CATEGORIES[0],
    purpose: str = PURPOSES[0],
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


def proposal(
    role: str = ROLES[0], category: str = CATEGORIES[0], purpose: str = PURPOSES[0]
) -> Proposal:
    recipient = Recipient("leo", role, "kcpao")
    return Proposal("king-county", "p_1", recipient, (category,), purpose)


def decided(
    wanted: Proposal, *grants: ConsentGrant, revoked: frozenset[UUID] = frozenset()
) -> Withholding | None:
    """None when it may be told."""
    decision = decide(wanted, grants, revoked, heard_at=NOW, now=NOW)
    return decision.reason if isinstance(decision, Withheld) else None


def test_only_the_exact_grant_covers() -> None:
    """Every proposal against every grant: recipient, category and purpose must all be equal."""
    kinds = list(product(ROLES, CATEGORIES, PURPOSES))
    for wanted, given in product(kinds, kinds):
        reason = decided(proposal(*wanted), grant(*given))
        assert reason == (None if wanted == given else Withholding.NO_CONSENT), (wanted, given)


def test_every_category_must_be_covered_by_one_grant() -> None:
    """Two categories are not told under a grant of one."""
    recipient = Recipient("leo", ROLES[0], "kcpao")
    both = Proposal("king-county", "p_1", recipient, CATEGORIES[:2])
    assert decided(both, grant(), grant(category="goals")) is Withholding.NO_CONSENT
    wide = grant()
    wide.categories = list(CATEGORIES)
    assert decided(both, wide) is None


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
    """From its first day, and no longer on the day it expires, on the site's calendar."""
    dated = grant(effective_from=effective_from, expires_on=expires_on)
    assert decided(proposal(), dated) == (None if covered else Withholding.EXPIRED)


@pytest.mark.parametrize(
    "other",
    [
        Proposal("santa-fe", "p_1", Recipient("leo", ROLES[0], "kcpao"), CATEGORIES[:1]),
        Proposal("king-county", "p_2", Recipient("leo", ROLES[0], "kcpao"), CATEGORIES[:1]),
        Proposal("king-county", "p_1", Recipient("leo", ROLES[0], "city"), CATEGORIES[:1]),
    ],
)
def test_a_grant_is_about_one_person_at_one_site_for_one_office(other: Proposal) -> None:
    """Whoever it does not name is not told."""
    assert decided(other, grant()) is Withholding.NO_CONSENT


def test_a_revoked_grant_says_so_and_another_one_still_covers() -> None:
    """The reason is the participant's own act; a second release stands for itself."""
    first = grant()
    revoked = frozenset({first.consent_id})
    assert decided(proposal(), first, revoked=revoked) is Withholding.REVOKED
    assert decided(proposal(), first, grant(), revoked=revoked) is None


@pytest.mark.parametrize("category", ["health_sud", "health_other", "location"])
def test_no_release_opens_health_or_whereabouts_to_a_prosecutor(category: str) -> None:
    """Whatever the paper says (R-14, R-17); defense counsel may be told under it."""
    assert decided(proposal(category=category), grant(category=category)) is Withholding.FORBIDDEN
    counsel = ("defense-counsel", category)
    assert decided(proposal(*counsel), grant(*counsel)) is None


@pytest.mark.parametrize("silence", [None, CONSENT_BOUND + timedelta(seconds=1)])
def test_nothing_is_told_while_the_state_of_consents_is_unknown(silence: timedelta | None) -> None:
    """No word from casework for too long: a revocation may be on its way (R-03, R-08)."""
    heard = None if silence is None else NOW - silence
    found = decide(proposal(), [grant()], frozenset(), heard_at=heard, now=NOW)
    assert isinstance(found, Withheld)
    assert found.reason is Withholding.CONSENT_UNKNOWN
    fresh = decide(proposal(), [grant()], frozenset(), heard_at=NOW - CONSENT_BOUND, now=NOW)
    assert isinstance(fresh, Clearance)


@hypothesis.given(asked=st.one_of(st.none(), st.text(max_size=12), st.just("kcpao")))
def test_only_the_equal_office_is_let_in(asked: str | None) -> None:
    """Nobody's office, no name, another spelling: a release names one office and opens to it."""
    recipient = Recipient("leo", ROLES[0], asked)  # type: ignore[arg-type]
    wanted = Proposal("king-county", "p_1", recipient, CATEGORIES[:1])
    expected = None if asked == "kcpao" else Withholding.NO_CONSENT
    assert decided(wanted, grant()) is expected
