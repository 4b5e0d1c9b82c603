"""Enter what was reported; read it under consent."""

from collections.abc import Sequence
from uuid import UUID

from prosecution_hook.disclosure.domain import Clearance
from prosecution_hook.ledger import repository
from prosecution_hook.ledger.commands import KeepReport, ReadLedger
from prosecution_hook.ledger.domain import LedgerEntry, Matter, kind_of, matter_about, matter_of
from prosecution_hook.ledger.errors import NoLedger
from prosecution_hook.policy import repository as policies
from prosecution_hook.statutes.handlers import classify
from prosecution_hook.telling import proposals_to, tell
from shared.database import Transaction


async def keep_report(cmd: KeepReport, tx: Transaction) -> tuple[Matter, LedgerEntry] | None:
    """The matter as it stands now, and the new entry; None for what is nothing new here."""
    kind = kind_of(cmd.event)
    if kind is None or await repository.find_entry(tx, cmd.event.receipt):
        return None
    entry = LedgerEntry.of(cmd.event, kind, tx.ring)
    matter = await _matter_for(entry, tx)
    entry.matter_id = matter.id
    entry.charges = await classify(entry.charges, entry.site, entry.incident_at, tx)
    tx.add(entry)
    await tx.flush()
    matter.fold(await repository.list_entries(tx, matter.id))
    return matter, entry


async def _matter_for(entry: LedgerEntry, tx: Transaction) -> Matter:
    """By an earlier version of the record, else by its numbers, else a new one."""
    _, policy = await policies.current(tx, entry.site)
    office = policy.office_of(entry.reported_by)
    known = await repository.matter_of_record(tx, entry)
    if known is None:
        matters = await repository.list_matters(tx, entry.participant_key, entry.site)
        about = matter_about(matters, entry, office)
        known = about.id if about else None
    found = await repository.lock_matter(tx, known) if known else None
    if found is None:
        found = matter_of(entry, office)
        tx.add(found)
        await tx.flush()
    return found


async def withdraw_report(tx: Transaction, receipt: UUID) -> Matter | None:
    """A report was about somebody else: it leaves the ledger. Returns a matter left empty."""
    entry = await repository.find_entry(tx, receipt)
    matter = await repository.lock_matter(tx, entry.matter_id) if entry else None
    if entry is None or matter is None:
        return None
    await tx.delete(entry)
    await tx.flush()
    if rest := await repository.list_entries(tx, matter.id):
        matter.fold(rest)
        return None
    return matter


async def read_ledger(cmd: ReadLedger, tx: Transaction) -> tuple[Clearance, Sequence[Matter]]:
    """The matters, and what must go with them. Raises NoLedger.

    Without a consent the answer is the one for an unknown key: no oracle (R-10).
    """
    for site in sorted(cmd.by.sites):
        clearance = await tell(proposals_to(cmd.by, site, cmd.participant_key), tx)
        if clearance is not None:
            return clearance, await repository.list_matters(tx, cmd.participant_key, site)
    raise NoLedger
