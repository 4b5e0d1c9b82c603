"""A broker outage of any length: no service ends, and no request is refused."""

from typing import Any

import pytest
from tests.integration.spine import toy
from tests.integration.spine.conftest import OpenToy
from tests.integration.spine.harness import FaultyBroker
from tests.integration.spine.test_consumer import effects, metric
from tests.integration.spine.test_outage import Headers, checks
from tests.integration.spine.toy import noted

from shared import relay, watchdog
from shared.database import Transaction
from shared.testing import Stage, eventually


@pytest.fixture(autouse=True)
def _an_impatient_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of outage in a moment."""
    monkeypatch.setattr(watchdog, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(watchdog, "STUCK_SECONDS", 0.2)
    monkeypatch.setattr(relay, "SEND_TIMEOUT_SECONDS", 1)


async def starts_over(stage: Stage) -> None:
    """Wait until the watch has ended a session of the consumer."""
    consumer = stage.runtime.consumer
    assert consumer is not None
    session = consumer._running
    await eventually(lambda: _is(consumer._running is not session))


async def _is(fact: bool) -> bool:
    return fact


async def test_an_outage_beyond_the_watch_ends_no_process(
    stage: Stage, broker: FaultyBroker, writer: Headers
) -> None:
    """The consumer starts over, as often as it takes; requests are answered all the while."""
    await stage.deliver_and_handle(noted("a", 1))
    broker.go_down()
    for number in range(3):
        await starts_over(stage)
        body = {"subject": "b", "number": number}
        assert (await stage.client.post("/v1/notes", json=body, headers=writer)).status_code == 201
        assert (await checks(stage.client))[0] == 200
    assert stage.runtime.supervisor.failed is None
    broker.come_up()

    async def caught_up() -> bool:
        found = await effects(stage)
        return [number for subject, number in found if subject == "b"] == [0, 1, 2]

    await eventually(caught_up)


async def test_the_lag_is_unknown_while_no_broker_answers(
    stage: Stage, broker: FaultyBroker
) -> None:
    """Zero would say that nothing waits."""

    async def lag_is(*text: str) -> bool:
        lines = (await stage.client.get("/metrics")).text.splitlines()
        found = [line for line in lines if line.startswith("lead_consumer_lag")]
        return found == list(text)

    await eventually(lambda: lag_is("lead_consumer_lag 0.0"))
    assert await metric(stage, "lead_consumer_connected") == 1
    broker.go_down()
    await eventually(lag_is)
    broker.come_up()
    await eventually(lambda: lag_is("lead_consumer_lag 0.0"))


async def test_a_handler_that_hangs_is_abandoned_and_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction is rolled back: the effect happens once, in the next session."""
    hung: list[int] = []
    on_noted = toy.on_noted
    consumer = stage.runtime.consumer
    assert consumer is not None

    async def hang_once(event: toy.Noted, tx: Transaction) -> None:
        await on_noted(event, tx)
        if not hung:
            hung.append(event.number)
            await eventually(lambda: _is(False), seconds=600)

    event, subscription = consumer._dispatcher.handlers[toy.Noted.type]
    changed: Any = (event, type(subscription)(subscription.name, hang_once))
    monkeypatch.setitem(consumer._dispatcher.handlers, toy.Noted.type, changed)
    await stage.deliver_and_handle(noted("a", 1), noted("a", 2))
    assert hung == [1]
    assert await effects(stage) == [("a", 1), ("a", 2)]
    assert stage.runtime.supervisor.failed is None


async def test_a_process_restarted_during_an_outage_takes_requests(
    open_toy: OpenToy, broker: FaultyBroker, writer: Headers, values: dict[str, Any]
) -> None:
    """It reached the broker with these settings before; with others it must reach it first."""
    async with open_toy():
        pass
    broker.go_down()
    # `open_toy` waits until /readyz says yes.
    async with open_toy() as again:
        answer = await again.client.post("/v1/notes", json={"subject": "a"}, headers=writer)
        assert answer.status_code == 201
        assert (await again.client.get("/readyz")).json()["status"] == "degraded"
        other = again.runtime.settings.model_copy(update={"kafka_username": "another"})
        joining = type(again.runtime.joining)(
            again.database, other, again.runtime.service.subscriptions
        )
        assert not await joining.joined(connected=False)
        assert await joining.joined(connected=True)
        assert await joining.joined(connected=False)
    broker.come_up()
