"""Partners' webhooks: to approved partners, under a consent checked when each is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook
from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import KEY, consents_confirmed, granted, revoked
from tests.integration.receiver import Receiver, answer

from prosecution_hook.outgoing.handlers import announce
from shared.egress import UrlRefused, read_url
from shared.events import CoordinationRequested, DisclosureMade, DisclosureSuppressed
from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]
PARTNER = {
    "site": "king-county",
    "org": "kcpao",
    "may_receive": ["engagement_fact"],
    "onward": ["state-patrol"],
}
QUEUED = "SELECT state, outcome, count(*) FROM webhook_delivery GROUP BY 1, 2"


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with receiver.serving():
        yield receiver


async def register(stage: Stage, headers: Headers, url: str) -> dict[str, Any]:
    """An approved partner's endpoint, with its secret."""
    officer, ops = headers("privacy-officer", sub="petra"), headers("ops")
    approved = await stage.client.post("/v1/partners", json=PARTNER, headers=officer)
    assert approved.status_code == 201
    body = {"site": "king-county", "org": "kcpao", "url": url, "events": ["coordination-requested"]}
    answer = await stage.client.post("/v1/webhooks", json=body, headers=ops)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def requested(stage: Stage, **changes: Any) -> CoordinationRequested:
    now = stage.clock.now()
    values: dict[str, Any] = {
        "site": "king-county", "subject": KEY, "occurred_at": now, "coordination_id": uuid4(),
        "concerning": "new_charge", "due_at": now, "visible_to_liaison": True,
    }  # fmt: skip
    return CoordinationRequested(**(values | changes))


async def states(stage: Stage) -> dict[tuple[str, str | None], int]:
    return {(r["state"], r["outcome"]): r["count"] for r in await stage.rows(QUEUED)}


async def ended(stage: Stage, expected: dict[tuple[str, str | None], int]) -> None:
    async def so() -> bool:
        found = await states(stage)
        assert found == expected
        return True

    await eventually(so)


async def test_a_message_is_thin_signed_and_accounted_for(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The official libraries verify it, before, during and after a rotation of the secret."""
    async with receiving() as receiver, open_stage("prosecution-hook") as stage:
        endpoint = await register(stage, headers, receiver.url())
        consent, item = granted(stage), requested(stage)
        unseen = requested(stage, visible_to_liaison=False)
        await stage.deliver_and_handle(consent, unseen, item)
        await ended(stage, {("delivered", "http_204"): 1})
        [(sent, body)] = receiver.requests
        said = Webhook(endpoint["secret"]).verify(body, sent)
        assert said["data"] == {"subject": KEY, "id": str(item.coordination_id)}
        assert said["consent_id"] == str(consent.consent_id)
        assert said["notice"].startswith("42 CFR part 2 prohibits")
        assert set(said) == {"type", "timestamp", "data", "consent_id", "notice"}
        [made] = await stage.published(DisclosureMade)
        assert made.recipient.startswith("kcpao/liaison-prosecutor/webhook-")
        await check_rotation_and_resend(stage, headers, endpoint, receiver)


async def check_rotation_and_resend(
    stage: Stage, headers: Headers, endpoint: dict[str, Any], receiver: Receiver
) -> None:
    ops, path = headers("ops"), f"/v1/webhooks/{endpoint['id']}"
    rotated = (await stage.client.post(f"{path}/rotate", headers=ops)).json()
    assert rotated["secret"] != endpoint["secret"]
    listed = (await stage.client.get(f"{path}/deliveries", headers=ops)).json()["items"]
    again = {"delivery": listed[0]["id"]}
    assert (await stage.client.post(f"{path}/resend", json=again, headers=ops)).is_success
    await eventually(lambda: _count(receiver, 2))
    (first, _), (second, body) = receiver.requests
    assert first["webhook-id"] == second["webhook-id"]
    for secret in (endpoint["secret"], rotated["secret"]):
        Webhook(secret).verify(body, second)
    # Its answer is on record before it is sent once more.
    await ended(stage, {("delivered", "http_204"): 1})
    stage.clock.advance(timedelta(hours=25))
    await consents_confirmed(stage)
    assert (await stage.client.post(f"{path}/resend", json=again, headers=ops)).is_success
    await eventually(lambda: _count(receiver, 3))
    assert len(receiver.requests[2][0]["webhook-signature"].split()) == 1
    assert len(await stage.published(DisclosureMade)) == 3


async def _count(receiver: Receiver, wanted: int) -> bool:
    return len(receiver.requests) >= wanted


async def test_after_a_revocation_none_of_a_thousand_queued_messages_leaves(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Scenario 6: each is withheld with its reason; nothing is on record as told (R-02, R-03)."""
    async with receiving() as receiver, open_stage("prosecution-hook") as stage:
        await register(stage, headers, receiver.url())
        consent = granted(stage)
        # Nothing leaves while casework's word is awaited: a thousand wait.
        async with stage.transaction() as tx:
            for _ in range(1_000):
                await announce(requested(stage), uuid4(), tx)
            await tx.raw.execute("DELETE FROM consent_word")
        await ended(stage, {("queued", "consent_unknown"): 1_000})
        await stage.deliver_and_handle(revoked(stage, consent.consent_id), consent)
        for _ in range(60):
            stage.clock.advance(timedelta(seconds=20))
            await consents_confirmed(stage)
            if {state for state, _ in await states(stage)} == {"suppressed"}:
                break
            await asyncio.sleep(1)
        assert {state for state, _ in await states(stage)} == {"suppressed"}
        assert receiver.requests == []
        assert await stage.published(DisclosureMade) == []
        suppressed = await stage.published(DisclosureSuppressed)
        # The release itself may come in after some were withheld for the want of one.
        assert "consent_revoked" in {event.reason for event in suppressed}
        assert {event.reason for event in suppressed} <= {"consent_revoked", "no_consent"}
        assert len(suppressed) == 1_000


async def test_only_approved_partners_are_told(open_stage: OpenStage, headers: Headers) -> None:
    """No entry, no endpoint; break-glass ends by itself, and is reviewed (R-31)."""
    async with receiving() as receiver, open_stage("prosecution-hook") as stage:
        ops, officer = headers("ops", sub="olga"), headers("privacy-officer", sub="petra")
        await stage.rows("DELETE FROM partner")
        post = stage.client.post
        body = {"site": "king-county", "org": "kcpao", "url": receiver.url(),
                "events": ["coordination-requested"]}  # fmt: skip
        assert (await post("/v1/webhooks", json=body, headers=ops)).status_code == 409
        assert (await post("/v1/partners", json=PARTNER, headers=ops)).status_code == 403
        elsewhere = PARTNER | {"site": "santa-fe"}
        assert (await post("/v1/partners", json=elsewhere, headers=officer)).status_code == 403
        glass = PARTNER | {"hours": 73, "reason": "court_deadline"}
        path = "/v1/partners/break-glass"
        assert (await post(path, json=glass, headers=ops)).status_code == 422
        opened = (await post(path, json=glass | {"hours": 2}, headers=ops)).json()
        assert (opened["approved"], opened["to_review"]) == (True, True)
        assert (await post("/v1/webhooks", json=body, headers=ops)).status_code == 201
        await stage.deliver_and_handle(granted(stage), requested(stage))
        await ended(stage, {("delivered", "http_204"): 1})
        stage.clock.advance(timedelta(hours=3))
        await consents_confirmed(stage)
        await stage.deliver_and_handle(requested(stage))
        await ended(
            stage, {("delivered", "http_204"): 1, ("suppressed", "partner_not_approved"): 1}
        )
        assert (await post("/v1/webhooks", json=body, headers=ops)).status_code == 409
        review = f"/v1/partners/{opened['id']}/review"
        assert (await post(review, headers=ops)).status_code == 403
        seen = (await post(review, headers=officer)).json()
        assert (seen["reviewed_by"], seen["to_review"]) == ("petra", False)
        assert (await post(review, headers=officer)).status_code == 409


async def recorded(stage: Stage, attempts: int) -> None:
    """Wait until that many tries were made and each answer is on record."""
    query = "SELECT 1 FROM webhook_delivery WHERE attempts = $1 AND leased_until IS NULL"

    async def so() -> bool:
        return bool(await stage.rows(query, attempts))

    await eventually(so)


async def test_what_cannot_be_delivered_is_tried_for_days_and_then_given_up(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Later each time; a receiver that says 410 is not called again; enabling starts anew."""
    async with receiving() as receiver, open_stage("prosecution-hook") as stage:
        endpoint = await register(stage, headers, receiver.url())
        # It asks for a minute: the second try is not due by itself before the clock is moved.
        receiver.answer = answer(500, Retry_After="60")
        await stage.deliver_and_handle(granted(stage), requested(stage))
        for attempt, hours in enumerate((0, 1, 1, 1, 3, 7, 13, 18, 25, 30), 1):
            stage.clock.advance(timedelta(hours=hours))
            await consents_confirmed(stage)
            # What was held back meanwhile, because casework had been silent for hours, is due.
            stage.clock.advance(timedelta(seconds=20))
            await recorded(stage, attempt)
            assert len(receiver.requests) == attempt
        await ended(stage, {("undelivered", "http_500"): 1})
        assert len({sent["webhook-id"] for sent, _ in receiver.requests}) == 1
        ops = headers("ops")
        [found] = (await stage.client.get("/v1/webhooks", headers=ops)).json()["items"]
        assert found["disabled_because"] == "no_answer_for_days"
        assert "secret" not in found
        await stage.client.post(f"/v1/webhooks/{endpoint['id']}/enable", headers=ops)
        receiver.answer = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
        await stage.deliver_and_handle(requested(stage))
        await ended(stage, {("undelivered", "http_500"): 1, ("undelivered", "http_410"): 1})
        [found] = (await stage.client.get("/v1/webhooks", headers=ops)).json()["items"]
        assert found["disabled_because"] == "gone"
        await stage.deliver_and_handle(requested(stage))
        assert len(receiver.requests) == 11


@pytest.mark.parametrize(
    "url", ["http://partner.example/", "https://127.0.0.1/", "https://10.0.0.8/", "https://[::1]/x"]
)
def test_outside_the_embedded_default_only_public_https_is_taken(url: str) -> None:
    """Said when it is registered; a name that leads inside is found when it is called."""
    with pytest.raises(UrlRefused):
        read_url(url, private_allowed=False)
