"""What a report turned out to be: find it, tell it, and settle a report that waited."""

from collections.abc import Sequence
from dataclasses import replace

from casework.matching import bearers, contacts, repository
from casework.matching.candidates import Wanted, find_candidates
from casework.matching.domain import Candidate, Finding, IdentityReview, decide
from casework.matching.identity import described, identity_digest, main_description, traces
from casework.matching.recontact import contact_type_of, recontacted, review_due_at
from casework.settings import Policy
from shared.database import Transaction, publish
from shared.events import MatchTier, PersonPart, Report
from shared.sites import zone_of


def wanted(tx: Transaction, person: PersonPart, site: str) -> Wanted:
    """Somebody as described, and what recognizes the same description again."""
    record, digest = described(person, site, tx.ring.digest), tx.ring.digest
    named = main_description(record, site, digest)
    return Wanted(site, record, identity_digest(record, site, digest), *named)


async def look_up(
    tx: Transaction, people: Sequence[Wanted], *, former: bool = False
) -> list[tuple[Wanted, list[Candidate]]]:
    """Each with whoever may be meant, and with what many people carry told apart."""
    plain = await bearers.without_common(tx, [(who.site, who.identity) for who in people])
    people = [replace(who, identity=same) for who, same in zip(people, plain, strict=True)]
    return list(zip(people, await find_candidates(tx, people, former=former), strict=True))


async def find(tx: Transaction, reports: Sequence[Report]) -> list[Finding]:
    """For each report the people whom it may be about, in one round trip, and what that means."""
    people = [wanted(tx, report.person, report.site) for report in reports]
    return [
        decide(who.identity, known, report.occurred_at.date())
        for report, (who, known) in zip(reports, await look_up(tx, people), strict=True)
    ]


async def tell(
    tx: Transaction, report: Report, found: Finding, policy: Policy, *, late: bool = False
) -> None:
    """The case manager when it is certain, a reviewer when it is a question, else nobody."""
    if found.match:
        publish(tx, recontacted(report, found.match, found.tier, late=late))
    elif found.candidates:
        reviews = [_review(tx, report, found.tier, who, policy) for who in found.candidates]
        raised = await repository.add_reviews(tx, reviews)
        publish(tx, *(review.raised() for review in raised))


def _review(
    tx: Transaction, report: Report, tier: MatchTier, who: Candidate, policy: Policy
) -> IdentityReview:
    kind, zone = contact_type_of(report), zone_of(report.site)
    return IdentityReview(
        site=report.site,
        receipt=report.receipt,
        participant_key=who.participant_key,
        record_key=who.record_key,
        tier=tier,
        identity_digest=wanted(tx, report.person, report.site).known_as,
        evidence=who.evidence.as_json() if who.evidence else None,
        raised_at=tx.now,
        due_at=review_due_at(kind, tx.now, zone, policy.custody_review),
    )


async def settle(
    tx: Transaction, report: Report, found: Finding, policy: Policy, *, late: bool = False
) -> None:
    """A report that waited waits no more, or for a reviewer now, or for whoever comes later."""
    record = described(report.person, report.site, tx.ring.digest)
    digests = traces(record, report.site, tx.ring.digest)
    await contacts.settle_contact(tx, report, found, digests, policy)
    await tell(tx, report, found, policy, late=late)
    if found.match:
        seen = bearers.Sighting(report.site, record, found.match.record_key)
        await bearers.forget_one(tx, seen)
        await bearers.note(tx, [seen])
        for review in await repository.list_open_reviews_of(tx, report.receipt):
            review.close(tx.now)
