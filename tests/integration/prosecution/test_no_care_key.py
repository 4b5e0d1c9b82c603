"""The hook cannot read care content, not even when it is handed some (R-09)."""

import json
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer
from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import KEY, recontacted

from shared.database import Transaction
from shared.events import ParticipantStatusChanged
from shared.events.wire import Encoded, decode, encode
from shared.messages import Subscription, UnreadableSubscription, check_subscriptions
from shared.sealing import CannotOpen, DataClass
from shared.testing import Stage, eventually

REASON = "canary-inpatient-treatment"


def status_changed(stage: Stage) -> ParticipantStatusChanged:
    """What casework publishes, with care content in it."""
    now = stage.clock.now()
    return ParticipantStatusChanged(
        site="king-county",
        subject=KEY,
        occurred_at=now,
        status="inactive",
        reason=REASON,
        since=now,
    )


def smuggled(stage: Stage) -> Encoded:
    """An event that the hook hears, with care content where it expects a name."""
    message = encode(recontacted(stage), stage.ring)
    data = json.loads(message.payload)
    content = json.dumps({"display_name": REASON, "case_manager": REASON}).encode()
    data["sealed"]["identity"] = stage.ring.seal(DataClass.CARE, message.id, content)
    return replace(message, payload=json.dumps(data).encode())


async def hand_over(stage: Stage, message: Encoded) -> None:
    servers = stage.runtime.settings.kafka_bootstrap_servers
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
        await producer.send_and_wait(
            message.topic, message.payload, key=message.key.encode(), headers=headers
        )


async def everything_kept(stage: Stage) -> str:
    tables = await stage.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = [await stage.rows(f'SELECT * FROM "{t["tablename"]}"') for t in tables]  # noqa: S608
    return repr(found)


async def test_a_sealed_care_field_stays_sealed_from_the_hook(open_stage: OpenStage) -> None:
    """Neither decoded, nor opened, nor subscribed to; whoever holds the key reads it."""
    async with open_stage("prosecution-hook") as stage:
        ring, event = stage.runtime.ring, status_changed(stage)
        message = encode(event, stage.ring)
        sealed = json.loads(message.payload)["sealed"]["care"]
        assert REASON not in message.payload.decode()
        assert (
            decode(ParticipantStatusChanged, message.headers, message.payload, stage.ring) == event
        )
        with pytest.raises(CannotOpen):
            decode(ParticipantStatusChanged, message.headers, message.payload, ring)
        for data_class in (DataClass.CARE, DataClass.IDENTITY, None):
            with pytest.raises(CannotOpen):
                ring.open(message.id, sealed, data_class)
        assert not ring.holds(DataClass.CARE)

        async def listen(event: ParticipantStatusChanged, tx: Transaction) -> None:
            raise AssertionError("the hook heard care content")

        with pytest.raises(UnreadableSubscription):
            check_subscriptions({ParticipantStatusChanged: Subscription("listen", listen)}, ring)


async def test_care_content_on_its_topics_comes_to_nothing(
    open_stage: OpenStage, capfd: pytest.CaptureFixture[str]
) -> None:
    """Passed over, or set aside unread when it comes as something that the hook hears."""
    async with open_stage("prosecution-hook", log_level="DEBUG") as stage:
        false, after = smuggled(stage), recontacted(stage)
        await hand_over(stage, encode(status_changed(stage), stage.ring))
        await hand_over(stage, false)
        await stage.deliver_and_handle(after)
        query = "SELECT reason FROM dead_letter WHERE event_id = $1"
        [letter] = await eventually(lambda: stage.rows(query, false.id))
        assert letter["reason"].startswith("CannotOpen")
        assert REASON not in await everything_kept(stage)
        told = capfd.readouterr()
        assert "consumer.dead_letter" in told.out
        assert REASON not in told.out + told.err + (await stage.client.get("/metrics")).text
