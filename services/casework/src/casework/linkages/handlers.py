"""Refer on, and record what came of it."""

from casework.directory.repository import find_service
from casework.linkages import repository
from casework.linkages.commands import LinkService, RecordOutcome
from casework.linkages.domain import Although, Linkage
from casework.linkages.errors import NoSuchService, ServiceNotActive
from casework.participants import handlers as participants
from casework.participants import repository as files
from shared.database import Transaction
from shared.errors import FieldError

# As HSDS names it; the others are inactive, defunct and temporarily closed.
ACTIVE = "active"


async def link_service(cmd: LinkService, tx: Transaction) -> Linkage:
    file = await participants.edit_file(cmd.edit, tx)
    name = cmd.service_name
    if cmd.service_id is not None:
        service = await find_service(tx, file.site, cmd.service_id)
        if service is None or service.withdrawn_at is not None:
            raise NoSuchService
        if service.status != ACTIVE and cmd.although is None:
            values = ", ".join(Although)
            hint = f"This service is not active. Say why it is linked all the same: {values}."
            raise ServiceNotActive(errors=(FieldError("/although", "service_not_active", hint),))
        name = service.name
    linkage = Linkage(
        site=file.site,
        participant_key=file.participant_key,
        need=cmd.need,
        service_id=cmd.service_id,
        service_name=name or "",
        although=cmd.although,
        linked_by=cmd.edit.by,
        linked_at=tx.now,
    )
    tx.add(linkage)
    return linkage


async def record_outcome(cmd: RecordOutcome, tx: Transaction) -> Linkage:
    """Also after exit: what came of it is still worth knowing."""
    linkage = await repository.get_linkage(tx, cmd.linkage_id, cmd.sites)
    await files.get_file(tx, linkage.participant_key, cmd.sites)
    linkage.become(cmd.outcome, cmd.by, tx.now, cmd.expected)
    return linkage
