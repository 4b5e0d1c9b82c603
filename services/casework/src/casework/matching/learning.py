"""What is learned of people on file, from which report or referral; and how it is unlearned.

A file learns what a referral says. A report teaches its numbers once it matched exactly; one that
a reviewer said `same` to teaches its description too, so that the same question is not asked
again. Each record of a merged person learns for itself, so that unmerging parts them cleanly.
"""

from collections.abc import Mapping
from uuid import UUID

from casework.matching import bearers, contacts, findings, repository
from casework.matching.domain import Candidate, closest, identity_of, learn
from casework.matching.identity import Identity, numbers_of, traces
from casework.participants import repository as files
from casework.participants.person import Person
from casework.settings import Policy
from shared.database import Transaction
from shared.events import MatchTier, Report
from shared.timers import TimerRow, timer_row

# A report is matched while it shares the roster; what it teaches is learned by whoever owns it.
LEARN_NUMBERS = "learn-numbers"
Numbers = Mapping[bytes, str]


async def learn_of(
    tx: Transaction,
    person: Person,
    record: Identity,
    policy: Policy,
    *,
    numbers: Numbers | None = None,
    source: UUID | None = None,
) -> None:
    """What is known of somebody grew: reports that waited may be about them (late match)."""
    learn(person, record)
    await repository.add_keys(tx, person)
    await repository.add_numbers(tx, person, numbers or {}, source)
    known = Identity(person_names(person), person.dob, identifiers=frozenset(numbers or {}))
    await bearers.note(tx, [bearers.Sighting(person.site, known, person.participant_key)])
    await match_waiting(tx, person, numbers or {}, policy)


def person_names(person: Person) -> tuple:  # type: ignore[type-arg]
    return identity_of(person).names


async def match_waiting(tx: Transaction, person: Person, numbers: Numbers, policy: Policy) -> None:
    """Reports that nobody was found for, and that may be about this person."""
    site = person.site
    digests = [*traces(identity_of(person), site, tx.ring.digest), *sorted(numbers)]
    digests += await repository.list_confirmed(tx, person.participant_key)
    for report in await contacts.list_waiting(tx, site, digests):
        await _match_late(tx, report, policy)


async def _match_late(tx: Transaction, report: Report, policy: Policy) -> None:
    [found] = await findings.find(tx, [report])
    if found.tier is MatchTier.EXACT:
        await findings.settle(tx, report, found, policy, late=True)
    else:
        # Somebody else carries this number: counted from now on, because somebody on file has it.
        record = findings.wanted(tx, report.person, report.site).identity
        await bearers.note(tx, [bearers.Sighting(report.site, record)])


def teaches(report: Report, who: Candidate, record: Identity) -> TimerRow | None:
    """A timer, if a report that matched exactly has numbers that are not on file."""
    if record.identifiers <= who.identity.identifiers:
        return None
    return timer_row(LEARN_NUMBERS, str(report.receipt), report.received_at)


async def learn_numbers(tx: Transaction, receipt: UUID, policy: Policy) -> None:
    """If the report still matches; a number that others have teaches nothing."""
    report = (await contacts.get_waiting(tx, [receipt])).get(receipt)
    if report is None:
        return
    await repository.own_roster(tx, report.site)
    contact = await contacts.lock_contact(tx, receipt)
    [found] = await findings.find(tx, [report])
    who = found.match
    if contact is None or who is None or contact["participant_key"] != who.participant_key:
        return
    told = findings.wanted(tx, report.person, report.site)
    [record] = await bearers.without_common(tx, [(report.site, told.identity)])
    taken = await repository.list_holders(tx, record.identifiers, who.record_key)
    systems = numbers_of(report.person, report.site, tx.ring.digest)
    numbers = {number: systems[number] for number in record.identifiers - taken}
    if numbers:
        person = await files.get_person(tx, who.record_key)
        await learn_of(tx, person, Identity(), policy, numbers=numbers, source=receipt)


async def learn_confirmed(tx: Transaction, report: Report, who: Candidate, policy: Policy) -> None:
    """A reviewer said `same`: the next report like this one is an exact match."""
    told = findings.wanted(tx, report.person, report.site)
    [(seen, candidates)] = await findings.look_up(tx, [told])
    on = report.occurred_at.date()
    best = closest(seen.identity, candidates, who.participant_key, on) or who
    if seen.identity.identifiers or told.named_as:
        digests = {told.known_as, *([told.named_as] if told.named_as else [])}
        await repository.add_confirmed(tx, best.record_key, digests, report.receipt)
    systems = numbers_of(report.person, report.site, tx.ring.digest)
    numbers = {number: systems[number] for number in seen.identity.identifiers}
    person = await files.get_person(tx, best.record_key)
    await learn_of(tx, person, Identity(), policy, numbers=numbers, source=report.receipt)


async def unlearn(tx: Transaction, receipt: UUID, keep: str | None) -> None:
    """A report was about somebody else: what it taught goes, except where it belongs now."""
    await repository.forget_taught(tx, receipt, keep)
