"""Build the agenda and the packets, and keep what was decided."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from casework.assignments.handlers import require_staff
from casework.consents.repository import list_in_force
from casework.participants.domain import State
from casework.participants.handlers import edit_file
from casework.policies.repository import policy_at
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import WorkKind
from casework.workgroup import repository
from casework.workgroup.commands import AssignAction, FinishAction, MakePacket
from casework.workgroup.domain import Action, Fact, facts_for
from shared.database import Transaction, publish
from shared.ids import new_id


async def build_agenda(site: str, tx: Transaction) -> list[Mapping[str, Any]]:
    """Since the meeting before, by the site's own rhythm (T14)."""
    cycle = timedelta(days=(await policy_at(tx, site)).workgroup_cycle_days)
    return await repository.list_agenda(tx, site, tx.now - cycle)


async def make_packet(cmd: MakePacket, tx: Transaction) -> list[tuple[str, list[Fact]]]:
    """Who has no release for this attendee is not in it, not even as a number (R-10, R-19)."""
    packet = []
    for entry in await build_agenda(cmd.site, tx):
        key = entry["participant_key"]
        known = {
            "enrolled": entry["enrolled_at"] is not None,
            "active": entry["state"] == State.ACTIVE,
            "goals": entry["goals"] or (),
        }
        in_force = await list_in_force(tx, key, cmd.site)
        facts = facts_for(cmd.attendee, cmd.org, in_force, known)
        if facts:
            recipient = f"{cmd.attendee} of {cmd.org}, work group"
            await repository.add_disclosure(tx, cmd.site, key, recipient, facts)
            packet.append((key, facts))
    return packet


async def assign_action(cmd: AssignAction, tx: Transaction) -> Action:
    file = await edit_file(cmd.edit, tx)
    await require_staff(tx, file.site, {"/owner": cmd.owner})
    action_id = new_id()
    action = Action(
        id=action_id,
        site=file.site,
        participant_key=file.participant_key,
        owner=cmd.owner,
        sealed=Action.seal(cmd.what, action_id, tx.ring),
        due_at=cmd.due_at,
        assigned_by=cmd.edit.by,
        assigned_at=tx.now,
    )
    tx.add(action)
    publish(tx, action.assigned())
    item = OpenItem(
        file.site,
        file.participant_key,
        WorkKind.WORKGROUP_ACTION,
        cmd.due_at,
        reference=str(action_id),
        assignee=cmd.owner,
    )
    await work.open_item(item, tx)
    return action


async def finish_action(cmd: FinishAction, tx: Transaction) -> Action:
    action = await repository.get_action(tx, cmd.action_id, cmd.sites)
    publish(tx, action.finish(cmd.by, tx.now))
    kinds = (WorkKind.WORKGROUP_ACTION,)
    done = CloseItems(action.participant_key, kinds, cmd.by, reference=str(action.id))
    await work.close_items(done, tx)
    return action
