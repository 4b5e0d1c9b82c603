"""What referral forgets, and when; by the service's clock."""

import json
from collections.abc import Callable
from datetime import timedelta

from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact, referral

from referral.contacts import handlers
from referral.contacts.commands import ReportContact
from shared import outbox
from shared.events import ContactReported, ParticipantReferred
from shared.ids import new_id
from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]


async def all_published(stage: Stage) -> None:
    """Wait until nothing waits in the outbox: what has not left is never forgotten."""

    async def none_pending() -> bool:
        return await stage.rows("SELECT seq FROM outbox_pending") == []

    await eventually(none_pending)


async def swept(stage: Stage, by: timedelta) -> None:
    """Move the clock and wait for the housekeeping that this makes due."""
    stage.clock.advance(by)
    now = stage.clock.now()

    async def set_again() -> bool:
        rows = await stage.rows(
            "SELECT FROM timer WHERE kind = 'housekeeping' AND due_at > $1", now
        )
        return len(rows) == 1

    await eventually(set_again)


async def test_reports_leave_the_history_after_a_day(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Strangers' reports first (R-12); facts about referred persons stay for a replay."""
    async with open_stage("referral") as stage:
        agency = headers("agency-reporter", sources=["jms-county-a", "rms-spd"])
        await stage.client.post("/v1/contacts", json=contact(), headers=agency)
        await stage.client.post("/v1/referrals", json=referral(), headers=agency)
        await all_published(stage)
        await swept(stage, timedelta(hours=23))
        assert len(await stage.published(ContactReported)) == 1
        await swept(stage, timedelta(hours=2))
        assert await stage.published(ContactReported) == []
        assert len(await stage.published(ParticipantReferred)) == 1
        await swept(stage, timedelta(days=14))
        assert await stage.published(ParticipantReferred) == []


async def test_a_forgotten_report_is_still_recognized(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The digest outlives the report: a record sent again next week is not a new contact."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        first = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        await all_published(stage)
        await swept(stage, timedelta(days=3))
        again = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        assert again.json() == first.json()
        assert await stage.published(ContactReported) == []


async def test_what_has_not_left_is_kept(open_stage: OpenStage) -> None:
    """With the broker away for two days, retention must not become loss."""
    async with open_stage("referral") as stage, stage.transaction() as tx:
        # Written and swept in one transaction, which the relay cannot see into.
        event = handlers.contact_reported(
            ReportContact.model_validate_json(json.dumps(contact())), new_id(), tx.now
        )
        await outbox.write(tx.raw, [outbox.encode(event, tx.ring)])
        tomorrow = tx.now + timedelta(days=2)
        assert await outbox.prune(tx.raw, tomorrow) == 0
        await tx.raw.execute("DELETE FROM outbox_pending")
        assert await outbox.prune(tx.raw, tomorrow) == 1


async def test_idempotency_keys_and_inbox_are_forgotten(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Keys after a week; the inbox only when no replay reaches back so far."""
    async with open_stage("referral") as stage:
        agency = headers("agency-reporter", sources=["rms-spd"]) | {"Idempotency-Key": "k"}
        await stage.client.post("/v1/referrals", json=referral(), headers=agency)
        async with stage.transaction() as tx:
            await tx.raw.execute("INSERT INTO inbox VALUES (gen_random_uuid(), 'on_anything')")
        await swept(stage, timedelta(days=6))
        assert len(await stage.rows("SELECT FROM idempotency_key")) == 1
        await swept(stage, timedelta(days=2))
        assert await stage.rows("SELECT FROM idempotency_key") == []
        assert len(await stage.rows("SELECT FROM inbox")) == 1
        await swept(stage, timedelta(days=30))
        assert await stage.rows("SELECT FROM inbox") == []


async def test_a_long_backlog_is_swept_in_pages(open_stage: OpenStage) -> None:
    """No sweep is a long transaction, and no backlog waits for the next minute."""
    async with open_stage("referral") as stage:
        async with stage.transaction() as tx:
            await tx.raw.execute(
                """INSERT INTO outbox (id, topic, key, key_hash, type, headers, payload)
                   SELECT gen_random_uuid(), 't', 'k', 0, $1, '{}', ''
                   FROM generate_series(1, 25000)""",
                ContactReported.type,
            )
        await swept(stage, timedelta(days=2))

        async def empty() -> bool:
            return await stage.rows("SELECT seq FROM outbox LIMIT 1") == []

        await eventually(empty)
