"""What casework does when a time has come."""

from datetime import timedelta
from uuid import UUID

from casework.consents.handlers import (
    COMES_INTO_FORCE,
    EXPIRES,
    EXPIRY_NOTICE,
    confirm_consents,
    expire_consent,
    notice_expiry,
)
from casework.intake.handlers import (
    APPOINTMENT,
    INTAKE_DEADLINE,
    OUTREACH,
    remind_of_appointment,
    remind_of_intake,
    remind_of_outreach,
)
from casework.matching import bearers, contacts, learning
from casework.participants.handlers import enroll_by_consent
from casework.plans.handlers import PLAN_REVIEW, ask_for_review
from casework.settings import Policy
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers, set_timer

# The first row of this timer comes with the migration; each round sets the next.
PURGE = "purge-contacts"
PURGE_EVERY = timedelta(minutes=1)
CONFIRM = "confirm-consents"
CONFIRM_EVERY = timedelta(seconds=15)


async def on_purge_due(timer: Timer, tx: Transaction) -> None:
    """What becomes due before the next round goes now: a minute early is never too late (R-12)."""
    await contacts.forget_due(tx, tx.now + PURGE_EVERY)
    await bearers.forget_due(tx, tx.now)
    more = await contacts.purge_due(tx, tx.now + PURGE_EVERY)
    await set_timer(tx, PURGE, timer.subject, tx.now if more else tx.now + PURGE_EVERY)


async def on_consent_day(timer: Timer, tx: Transaction) -> None:
    await enroll_by_consent(UUID(timer.subject), tx)


async def on_confirm_due(timer: Timer, tx: Transaction) -> None:
    """A quarter of the bound within which a revocation takes effect everywhere (R-03)."""
    confirm_consents(CONFIRM_EVERY, tx)
    await set_timer(tx, CONFIRM, timer.subject, tx.now + CONFIRM_EVERY)


async def on_outreach_due(timer: Timer, tx: Transaction) -> None:
    await remind_of_outreach(timer.subject, tx)


async def on_appointment_passed(timer: Timer, tx: Transaction) -> None:
    await remind_of_appointment(timer.subject, tx)


async def on_intake_clock(timer: Timer, tx: Transaction) -> None:
    await remind_of_intake(timer.subject, tx)


async def on_expiry_notice(timer: Timer, tx: Transaction) -> None:
    await notice_expiry(UUID(timer.subject), tx)


async def on_consent_expiry(timer: Timer, tx: Transaction) -> None:
    await expire_consent(UUID(timer.subject), tx)


async def on_plan_review(timer: Timer, tx: Transaction) -> None:
    await ask_for_review(timer.subject, timer.due_at, tx)


def timers(policy: Policy) -> TimerHandlers:
    """The visible dictionary; `policy` is what the site and the law may set."""

    async def on_numbers_to_learn(timer: Timer, tx: Transaction) -> None:
        await learning.learn_numbers(tx, UUID(timer.subject), policy)

    return {
        learning.LEARN_NUMBERS: on_numbers_to_learn,
        PURGE: on_purge_due,
        COMES_INTO_FORCE: on_consent_day,
        CONFIRM: on_confirm_due,
        OUTREACH: on_outreach_due,
        APPOINTMENT: on_appointment_passed,
        INTAKE_DEADLINE: on_intake_clock,
        EXPIRY_NOTICE: on_expiry_notice,
        EXPIRES: on_consent_expiry,
        PLAN_REVIEW: on_plan_review,
    }
