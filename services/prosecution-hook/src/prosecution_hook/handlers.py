"""How prosecution-hook does what it is asked to do."""

from collections.abc import Sequence

from prosecution_hook import repository
from prosecution_hook.commands import ReadLedger
from prosecution_hook.disclosure.domain import Clearance, Proposal, Recipient, Withheld
from prosecution_hook.disclosure.handlers import cover, disclose
from prosecution_hook.domain import CATEGORY, RECIPIENT_ROLE, LedgerEntry
from prosecution_hook.errors import NoLedger
from shared.database import Transaction
from shared.events import ParticipantRecontacted, RecontactCause


async def keep_charge(event: ParticipantRecontacted, tx: Transaction) -> None:
    """Only charges enter the ledger: a stop or a booking is no prosecutor's business."""
    if event.cause is RecontactCause.NEW_CHARGE:
        await repository.add_entry(tx, LedgerEntry.of(event))


async def read_ledger(
    command: ReadLedger, tx: Transaction
) -> tuple[Clearance, Sequence[LedgerEntry]]:
    """The entries, and what must go with them. Raises NoLedger.

    Without a consent the answer is the one for an unknown key: no oracle (R-10).
    """
    caller = command.by
    recipient = Recipient(caller.sub, RECIPIENT_ROLE, caller.agency)
    for site in sorted(caller.sites):
        proposal = Proposal(site, command.participant_key, recipient, (CATEGORY,))
        if isinstance(await cover(proposal, tx), Withheld):
            continue
        clearance = await disclose(proposal, tx)
        if isinstance(clearance, Clearance):
            return clearance, await repository.list_entries(tx, command.participant_key, site)
    raise NoLedger
