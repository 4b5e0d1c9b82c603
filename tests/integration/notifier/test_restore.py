"""A database restored older than Kafka: nothing doubles, the gap is reported."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.integration.conftest import PACKAGES, clone_database
from tests.integration.notifier.conftest import OpenTown
from tests.integration.notifier.town import Town

from lead import jars
from lead.gap import find_gap, summary
from lead.kafka import RealKafka
from lead.postgres import PostgresServer
from lead.rewind import CannotRewind
from lead.rewind import rewind as rewind_group
from shared.events import TOPICS, AlertRaised, ParticipantRecontacted, dead_letter_topic
from shared.testing import eventually

pytestmark = pytest.mark.kafka
RAISED = AlertRaised.type


@pytest.fixture
def node(tmp_path: Path) -> Iterator[RealKafka]:
    """A node of this test's own: the service comes and goes, which the mock cannot take."""
    if reason := jars.missing():
        pytest.skip(f"no real Kafka: {reason}")
    with RealKafka(tmp_path) as node:
        node.create_topics(dict.fromkeys((*TOPICS, *map(dead_letter_topic, PACKAGES)), 1))
        yield node


async def backup(postgres: PostgresServer, database: str) -> str:
    """The database as it is now, under another name."""
    copy = f"{database}_backup"
    admin = await asyncpg.connect(postgres.dsn("postgres"))
    await admin.execute(f"CREATE DATABASE {copy} TEMPLATE {database}")
    await admin.close()
    return postgres.dsn(copy)


async def contacts(database: str) -> list[Any]:
    connection = await asyncpg.connect(database)
    found = list(await connection.fetch("SELECT receipt FROM alert_entry ORDER BY recorded_at"))
    await connection.close()
    return found


async def rewind(town: Town, since: datetime) -> None:
    """While it runs; this one has all the partitions."""
    body = {"topic": ParticipantRecontacted.topic, "since": since.isoformat()}
    ops = town.headers("ops")
    answer = await town.stage.client.post("/v1/consumer/rewind", json=body, headers=ops)
    assert answer.json()["partitions"] > 0, answer.text


async def test_a_restored_database_catches_up_and_its_gap_is_reported(
    postgres: PostgresServer,
    templates: dict[str, str],
    node: RealKafka,
    open_town: OpenTown,
) -> None:
    """One alert before the backup, one after it; then the backup takes over."""
    on_node: dict[str, Any] = {"kafka_bootstrap_servers": node.bootstrap}
    began = datetime.now(UTC)
    original = await clone_database(postgres, templates, "notifier")
    async with open_town(database_url=original, **on_node) as town:
        participant = town.participant
        await town.assign()
        before = town.contact()
        await town.report(before)
        await town.mailed(1)
        await eventually(lambda: quiet(town))
    restored = await backup(postgres, original.rpartition("/")[2])
    kafka = {"bootstrap.servers": node.bootstrap}
    assert await find_gap(original, kafka, "notifier", began) == []

    async with open_town(database_url=original, **on_node) as town:
        town.participant = participant
        after = town.contact(cause="new-charge")
        await town.report(after)
        await town.mailed(2)
        await eventually(lambda: quiet(town))
    assert await find_gap(original, kafka, "notifier", began) == []

    gap = await find_gap(restored, kafka, "notifier", began)
    assert summary(gap)[RAISED] == 1
    assert {event.subject for event in gap if event.type == RAISED} == {participant}

    assert [row["receipt"] for row in await contacts(restored)] == [before.receipt]
    assert rewind_group(kafka, "notifier", began)[ParticipantRecontacted.topic] == 1
    # What was read again is only ever moved back.
    assert rewind_group(kafka, "notifier", datetime.now(UTC)) == {}
    async with open_town(database_url=restored, **on_node) as town:
        town.participant = participant
        await town.stage.handled(after)
        both = [before.receipt, after.receipt]
        assert [row["receipt"] for row in await contacts(restored)] == both
        await rewind(town, began)
        await town.stage.handled(after)
        assert [row["receipt"] for row in await contacts(restored)] == both
        with pytest.raises(CannotRewind, match="is running"):
            await asyncio.to_thread(rewind_group, kafka, "notifier", began)


async def quiet(town: Town) -> bool:
    """Everything that it had to tell has left."""
    state = await town.stage.client.get("/v1/outbox", headers=town.headers("ops"))
    return bool(state.json()["pending"] == 0)
