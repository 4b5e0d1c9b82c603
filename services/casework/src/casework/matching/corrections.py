"""What turned out to be wrong: every past report it touches is looked at again, in the look-back.

Whoever was alerted wrongly hears of it (`identity-corrected`), whoever should have been, late.
"""

from datetime import date
from uuid import UUID

from casework.matching import contacts, findings, learning, people, repository
from casework.matching.candidates import Wanted
from casework.matching.commands import ExcludePerson, MergePeople, UnmergePerson
from casework.matching.domain import (
    DISOWNED,
    Finding,
    IdentityReview,
    PersonMerge,
    Verdict,
    decide,
)
from casework.matching.errors import AlreadyMerged, NotMerged
from casework.participants import repository as files
from casework.participants.person import Person
from casework.settings import Policy
from shared.database import Transaction, publish
from shared.events import (
    AlertDisowned,
    ContactRetracted,
    IdentityCorrected,
    IdentityReviewRaised,
    MatchTier,
    Report,
)

# Who links the files of somebody who came back; a person may part them again.
LINKED_BY = "system"


async def _correct(
    tx: Transaction,
    was: str,
    receipt: UUID,
    correction: str,
    site: str,
    moved_to: str | None,
    reason: str | None = None,
) -> None:
    """Whoever was alerted hears of it, and what the report taught is unlearned."""
    await learning.unlearn(tx, receipt, moved_to)
    publish(
        tx,
        IdentityCorrected(
            site=site, subject=was, occurred_at=tx.now, receipt=receipt,
            correction=correction, moved_to=moved_to, reason=reason,
        ),
    )  # fmt: skip


async def reconsider(
    tx: Transaction, report: Report, was: str, correction: str, policy: Policy
) -> None:
    """Who is it now? A human's earlier `same` stands for as long as it may still be that person."""
    [found] = await findings.find(tx, [report])
    now = found.match.participant_key if found.match else None
    still = now is None and was in {who.participant_key for who in found.candidates}
    if now == was or still:
        return
    await _correct(tx, was, report.receipt, correction, report.site, now)
    await findings.settle(tx, report, found, policy, late=True)


async def disown(event: AlertDisowned, tx: Transaction, policy: Policy) -> None:
    """ "Not my client": a question with the shortest clock; nothing moves before it is answered."""
    contact = await contacts.lock_contact(tx, event.receipt)
    if contact is None or contact["participant_key"] != event.subject:
        return
    due_at = tx.now + policy.custody_review
    review = await repository.find_review(tx, event.receipt, event.subject)
    if review is None:
        review = await _question(tx, event, MatchTier(contact["tier"]))
    review.reopen(DISOWNED, tx.now, due_at)
    tx.add(review)
    raised: IdentityReviewRaised = review.raised()
    publish(tx, raised)


async def _question(tx: Transaction, event: AlertDisowned, tier: MatchTier) -> IdentityReview:
    report = (await contacts.get_waiting(tx, [event.receipt])).get(event.receipt)
    evidence, record_key = None, None
    if report:
        [found] = await findings.find(tx, [report])
        mine = [who for who in found.candidates if who.participant_key == event.subject]
        evidence = mine[0].evidence.as_json() if mine and mine[0].evidence else None
        record_key = mine[0].record_key if mine else None
    return IdentityReview(
        site=event.site,
        receipt=event.receipt,
        participant_key=event.subject,
        record_key=record_key,
        tier=tier,
        identity_digest=_known_as(tx, report),
        evidence=evidence,
        raised_at=tx.now,
        due_at=tx.now,
    )


def _known_as(tx: Transaction, report: Report | None) -> bytes | None:
    return findings.wanted(tx, report.person, report.site).known_as if report else None


async def answer_disowned(
    tx: Transaction, review: IdentityReview, verdict: Verdict, policy: Policy
) -> None:
    """`same`: the alert was right. `different`: remembered, taken back, and matched anew."""
    if verdict is not Verdict.DIFFERENT:
        return
    if review.identity_digest:
        await repository.add_ruled_out(tx, review)
    report = (await contacts.get_waiting(tx, [review.receipt])).get(review.receipt)
    if report:
        await reconsider(tx, report, review.participant_key, "wrong_person", policy)
    else:
        await _correct(
            tx, review.participant_key, review.receipt, "wrong_person", review.site, None
        )  # fmt: skip
        await contacts.withdraw(tx, [review.receipt])


async def retract(event: ContactRetracted, tx: Transaction) -> None:
    """The record was wrong, or a court sealed or expunged it: every version of it goes (R-26)."""
    rows = await contacts.lock_record(tx, event.site, event.source_system, event.source_record_id)
    for row in rows:
        if row["participant_key"]:
            was, receipt = row["participant_key"], row["receipt"]
            await _correct(tx, was, receipt, "retracted", event.site, None, event.reason)
    await contacts.withdraw(tx, [row["receipt"] for row in rows])


async def withdraw_earlier(tx: Transaction, report: Report, found: Finding) -> None:
    """A new version names another person: what the versions before it alerted was wrong."""
    now = found.match.participant_key if found.match else None
    maybe = {who.participant_key for who in found.candidates}
    rows = await contacts.lock_record(
        tx, report.site, report.source_system, report.source_record_id
    )
    for row in rows:
        was = row["participant_key"]
        if was and was not in maybe and row["record_version"] < report.record_version:
            await _correct(tx, was, row["receipt"], "corrected", report.site, now)
            await contacts.withdraw(tx, [row["receipt"]])


async def merge_people(cmd: MergePeople, tx: Transaction) -> PersonMerge:
    """Two files of one person: reports about either go to one; each record keeps its origin."""
    merged = await files.get_file(tx, cmd.merged, cmd.sites)
    into = await files.get_file(tx, cmd.into, {merged.site})
    await repository.own_roster(tx, merged.site)
    for key in (merged.participant_key, into.participant_key):
        if await people.find_merge(tx, key):
            raise AlreadyMerged
    if merged is into or await people.has_merged(tx, merged.participant_key):
        raise AlreadyMerged
    merge = PersonMerge(
        site=merged.site, merged=merged.participant_key, into_key=into.participant_key,
        reason=cmd.reason, merged_by=cmd.by, merged_at=tx.now,
    )  # fmt: skip
    tx.add(merge)
    return merge


async def unmerge_person(cmd: UnmergePerson, tx: Transaction, policy: Policy) -> PersonMerge:
    """They are two after all: what reached the one since, and is about the other, is moved."""
    file = await files.get_file(tx, cmd.participant_key, cmd.sites)
    await repository.own_roster(tx, file.site)
    merge = await people.find_merge(tx, file.participant_key)
    if merge is None:
        raise NotMerged
    merge.unmerged_by, merge.unmerged_at = cmd.by, tx.now
    await tx.flush()
    await people.part(tx, merge)
    since = max(merge.merged_at, tx.now - policy.lookback)
    for report in await contacts.list_matched_since(tx, merge.into_key, since):
        await reconsider(tx, report, merge.into_key, "unmerged", policy)
    return merge


async def rematch(tx: Transaction, person: Person, policy: Policy) -> None:
    """What is known of somebody was put right: past reports of the look-back are looked at again.

    Those that waited may be about them now, those that they were told of about somebody else.
    """
    await repository.remove_keys(tx, person)
    numbers = (await repository.list_numbers(tx, [person.participant_key])).values()
    known = {number: "" for digests in numbers for number in digests}
    await repository.add_keys(tx, person)
    await learning.match_waiting(tx, person, known, policy)
    merge = await people.find_merge(tx, person.participant_key)
    key = merge.into_key if merge else person.participant_key
    for report in await contacts.list_matched_since(tx, key, tx.now - policy.lookback):
        await reconsider(tx, report, key, "corrected", policy)


async def link_former(tx: Transaction, back: Wanted, key: str, on: date) -> None:
    """Somebody who left is referred again: their earlier file stands for the new one.

    Linked as a merge is, so that they are found by all that was known, and so that a reviewer can
    take it back. Erased people are not recognized, and whoever died is not linked.
    """
    [(seen, known)] = await findings.look_up(tx, [back], former=True)
    found = decide(seen.identity, known, on)
    if found.match is None:
        return
    former = found.match.participant_key
    merged = [former, *await people.part_all(tx, former, LINKED_BY)]
    tx.add_all(
        PersonMerge(
            site=back.site, merged=each, into_key=key, reason=people.RE_ENTRY,
            merged_by=LINKED_BY, merged_at=tx.now,
        )
        for each in merged
    )  # fmt: skip
    tx.concerns.update((former, key))


async def exclude_person(cmd: ExcludePerson, tx: Transaction) -> None:
    """While excluded nobody's report is matched to them; past alerts stand."""
    file = await files.get_file(tx, cmd.participant_key, cmd.sites)
    await repository.own_roster(tx, file.site)
    if cmd.excluded:
        await people.exclude(tx, file.participant_key, cmd.reason, cmd.by)
    else:
        await people.include(tx, file.participant_key)
