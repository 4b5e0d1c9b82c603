"""Write a plan's next version, agree to it, and ask for its review in time."""

from datetime import date, datetime, timedelta

from casework.consents.domain import midnight
from casework.participants import handlers as participants
from casework.participants import repository as files
from casework.participants.domain import ParticipantFile, State
from casework.plans import repository
from casework.plans.commands import AgreePlan, WritePlan
from casework.plans.domain import PlanVersion
from casework.plans.errors import NotTheNewest
from casework.policies.repository import policy_at
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import WorkKind
from shared.database import Transaction, publish
from shared.ids import new_id
from shared.timers import set_timer

PLAN_REVIEW = "plan-review"


async def write_plan(cmd: WritePlan, tx: Transaction) -> PlanVersion:
    file = await participants.edit_file(cmd.edit, tx)
    current = await repository.find_current_plan(tx, file.participant_key)
    plan_id = new_id()
    plan = PlanVersion(
        id=plan_id,
        participant_key=file.participant_key,
        version=current.version + 1 if current else 1,
        review_on=cmd.review_on,
        created_by=cmd.edit.by,
        created_at=tx.now,
        domains=list(dict.fromkeys(goal.domain for goal in cmd.goals)),
        sealed=PlanVersion.seal(cmd.goals, plan_id, tx.ring),
    )
    tx.add(plan)
    if cmd.agreed_at is not None:
        await _agree(plan, file, cmd.edit.by, cmd.agreed_at, tx)
    return plan


async def agree_plan(cmd: AgreePlan, tx: Transaction) -> PlanVersion:
    file = await participants.edit_file(cmd.edit, tx)
    plan = await repository.get_version(tx, file.participant_key, cmd.version)
    newest = await repository.get_current_plan(tx, file.participant_key)
    if plan.version != newest.version:
        raise NotTheNewest
    await _agree(plan, file, cmd.edit.by, cmd.agreed_at, tx)
    return plan


async def _agree(
    plan: PlanVersion, file: ParticipantFile, by: str, at: datetime, tx: Transaction
) -> None:
    publish(tx, plan.agree(file.site, at))
    await tx.flush()
    await repository.supersede_others(tx, plan, at)
    done = CloseItems(file.participant_key, (WorkKind.PLAN_REVIEW,), by)
    await work.close_items(done, tx)
    review = await _review_at(plan.review_on, file.site, tx)
    await set_timer(tx, PLAN_REVIEW, file.participant_key, review)


async def _review_at(review_on: date | None, site: str, tx: Transaction) -> datetime:
    """The day that was agreed, or so many days from now as the site says (T13)."""
    if review_on is not None:
        return midnight(review_on, site)
    return tx.now + timedelta(days=(await policy_at(tx, site)).plan_review_days)


async def review_due_at(plan: PlanVersion, site: str, tx: Transaction) -> datetime | None:
    """When the plan is to be looked at; None for a draft."""
    if plan.agreed_at is None:
        return None
    if plan.review_on is not None:
        return midnight(plan.review_on, site)
    return plan.agreed_at + timedelta(days=(await policy_at(tx, site)).plan_review_days)


async def ask_for_review(participant_key: str, due_at: datetime, tx: Transaction) -> None:
    file = await files.find_file_to_edit(tx, participant_key)
    if file is not None and file.state != State.EXITED:
        item = OpenItem(file.site, participant_key, WorkKind.PLAN_REVIEW, due_at)
        await work.open_item(item, tx)
