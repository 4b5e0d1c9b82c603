"""Emergency access is told to the site's privacy officers at once, and shown until reviewed."""

from notifier import queue
from notifier.emergencies import repository
from notifier.emergencies.domain import Emergency
from notifier.policy import AlertClass
from notifier.routing import PROGRAM_LINE
from notifier.staff.repository import list_privacy_officers
from shared.database import Transaction
from shared.events import EmergencyAccessChanged

PURPOSE = "emergency"


async def follow(event: EmergencyAccessChanged, tx: Transaction) -> None:
    """Keep what is shown; its opening goes out by every way at once, its end as what can wait."""
    known = await repository.find_emergency(tx, event.partner_id)
    match event.change:
        case "opened":
            tx.add(_opened(event))
            await _tell(event.site, AlertClass.CUSTODY, tx)
        case "ended" if known:
            known.ended_at = event.occurred_at
            await _tell(event.site, AlertClass.FIELD, tx)
        case "reviewed" if known:
            known.reviewed_at = event.occurred_at
    if known and known.is_settled:
        await tx.delete(known)


def _opened(event: EmergencyAccessChanged) -> Emergency:
    return Emergency(
        partner_id=event.partner_id,
        site=event.site,
        org=event.org,
        opened_at=event.occurred_at,
        ends_at=event.ends_at,
    )


async def _tell(site: str, like: AlertClass, tx: Transaction) -> None:
    """Where nobody watches, the program line hears of it: it is never told to nobody."""
    officers = [staff.sub for staff in await list_privacy_officers(tx, site)]
    await queue.add_notice(tx, site, officers or [PROGRAM_LINE], PURPOSE, like=like)
