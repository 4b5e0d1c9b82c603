"""Keep a prosecutor's question, and answer it only under a release in force at that moment."""

from casework.consents import repository as consents
from casework.coordination import repository
from casework.coordination.commands import AnswerItem
from casework.coordination.domain import CoordinationItem, covering
from casework.coordination.errors import NotCovered, NotYours
from casework.participants import repository as files
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import Outcome as WorkOutcome
from casework.work.domain import WorkKind
from shared.callers import Caller
from shared.database import Transaction, publish
from shared.errors import FieldError
from shared.events import CoordinationClosed, CoordinationRequested


async def keep_request(event: CoordinationRequested, tx: Transaction) -> None:
    file = await files.find_file_of(tx, event.subject)
    if file is None or await repository.find_item(tx, event.coordination_id):
        return
    item = CoordinationItem(
        id=event.coordination_id,
        site=file.site,
        participant_key=file.participant_key,
        concerning=event.concerning,
        cause_number=event.cause_number,
        recipient_org=event.recipient_org,
        visible_to_liaison=event.visible_to_liaison,
        requested_at=event.occurred_at,
        due_at=event.due_at,
    )
    tx.add(item)
    key, reference = item.participant_key, str(item.id)
    await work.open_item(
        OpenItem(item.site, key, WorkKind.COORDINATION, item.due_at, reference), tx
    )


async def close_request(event: CoordinationClosed, tx: Transaction) -> None:
    """The office decided, or asks no more: nobody is asked to answer what nobody waits for."""
    item = await repository.lock_item(tx, event.coordination_id)
    if item is not None:
        item.close()
        await _close_work(item, "prosecutor", WorkOutcome.NOT_NEEDED, tx)


async def answer_item(cmd: AnswerItem, tx: Transaction) -> CoordinationItem:
    """Having nothing to share needs no release: then nobody outside hears anything (R-15)."""
    item = await repository.get_item_to_answer(tx, cmd.item_id, cmd.by.sites)
    await _require_theirs(item, cmd.by, tx)
    in_force = await consents.list_in_force(tx, item.participant_key, item.site)
    consent, missing = covering(cmd.reply, in_force, item.recipient_org)
    if missing:
        hint = "No release in force covers this for the liaison prosecutor."
        raise NotCovered(errors=tuple(FieldError(f"/{m}", "not_covered", hint) for m in missing))
    item.answer(cmd.reply, cmd.by.sub, tx.now, tx.ring)
    if consent is not None:
        publish(tx, item.tell(cmd.reply, consent.id, tx.now))
    await _close_work(item, cmd.by.sub, WorkOutcome.DONE, tx)
    return item


async def _close_work(
    item: CoordinationItem, by: str, outcome: WorkOutcome, tx: Transaction
) -> None:
    """What is closed already stays as it was."""
    kinds = (WorkKind.COORDINATION,)
    done = CloseItems(item.participant_key, kinds, by, outcome, reference=str(item.id))
    await work.close_items(done, tx)


async def _require_theirs(item: CoordinationItem, by: Caller, tx: Transaction) -> None:
    file = await files.get_file(tx, item.participant_key, by.sites)
    if by.sub not in (file.case_manager, file.backup) and not by.has("supervisor"):
        raise NotYours
