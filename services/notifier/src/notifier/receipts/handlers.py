"""What follows from a receipt, and from an answer by SMS."""

from datetime import timedelta
from uuid import UUID

from notifier import repository as alerts
from notifier.commands import AcknowledgeAlert
from notifier.contacts import handlers as contacts
from notifier.contacts.domain import ContactMethod
from notifier.handlers import acknowledge_alert
from notifier.receipts import repository
from notifier.receipts.commands import RecordReceipt, TakeReply
from notifier.receipts.domain import LOST, RANK
from notifier.receipts.replies import Word
from notifier.staff.repository import get_staff
from notifier.undelivered import go_on_without, notice_goes_on
from shared.callers import Caller
from shared.database import Transaction
from shared.timers import set_timer

LOST_MESSAGE = "delivery.lost"
# The receipt may be faster than the worker that still writes down that it was sent.
SOON = timedelta(seconds=2)
NOTED = "Item {number} is yours."
NOT_YOURS = "No item of this number was sent to you."
UNCLEAR = (
    "Answer with the number of an item to say that you have it, STOP for no more messages,"
    " START to get them again."
)
STOPPED = "You get no more messages here. START brings them back."
STARTED = "You get messages here again."


async def record_receipt(command: RecordReceipt, tx: Transaction) -> None:
    rank = RANK.get(command.state, 0)
    news = rank > 0 and await repository.take_over(
        tx, command.delivery_id, command.provider_id, command.state, rank
    )
    if news and command.state in LOST:
        await set_timer(tx, LOST_MESSAGE, str(command.delivery_id), tx.now)


async def follow_lost(delivery_id: UUID, tx: Transaction) -> None:
    """The message did not reach the phone: another way, or else the next person."""
    lost = await repository.find_delivery(tx, delivery_id)
    if lost is None or lost.provider_state not in LOST:
        return
    is_busy = lost.alert_id is not None and not await alerts.is_alert_free(tx, lost.alert_id)
    if lost.state == "queued" or is_busy:
        await set_timer(tx, LOST_MESSAGE, str(delivery_id), tx.now + SOON)
        return
    # The alert first: everybody else who locks both does so in this order.
    alert = await alerts.get_alert(tx, lost.alert_id) if lost.alert_id else None
    if not await repository.end_as_lost(tx, delivery_id):
        return
    if alert is not None:
        await go_on_without(lost, alert, "sms_not_sent", tx)
    else:
        await notice_goes_on(delivery_id, tx)


async def take_reply(command: TakeReply, tx: Transaction) -> str | None:
    """Returns what to answer; None to a number that is nobody's."""
    # An answer locks the alert, and what is locked after alerts (locks.py) must not come first.
    lock = command.reply.word is not Word.ACKNOWLEDGE
    phones = await repository.list_phones(tx, command.phone, lock=lock)
    if not phones:
        return None
    match command.reply.word:
        case Word.ACKNOWLEDGE:
            return await _acknowledge(phones, command.reply.number or 0, tx)
        case Word.STOP:
            for phone in phones:
                await contacts.stop_using(phone.site, phone.sub, phone.id, tx)
            return STOPPED
        case Word.START:
            for phone in phones:
                phone.gone_at = None
                await contacts.refresh_reach(await get_staff(tx, phone.site, phone.sub), tx)
            return STARTED
        case Word.UNCLEAR:
            return UNCLEAR


async def _acknowledge(phones: list[ContactMethod], number: int, tx: Transaction) -> str:
    for phone in phones:
        alert_id = await repository.find_alert(tx, number, phone.site, phone.sub)
        if alert_id is not None:
            caller = Caller(phone.sub, frozenset({"case-manager"}), frozenset({phone.site}))
            await acknowledge_alert(AcknowledgeAlert(alert_id, caller), tx)
            return NOTED.format(number=number)
    return NOT_YOURS
