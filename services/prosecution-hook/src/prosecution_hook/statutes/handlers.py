"""Import a version; say what charges are by the statutes in force when they happened."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from prosecution_hook.policy import repository as policies
from prosecution_hook.statutes import repository
from prosecution_hook.statutes.commands import ImportStatutes
from prosecution_hook.statutes.domain import StatuteImport, cited, classified, statute_for
from prosecution_hook.statutes.errors import WrongChecksum
from prosecution_hook.statutes.table import read_table
from shared.database import Transaction
from shared.ids import new_id
from shared.sites import zone_of


async def import_statutes(cmd: ImportStatutes, tx: Transaction) -> tuple[StatuteImport, bool]:
    """The version, and whether it is new. Raises WrongChecksum, UnusableTable."""
    if sha256(cmd.content.encode()).hexdigest() != cmd.checksum:
        raise WrongChecksum
    import_id = new_id()
    state, rows = read_table(cmd.content, import_id)
    await repository.lock_state(tx, state)
    if known := await repository.find_import(tx, state, cmd.checksum):
        return known, False
    made = StatuteImport(
        id=import_id,
        state=state,
        version=await repository.newest_version(tx, state) + 1,
        checksum=cmd.checksum,
        source=cmd.source,
        statutes=len(rows),
        imported_at=tx.now,
        imported_by=cmd.by,
    )
    tx.add(made)
    await tx.flush()
    tx.add_all(rows)
    return made, True


async def classify(
    charges: Sequence[dict[str, Any]], site: str, happened_at: datetime | None, tx: Transaction
) -> list[dict[str, Any]]:
    """NIBRS code and severity where the source gave none. Without a day no law is in force."""
    cites = [cited(charge.get("statute") or "") for charge in charges]
    sections = {section for cite in cites if cite for section in cite.sections}
    found = await repository.list_cited(tx, sections) if sections else ()
    if not found:
        return list(charges)
    _, policy = await policies.current(tx, site)
    versions, rows = {row.id: version for row, version in found}, [row for row, _ in found]
    answer = []
    for charge, cite in zip(charges, cites, strict=True):
        own = charge.get("incident_at")
        at = datetime.fromisoformat(own) if own else happened_at
        day = at.astimezone(zone_of(site)).date() if at else None
        row = statute_for(cite, policy.state, day, rows) if cite and day else None
        answer.append(classified(charge, row, versions[row.id]) if row else charge)
    return answer
