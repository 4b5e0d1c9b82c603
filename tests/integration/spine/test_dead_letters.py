"""Dead letters: shown still sealed, re-driven with their effect, or discarded with a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.spine import toy
from tests.integration.spine.harness import header, read_topic
from tests.integration.spine.test_consumer import (
    Headers,
    effects,
    headers_of,
    letters,
    metric,
    produce,
)
from tests.integration.spine.test_outbox import drained
from tests.integration.spine.toy import noted

from shared.events.wire import encode
from shared.messages import Subscription
from shared.sealing import KeyRing, generate_key_ring
from shared.testing import Stage, eventually

REASON = {"reason": "the bug is fixed"}


@pytest.fixture
def ops(headers: Callable[..., dict[str, str]]) -> dict[str, str]:
    return headers("ops", sub="olga")


async def dead_letter(stage: Stage) -> dict[str, Any]:
    await stage.deliver(noted("a", 1, "poison Canary-Name"))
    return (await letters(stage, 1))[0]


async def test_a_dead_letter_is_told_on_its_topic_and_stays_sealed(
    stage: Stage, ops: dict[str, str]
) -> None:
    """With its reason and its handler; the name in it is not readable anywhere."""
    letter = await dead_letter(stage)
    shown = (await stage.client.get(f"/v1/dead-letters/{letter['id']}", headers=ops)).text
    listed = (await stage.client.get("/v1/dead-letters?state=open", headers=ops)).text
    await drained(stage)
    servers = stage.runtime.settings.kafka_bootstrap_servers
    [record] = await read_topic(servers, "lead.toy.dead-letters")
    assert header(record, "deadletter_reason") == letter["reason"]
    assert header(record, "deadletter_handler") == "on_noted"
    assert str(letter["id"]) in listed
    assert '"sealed"' in shown.replace("\\", "")
    assert "Canary" not in shown + listed + repr(record)


async def test_redrive_commits_effect_and_resolution_together(
    stage: Stage, ops: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it fails it stays open with a new reason; when it works it is done once."""
    letter = await dead_letter(stage)
    path = f"/v1/dead-letters/{letter['id']}/redrive"
    before = (await letters(stage, 1))[0]
    failed = await stage.client.post(path, json=REASON, headers=ops)
    assert failed.status_code == 409
    assert "Canary" not in failed.text
    after = (await letters(stage, 1))[0]
    assert after["state"] == "open"
    assert after["failed_at"] > before["failed_at"]
    assert await effects(stage) == []

    consumer = stage.runtime.consumer
    assert consumer is not None

    async def mended(event: toy.Noted, tx: Any) -> None:
        await toy.on_noted(event.model_copy(update={"text": ""}), tx)

    subscription = (toy.Noted, Subscription("on_noted", mended))
    monkeypatch.setitem(consumer._dispatcher.handlers, toy.Noted.type, subscription)
    done = await stage.client.post(path, json=REASON, headers=ops)
    assert (done.status_code, done.json()["state"]) == (200, "redriven")
    assert done.json()["resolved_by"] == "olga"
    again = await stage.client.post(path, json=REASON, headers=ops)
    assert again.status_code == 409
    assert await effects(stage) == [("a", 1)]


async def test_discard_needs_a_reason_and_is_final(stage: Stage, ops: dict[str, str]) -> None:
    """A later delivery of the same message does not open it again."""
    await stage.deliver(event := noted("a", 1, "poison"))
    letter = (await letters(stage, 1))[0]
    path = f"/v1/dead-letters/{letter['id']}/discard"
    assert (await stage.client.post(path, json={}, headers=ops)).status_code == 422
    assert (await stage.client.post(path, json=REASON, headers=ops)).json()["state"] == "discarded"
    await stage.deliver(event)
    await stage.deliver_and_handle(noted("a", 2))
    assert (await letters(stage, 1))[0]["state"] == "discarded"


async def test_only_ops_may_see_or_decide(stage: Stage, headers: Headers) -> None:
    """Not even supervisors, and nobody without a token."""
    for authorization in ({}, headers("supervisor")):
        answer = await stage.client.get("/v1/dead-letters", headers=authorization)
        assert answer.status_code in (401, 403)


async def test_each_kind_of_unreadable_message_has_its_reason(stage: Stage) -> None:
    """Undecodable bytes, a wrong schema, missing headers, a value that cannot be opened."""
    good = headers_of(noted("a", 1), stage)
    stranger = KeyRing(generate_key_ring(("identity", "care"))["keys"])
    foreign = noted("a", 1, "Canary-Name")
    sealed = toy_payload(foreign, stranger)
    without_site = {name: value for name, value in good.items() if name != "ce_site"}
    for payload, headers in (
        (b"\xff\xfe", good | new_id()),
        (b'{"number": "Canary-Name", "sealed": {}}', good | new_id()),
        (toy_payload(event := noted("a", 1), stage.ring), without_site | id_of(event)),
        (sealed, good | id_of(foreign)),
        (b"{}", {}),
    ):
        await produce(stage, payload, headers)
    found = await letters(stage, 5)
    reasons = [letter["reason"] for letter in sorted(found, key=lambda letter: letter["id"])]
    assert reasons[0].startswith("Undecodable")
    assert reasons[1].startswith("Undecodable: missing identity")
    assert reasons[2] == "Undecodable: missing ce_site"
    assert reasons[3].startswith("CannotOpen")
    assert reasons[4] == "Undecodable: missing ce_type"
    assert "Canary" not in repr(reasons)

    async def counted() -> bool:
        return await metric(stage, "lead_dead_letters_total") == 5

    await eventually(counted)


def toy_payload(event: toy.Noted, ring: KeyRing) -> bytes:
    return encode(event, ring).payload


def id_of(event: toy.Noted) -> dict[str, bytes | None]:
    return {"ce_id": str(event.id).encode()}


def new_id() -> dict[str, bytes | None]:
    return id_of(noted("a", 1))


async def test_undecodable_bytes_are_kept_as_they_came(stage: Stage, ops: dict[str, str]) -> None:
    """A redrive after a fix must see the same bytes."""
    good = headers_of(noted("a", 1), stage)
    await produce(stage, b"\xff\xfe\x00", good)
    letter = (await letters(stage, 1))[0]
    assert letter["payload"] == b"\xff\xfe\x00"
    path = f"/v1/dead-letters/{letter['id']}"
    assert (await stage.client.get(path, headers=ops)).status_code == 200
    again = await stage.client.post(f"{path}/redrive", json=REASON, headers=ops)
    assert again.status_code == 409
