"""Whom a report is about: look up, decide, record, tell. Nobody outside learns what was found."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from casework.intake.handlers import start_intake_clock
from casework.matching import bearers, contacts, corrections, findings, learning, repository
from casework.matching.candidates import find_candidate
from casework.matching.commands import DecideReview, MarkAlerted, MatchReports, OpenFile
from casework.matching.domain import (
    DISOWNED,
    Compared,
    Finding,
    IdentityReview,
    Verdict,
    decide,
    identity_of,
)
from casework.matching.errors import PersonNoLongerMatched, ReviewNotOpen
from casework.matching.identity import described, numbers_of, traces
from casework.matching.recontact import attached, referred_again
from casework.participants import repository as files
from casework.participants.domain import ParticipantFile
from casework.participants.person import Person
from casework.settings import Policy
from shared.database import Transaction, publish
from shared.events import MatchTier, ParticipantReferred, Report
from shared.timers import set_timers

Question = tuple[IdentityReview, Person, Compared | None]


async def match_reports(cmd: MatchReports, tx: Transaction, policy: Policy) -> None:
    """One lookup and one write for nearly all of a city's contacts, which are about nobody here."""
    reports = list(cmd.reports)
    for site in sorted({report.site for report in reports}):
        await repository.share_roster(tx, site)
    found = list(zip(reports, await findings.find(tx, reports), strict=True))
    rows = [_contact(tx, report, finding, policy) for report, finding in found]
    added = await contacts.add_contacts(tx, rows)
    await _learn_from(tx, [(r, finding) for r, finding in found if r.receipt in added])
    for report, finding in found:
        if report.receipt in added:
            with cmd.reports.about(report):
                await findings.tell(tx, report, finding, policy)
                if report.supersedes is not None:
                    await corrections.withdraw_earlier(tx, report, finding)


def _contact(tx: Transaction, report: Report, finding: Finding, policy: Policy) -> tuple[Any, ...]:
    digests: list[bytes] = []
    if finding.match is None:
        told = findings.wanted(tx, report.person, report.site)
        digests = [*traces(told.identity, report.site, tx.ring.digest), told.known_as]
    waiting = contacts.Waiting(contacts.seal(tx, report), digests)
    return contacts.row(report, finding, waiting, policy)


async def _learn_from(tx: Transaction, found: Sequence[tuple[Report, Finding]]) -> None:
    """Who carries which values; and numbers that came with an exact match, in a moment."""
    seen, timers = [], []
    for report, finding in found:
        record = described(report.person, report.site, tx.ring.digest)
        who = finding.match
        seen.append(bearers.Sighting(report.site, record, who.record_key if who else None))
        timers += [learning.teaches(report, who, record)] if who else []
    await bearers.note(tx, seen)
    await set_timers(tx, [timer for timer in timers if timer])


async def mark_alerted(cmd: MarkAlerted, tx: Transaction) -> None:
    await contacts.mark_alerted(tx, [(a.receipt, a.occurred_at) for a in cmd.alerts])


async def open_file(cmd: OpenFile, tx: Transaction, policy: Policy) -> None:
    """One file per person: attach on one exact match, otherwise open; never merge on less."""
    referral = cmd.referral
    await repository.own_roster(tx, referral.site)
    if await files.find_referral(tx, referral.referral_id):
        return
    told = findings.wanted(tx, referral.person, referral.site)
    [(seen, known)] = await findings.look_up(tx, [told])
    found = decide(seen.identity, known, referral.occurred_at.date())
    if match := found.match:
        person = await files.get_person(tx, match.record_key)
        person.complete(referral.person)
        if recontact := referred_again(referral, match):
            publish(tx, recontact)
    else:
        person = await _new_file(referral, tx)
        await tx.flush()
        on = referral.occurred_at.date()
        await corrections.link_former(tx, told, person.participant_key, on)
    key = match.participant_key if match else person.participant_key
    if found.candidates:
        publish(tx, attached(referral, key, found.tier))
    await files.add_referral(tx, referral, key, person.participant_key)
    numbers = numbers_of(referral.person, referral.site, tx.ring.digest)
    await learning.learn_of(
        tx, person, told.identity, policy, numbers=numbers, source=referral.referral_id
    )


async def _new_file(referral: ParticipantReferred, tx: Transaction) -> Person:
    person = Person.known_as(referral.subject, referral.site, referral.person)
    file = ParticipantFile(participant_key=referral.subject, site=referral.site, opened_at=tx.now)
    tx.add_all((file, person))
    await start_intake_clock(file, referral.occurred_at, tx)
    return person


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
    """A human confirmed it: the report is told, and its description and numbers are learned."""
    report = (await contacts.get_waiting(tx, [review.receipt])).get(review.receipt)
    who = await find_candidate(tx, review.site, review.participant_key)
    if report is None:
        raise ReviewNotOpen
    if who is None:
        raise PersonNoLongerMatched
    found = Finding(MatchTier(review.tier), (who,), confirmed=True)
    await findings.settle(tx, report, found, policy)
    await learning.learn_confirmed(tx, report, who, policy)


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
    """Each open question with who is on file, what was reported, and how far that agrees now."""
    reports = await contacts.get_waiting(tx, [review.receipt for review in reviews])
    keys = [review.compared_key for review in reviews]
    people, numbers = await files.list_people(tx, keys), await repository.list_numbers(tx, keys)
    told = [(r.site, findings.wanted(tx, r.person, r.site).identity) for r in reports.values()]
    seen = dict(zip(reports, await bearers.without_common(tx, told), strict=True))
    questions = []
    for review in reviews:
        person, report = people[review.compared_key], reports.get(review.receipt)
        known = identity_of(person, numbers.get(review.compared_key, frozenset()))
        compared = Compared(report, seen[review.receipt], known) if report else None
        questions.append((review, person, compared))
    return questions
