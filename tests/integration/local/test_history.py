"""A restart of the embedded default: its broker forgets, and no event is lost by that."""

from typing import Any

from lead.history import publish_unhandled_again
from shared.clock import SystemClock
from shared.database import publish
from shared.events import IntakeCompleted, ParticipantEnrolled
from shared.ids import new_id, new_participant_key
from shared.testing import Stage


async def test_what_nobody_handled_is_published_again_and_nothing_else(open_stage: Any) -> None:
    """One of two events is lost after it was published: only that one leaves a second time."""
    at = SystemClock().now()
    about = {"site": "king-county", "subject": new_participant_key(), "occurred_at": at}
    lost = ParticipantEnrolled(**about, enrolled_at=at)
    kept = IntakeCompleted(**about, intake_id=new_id(), completed_at=at)
    async with open_stage("casework") as casework, open_stage("referral") as referral:
        async with casework.transaction() as tx:
            publish(tx, lost, kept)
        await referral.handled(lost, kept)
        runtimes = (casework.runtime, referral.runtime)
        assert await publish_unhandled_again(runtimes) == 0
        await forget(referral, lost)
        assert await publish_unhandled_again(runtimes) == 1
        # Nothing wakes the relay for it: at a start there is nobody to wake yet.
        casework.database.waker("outbox").set()
        await referral.handled(lost)


async def test_a_dead_letter_is_not_raised_again_by_a_restart(open_stage: Any) -> None:
    """What was set aside waits for a human, however often the system is started."""
    at = SystemClock().now()
    about = {"site": "king-county", "subject": new_participant_key(), "occurred_at": at}
    event = ParticipantEnrolled(**about, enrolled_at=at)
    async with open_stage("casework") as casework, open_stage("referral") as referral:
        async with casework.transaction() as tx:
            publish(tx, event)
        await referral.handled(event)
        await forget(referral, event)
        async with referral.transaction() as tx:
            await tx.raw.execute(
                "INSERT INTO dead_letter (id, event_id, handler, topic, headers, payload, reason,"
                " failed_at) VALUES ($1, $2, $3, $4, '{}', '', 'poison', $5)",
                new_id(), str(event.id), "on_participant_enrolled", event.topic, at,
            )  # fmt: skip
        assert await publish_unhandled_again((casework.runtime, referral.runtime)) == 0


async def forget(stage: Stage, event: Any) -> None:
    """As if the process had ended before it read the event."""
    async with stage.transaction() as tx:
        await tx.raw.execute("DELETE FROM inbox WHERE event_id = $1", event.id)
