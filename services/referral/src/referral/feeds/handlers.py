"""What becomes of a sign of life."""

from referral.feeds import repository
from referral.feeds.commands import NoteHeartbeat
from shared.database import Transaction


async def note_heartbeat(command: NoteHeartbeat, tx: Transaction) -> None:
    await repository.note_heartbeat(tx, command.source, command.sites)
