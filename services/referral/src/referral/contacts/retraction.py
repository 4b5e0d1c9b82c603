"""Taking a record back: an error, or a matter that a court sealed or expunged (R-26).

What is kept here of a report is its body in the outbox history, for a day. It is destroyed at once,
in every version; what stays are receipts and digests, which say nothing.
"""

from collections.abc import Sequence
from datetime import timedelta

from referral.contacts import retractions
from referral.contacts.commands import RetractContact
from referral.contacts.errors import NotThisRecord, ReportNotFound
from referral.contacts.retractions import Reported
from shared import outbox
from shared.database import Transaction, publish
from shared.errors import FieldError
from shared.events import ContactReported, ContactRetracted
from shared.intake import record_digest

# A source that takes a version back may have sent others since, and before.
EARLIER, LATER = 256, 64
# The history is found by its own clock, the database's, which may differ a little from ours.
AROUND = timedelta(minutes=10)


async def retract_contact(command: RetractContact, tx: Transaction) -> None:
    """The same again changes nothing. Raises ReportNotFound or NotThisRecord."""
    reported = await retractions.find_report(tx, command.receipt)
    by = command.by
    if reported is None or reported.site not in by.sites or reported.source not in by.sources:
        raise ReportNotFound
    if reported.record_digest != _digest(command, reported, command.record_version, tx):
        hint = "Give the number and version under which this receipt was reported."
        raise NotThisRecord(errors=(FieldError("/source_record_id", "not_this_record", hint),))
    versions = await _versions(command, reported, tx)
    newest = versions[max(versions)]
    if await retractions.add_retraction(tx, newest, command.reason, by.sub):
        publish(tx, _retracted(command, newest, max(versions), tx))
    await _destroy(command, list(versions.values()), tx)


def _digest(command: RetractContact, reported: Reported, version: int, tx: Transaction) -> bytes:
    site, source = reported.site, reported.source
    return record_digest(tx.ring, site, source, command.source_record_id, version)


async def _versions(
    command: RetractContact, reported: Reported, tx: Transaction
) -> dict[int, Reported]:
    """Every version of the record that was reported."""
    named = command.record_version
    window = range(max(1, named - EARLIER), named + LATER)
    by_digest = {_digest(command, reported, version, tx): version for version in window}
    found = await retractions.list_reports(tx, list(by_digest))
    return {by_digest[report.record_digest]: report for report in found}


def _retracted(
    command: RetractContact, newest: Reported, version: int, tx: Transaction
) -> ContactRetracted:
    return ContactRetracted(
        site=newest.site,
        subject=str(newest.receipt),
        occurred_at=tx.now,
        source_system=newest.source,
        source_record_id=command.source_record_id,
        record_version=version,
        reason=command.reason,
    )


async def _destroy(command: RetractContact, versions: Sequence[Reported], tx: Transaction) -> None:
    key = f"{versions[0].source}:{command.source_record_id}"
    for report in versions:
        span = (report.received_at - AROUND, report.received_at + AROUND)
        await outbox.destroy(tx.raw, ContactReported.type, key, span)
