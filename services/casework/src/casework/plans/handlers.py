"""Write a plan's next version."""

from casework.participants import handlers as participants
from casework.plans import repository
from casework.plans.commands import WritePlan
from casework.plans.domain import PlanVersion
from shared.database import Transaction, publish
from shared.ids import new_id


async def write_plan(cmd: WritePlan, tx: Transaction) -> PlanVersion:
    file = await participants.edit_file(cmd.edit, tx)
    current = await repository.find_current_plan(tx, file.participant_key)
    plan_id = new_id()
    plan = PlanVersion(
        id=plan_id,
        participant_key=file.participant_key,
        version=current.version + 1 if current else 1,
        agreed_at=cmd.agreed_at,
        review_on=cmd.review_on,
        created_by=cmd.edit.by,
        created_at=tx.now,
        domains=list(dict.fromkeys(goal.domain for goal in cmd.goals)),
        sealed=PlanVersion.seal(cmd.goals, plan_id, tx.ring),
    )
    tx.add(plan)
    if updated := plan.updated(file.site):
        publish(tx, updated)
    return plan
