"""Record an encounter with goals that are the participant's own."""

from casework.encounters.commands import RecordEncounter
from casework.encounters.domain import Encounter, EncounterKind
from casework.intake.handlers import note_outreach
from casework.participants import handlers as participants
from casework.plans.repository import find_current_plan
from shared.database import Transaction
from shared.errors import FieldError, Invalid
from shared.ids import new_id


async def record_encounter(cmd: RecordEncounter, tx: Transaction) -> Encounter:
    file = await participants.edit_file(cmd.edit, tx)
    await _require_own_goals(cmd, tx)
    encounter_id = new_id()
    encounter = Encounter(
        id=encounter_id,
        site=file.site,
        participant_key=file.participant_key,
        kind=cmd.kind,
        began_at=cmd.began_at,
        minutes=cmd.minutes,
        reached=cmd.reached,
        goals=list(dict.fromkeys(cmd.goals)),
        needs_met=list(dict.fromkeys(cmd.needs_met)),
        sealed=Encounter.seal(cmd.note, encounter_id, tx.ring) if cmd.note else None,
        recorded_by=cmd.edit.by,
        recorded_at=tx.now,
    )
    tx.add(encounter)
    if cmd.kind is not EncounterKind.COLLATERAL:
        await note_outreach(file, cmd.began_at, cmd.edit.by, tx, reached=cmd.reached)
    return encounter


async def _require_own_goals(cmd: RecordEncounter, tx: Transaction) -> None:
    """Work is linked to what the participant wants, not to what somebody wants of them."""
    if not cmd.goals:
        return
    plan = await find_current_plan(tx, cmd.edit.participant_key)
    own = set(plan.domains) if plan else set()
    hint = "Link a goal that is in the participant's plan."
    faults = [
        FieldError(f"/goals/{index}", "goal_not_in_plan", hint)
        for index, goal in enumerate(cmd.goals)
        if goal not in own
    ]
    if faults:
        raise Invalid(errors=tuple(faults))
