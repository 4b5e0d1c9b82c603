"""The service as a process: it drains on SIGTERM, ends when a part of it dies, logs no data."""

import asyncio
import json
import signal
import time
from typing import Any

import asyncpg
import httpx
from tests.integration.spine.harness import FaultyBroker, Served, header, read_topic

from shared.testing import eventually

Headers = dict[str, str]


async def test_sigterm_under_load_loses_no_accepted_report(
    served: Served, broker: FaultyBroker, dsn: str, reporter: Headers
) -> None:
    """Every 202 ends published, and the process is gone within 20 seconds."""
    served.start()
    await served.ready()
    receipts: list[str] = []
    stop = asyncio.Event()

    async def post_on(worker: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            body = {"record": f"{worker}-{number}"}
            try:
                answer = await served.client.post("/v1/reports", json=body, headers=reporter)
            except httpx.TransportError:
                return
            if answer.status_code == 202:
                receipts.append(answer.json()["receipt"])

    load = [asyncio.create_task(post_on(worker)) for worker in range(16)]

    async def under_load() -> bool:
        return len(receipts) > 50

    await eventually(under_load)
    assert served.process is not None
    began = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    code = await served.ended()
    assert time.monotonic() - began < 20
    stop.set()
    await asyncio.gather(*load)
    # Uvicorn ends by the signal that it was sent, once it has drained.
    assert code in (0, -signal.SIGTERM)
    records = await read_topic(broker.bootstrap, "lead.toy.reports")
    published = {header(record, "ce_subject") for record in records}
    assert set(receipts) <= published
    database = await asyncpg.connect(dsn)
    assert await database.fetchval("SELECT count(*) FROM outbox_pending") == 0
    await database.close()


async def test_sigterm_ends_the_process_even_when_the_broker_is_away(
    served: Served, broker: FaultyBroker, dsn: str, reporter: Headers
) -> None:
    """What could not leave stays in the outbox for the next one."""
    served.start()
    await served.ready()
    broker.go_down()
    answer = await served.client.post("/v1/reports", json={"record": "r"}, headers=reporter)
    assert answer.status_code == 202
    assert served.process is not None
    served.process.terminate()
    await served.ended()
    database = await asyncpg.connect(dsn)
    assert await database.fetchval("SELECT count(*) FROM outbox_pending") == 1
    await database.close()


async def test_the_death_of_a_background_task_ends_the_process(
    served: Served, writer: Headers
) -> None:
    """A half-dead service must not look alive; whoever runs it starts it again."""
    served.start()
    await served.ready()
    assert (await served.client.post("/v1/death", headers=writer)).status_code == 204
    assert await served.ended() != 0
    ended = [line for line in log_lines(served) if line.get("event") == "task.ended"]
    assert [(line["task"], line["error"]) for line in ended] == [("mortal_task", "ValueError")]
    assert "Canary" not in served.log.read_text()


async def test_no_log_line_carries_what_an_exception_says(served: Served, writer: Headers) -> None:
    """Bug in a request, failing commit, malformed input: class and place only, as JSON lines."""
    served.start()
    await served.ready()
    canary = {"subject": "a", "text": "Canary-Name"}
    for path, body in (
        ("/v1/broken-notes", canary),
        ("/v1/doomed-notes", canary | {"number": 7_654_321}),
        ("/v1/notes", canary | {"number": "Canary-Name"}),
        ("/v1/notes/Canary-Name/shred", canary),
        ("/v1/notes", {"subject": "a", "text": "poison Canary-Name"}),
        ("/v1/Canary-Name?q=Canary-Name", canary),
    ):
        answer = await served.client.post(path, json=body, headers=writer)
        assert "Canary" not in answer.text
        assert "7654321" not in answer.text

    async def set_aside() -> bool:
        return '"consumer.dead_letter"' in served.log.read_text()

    await eventually(set_aside)
    lines = log_lines(served)
    assert {"http.failed", "consumer.dead_letter"} <= {line["event"] for line in lines}
    failed = [line for line in lines if line["event"] == "http.failed"]
    assert {line["error"] for line in failed} == {"ValueError", "UniqueViolationError"}
    # Said once, and not by the server again.
    assert len(failed) == 2
    text = served.log.read_text()
    assert "Canary" not in text
    assert "7654321" not in text


def log_lines(served: Served) -> list[dict[str, Any]]:
    """Every line must be a JSON object."""
    return [json.loads(line) for line in served.log.read_text().splitlines()]
