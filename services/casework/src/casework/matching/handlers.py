"""Whom a report is about: look up, decide, record, tell. Nobody outside learns what was found."""

from collections.abc import Sequence
from uuid import UUID

from casework.intake.handlers import start_intake_clock
from casework.matching import contacts, corrections, findings, repository
from casework.matching.candidates import Wanted, find_candidate, find_candidates
from casework.matching.commands import DecideReview, MarkAlerted, MatchReports, OpenFile
from casework.matching.domain import (
    DISOWNED,
    Finding,
    IdentityReview,
    Verdict,
    decide,
    identity_of,
    learn,
)
from casework.matching.errors import PersonNoLongerMatched, ReviewNotOpen
from casework.matching.identity import Identity, described, traces
from casework.matching.recontact import attached, referred_again
from casework.participants import repository as files
from casework.participants.domain import ParticipantFile
from casework.participants.person import Person
from casework.settings import Policy
from shared.database import Transaction, publish
from shared.events import MatchTier, ParticipantReferred, Report

Question = tuple[IdentityReview, Person, Report | None]


async def match_reports(cmd: MatchReports, tx: Transaction, policy: Policy) -> None:
    """One lookup and one write for nearly all of a city's contacts, which are about nobody here."""
    reports = list(cmd.reports)
    for site in sorted({report.site for report in reports}):
        await repository.share_roster(tx, site)
    rows, found = [], await findings.find(tx, reports)
    for report, finding in zip(reports, found, strict=True):
        digests: list[bytes] = []
        if finding.match is None:
            record = described(report.person, report.site, tx.ring.digest)
            digests = traces(record, report.site, tx.ring.digest)
        waiting = contacts.Waiting(contacts.seal(tx, report), digests)
        rows.append(contacts.row(report, finding, waiting, policy))
    added = await contacts.add_contacts(tx, rows)
    for report, finding in zip(reports, found, strict=True):
        if report.receipt in added:
            with cmd.reports.about(report):
                await findings.tell(tx, report, finding, policy)
                if report.supersedes is not None:
                    await corrections.withdraw_earlier(tx, report, finding)


async def mark_alerted(cmd: MarkAlerted, tx: Transaction) -> None:
    await contacts.mark_alerted(tx, [(a.receipt, a.occurred_at) for a in cmd.alerts])


async def open_file(cmd: OpenFile, tx: Transaction, policy: Policy) -> None:
    """One file per person: attach on one exact match, otherwise open; never merge on less."""
    referral = cmd.referral
    await repository.own_roster(tx, referral.site)
    if await files.find_referral(tx, referral.referral_id):
        return
    record = described(referral.person, referral.site, tx.ring.digest)
    [known] = await find_candidates(tx, [Wanted(referral.site, record)])
    found = decide(record, known, referral.occurred_at.date())
    if match := found.match:
        person = await files.get_person(tx, match.participant_key)
        person.complete(referral.person)
        if recontact := referred_again(referral, match):
            publish(tx, recontact)
    else:
        person = await _new_file(referral, tx)
    if found.candidates:
        publish(tx, attached(referral, person.participant_key, found.tier))
    await learn_of(tx, person, record, policy)
    await files.add_referral(tx, referral, person.participant_key)


async def _new_file(referral: ParticipantReferred, tx: Transaction) -> Person:
    person = Person.known_as(referral.subject, referral.site, referral.person)
    file = ParticipantFile(participant_key=referral.subject, site=referral.site, opened_at=tx.now)
    tx.add_all((file, person))
    await start_intake_clock(file, referral.occurred_at, tx)
    return person


async def learn_of(tx: Transaction, person: Person, record: Identity, policy: Policy) -> None:
    """What is known of somebody grew: reports that waited may be about them (late match)."""
    learn(person, record)
    await repository.add_keys(tx, person, record.identifiers)
    site = person.site
    digests = traces(identity_of(person), site, tx.ring.digest) + sorted(record.identifiers)
    for report in await contacts.list_waiting(tx, site, digests):
        await _match_late(tx, report, policy)


async def _match_late(tx: Transaction, report: Report, policy: Policy) -> None:
    [found] = await findings.find(tx, [report])
    if found.tier is MatchTier.EXACT:
        await findings.settle(tx, report, found, policy, late=True)


async def decide_review(cmd: DecideReview, tx: Transaction, policy: Policy) -> IdentityReview:
    """A human decides; only `same` reaches the case manager."""
    review = await repository.get_review(tx, cmd.review_id, cmd.sites)
    await repository.own_roster(tx, review.site)
    await repository.lock_review(tx, review)
    review.decide(cmd.verdict, cmd.by, tx.now)
    if review.reason == DISOWNED:
        await corrections.answer_disowned(tx, review, cmd.verdict, policy)
    elif cmd.verdict is Verdict.SAME:
        await _confirm(tx, review, policy)
    elif cmd.verdict is Verdict.DIFFERENT:
        await repository.add_ruled_out(tx, review)
        if not await repository.list_open_reviews_of(tx, review.receipt):
            await contacts.purge_contact(tx, review.receipt)
    return review


async def _confirm(tx: Transaction, review: IdentityReview, policy: Policy) -> None:
    """Numbers that a human confirmed are learned: the next report with them is an exact match."""
    report = (await contacts.get_waiting(tx, [review.receipt])).get(review.receipt)
    who = await find_candidate(tx, review.site, review.participant_key)
    if report is None:
        raise ReviewNotOpen
    if who is None:
        raise PersonNoLongerMatched
    found = Finding(MatchTier(review.tier), (who,), confirmed=True)
    await findings.settle(tx, report, found, policy)
    record = described(report.person, report.site, tx.ring.digest)
    person = await files.get_person(tx, who.participant_key)
    await learn_of(tx, person, Identity(identifiers=record.identifiers), policy)


async def list_reviews(
    tx: Transaction, sites: frozenset[str], limit: int, after: UUID | None
) -> Sequence[Question]:
    """Oldest first, for machines."""
    return await _both_sides(tx, await repository.list_open_reviews(tx, sites, limit, after))


async def list_urgent_reviews(
    tx: Transaction, sites: frozenset[str], limit: int
) -> Sequence[Question]:
    """By clock, for people."""
    return await _both_sides(tx, await repository.list_urgent_reviews(tx, sites, limit))


async def _both_sides(tx: Transaction, reviews: Sequence[IdentityReview]) -> Sequence[Question]:
    """Each open question with who is on file, and what was reported."""
    reports = await contacts.get_waiting(tx, [review.receipt for review in reviews])
    people = await files.list_people(tx, [review.participant_key for review in reviews])
    return [(r, people[r.participant_key], reports.get(r.receipt)) for r in reviews]
