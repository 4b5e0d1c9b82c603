"""The warm handoff: its steps, its clock, and an officer's system that follows it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from standardwebhooks import Webhook
from tests.integration.conftest import OpenStage
from tests.integration.receiver import Receiver
from tests.integration.referral.desk import ELIGIBLE, Desk

from shared.events import HandoffCompleted, HandoffStarted, ParticipantEnrolled
from shared.testing import eventually

Headers = Callable[..., dict[str, str]]
CLINICAL = ("eligible", "screen", "outcome", "criteria", "participant", "enrolled", "case_manager")


async def called(desk: Desk, **changes: Any) -> str:
    """A referral whose handoff has begun."""
    referral = await desk.refer(**changes)
    await desk.did(referral, "screening", ELIGIBLE)
    await desk.did(referral, "handoff", {"step": "called", "meeting_place": "Canary and 3rd"})
    return referral


async def test_a_handoff_goes_step_by_step(open_stage: OpenStage, headers: Headers) -> None:
    """Each once, in order; the officer reads times and nothing clinical."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        waiting = await desk.refer()
        early = await desk.post(waiting, "handoff", {"step": "called"})
        assert (early.status_code, early.json()["type"]) == (409, "/problems/not-at-this-point")
        referral = await called(desk)
        [started] = await stage.published(HandoffStarted)
        assert started.due_at - started.called_at == timedelta(minutes=30)
        sent = {"step": "dispatched", "eta_minutes": 12, "case_manager": "alice"}
        await desk.did(referral, "handoff", sent)
        early = await desk.post(referral, "handoff", {"step": "custody_relinquished"})
        assert (early.status_code, early.json()["type"]) == (409, "/problems/handoff-out-of-order")
        await desk.did(referral, "handoff", {"step": "arrived"})
        odd = await desk.post(referral, "handoff", {"step": "introduced"})
        assert odd.json()["errors"][0]["code"] == "not_at_this_door"
        done = await desk.did(referral, "handoff", {"step": "custody_relinquished"})
        again = await desk.did(referral, "handoff", {"step": "custody_relinquished"})
        assert again == done
        assert len(await stage.published(HandoffCompleted)) == 1
        path = f"/v1/referrals/{referral}/handoff"
        seen = await stage.client.get(path, headers=desk.officer)
        assert seen.json()["state"] == "handed_off"
        times = ("called_at", "dispatched_at", "arrived_at", "completed_at")
        assert all(seen.json()[name] for name in times)
        assert [word for word in CLINICAL if word in seen.text] == []
        assert "Canary" not in seen.text + json.dumps(
            await stage.rows("SELECT h::text FROM handoff h")
        )
        key = (await desk.see(referral))["participant_key"]
        now = stage.clock.now()
        enrolled = ParticipantEnrolled(
            site="king-county", subject=key, occurred_at=now, enrolled_at=now
        )
        await stage.deliver_and_handle(enrolled)
        assert (await desk.see(referral))["state"] == "enrolled"
        assert (await stage.client.get(path, headers=desk.officer)).text == seen.text


async def test_the_clock_opens_work_and_decides_nothing(
    open_stage: OpenStage, headers: Headers
) -> None:
    """30 minutes by default; who arrived in time is not late; a late one goes on as it was."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        late, in_time, off = await called(desk), await called(desk), await called(desk)
        await desk.did(in_time, "handoff", {"step": "arrived"})
        await desk.did(off, "decline", {"declined_by": "person"})
        await stage.pass_time(timedelta(minutes=29))
        rows = "SELECT referral_id::text FROM handoff WHERE overdue_at IS NOT NULL"
        assert await stage.rows(rows) == []
        await stage.pass_time(timedelta(minutes=2))

        async def marked() -> bool:
            return [row["referral_id"] for row in await stage.rows(rows)] == [late]

        await eventually(marked)
        assert (await desk.see(late))["state"] == "handoff_pending"
        told = await desk.did(late, "handoff", {"step": "dispatched", "eta_minutes": 20})
        assert datetime.fromisoformat(told["eta_at"]) > datetime.fromisoformat(told["due_at"])
        odd = await desk.post(late, "handoff", {"step": "arrived", "at": "2001-01-01T00:00:00Z"})
        assert odd.json()["errors"][0]["pointer"] == "/at"
        await desk.did(late, "handoff", {"step": "arrived"})


async def test_a_system_follows_by_signed_webhook(open_stage: OpenStage, headers: Headers) -> None:
    """Told each step once, in the form of the poll, signed; a refusal is tried again."""
    receiver = Receiver()
    async with await receiver.start(), open_stage("referral") as stage:
        desk, ops = Desk(stage, headers), headers("ops")
        path, body = "/v1/feeds/rms-spd/webhook", {"site": "king-county", "url": receiver.url()}
        assert (await stage.client.put(path, json=body, headers=desk.dana)).status_code == 403
        secret = (await stage.client.put(path, json=body, headers=ops)).json()["secret"]
        assert secret not in json.dumps(await stage.rows("SELECT f::text FROM follower f"))
        receiver.answer = b"HTTP/1.1 503 Away\r\n\r\n"
        referral = await called(desk)
        await eventually(_times(receiver, 1))
        receiver.answer = b"HTTP/1.1 204 No Content\r\n\r\n"

        async def tried_again() -> bool:
            stage.clock.advance(timedelta(seconds=11))
            return len(receiver.requests) == 2

        await eventually(tried_again, every=0.2)
        await desk.did(referral, "handoff", {"step": "arrived"})
        await eventually(_times(receiver, 3))
        await stage.client.post(f"/v1/referrals/{referral}/withdraw", headers=desk.officer)
        await eventually(_times(receiver, 4))
        heads, bodies = zip(*receiver.requests, strict=True)
        assert heads[0]["webhook-id"] == heads[1]["webhook-id"]
        assert bodies[0] == bodies[1]
        messages = [json.loads(body) for body in bodies]
        types = [message["type"].removeprefix("referral.handoff.") for message in messages]
        assert types == ["called", "called", "arrived", "ended"]
        assert messages[-1]["data"]["state"] == "withdrawn"
        poll = await stage.client.get(f"/v1/referrals/{referral}/handoff", headers=desk.officer)
        assert messages[-1]["data"] == poll.json()
        assert [word for word in (*CLINICAL, "Canary") if word in "".join(bodies)] == []
        Webhook(secret).verify(bodies[-1], heads[-1])
        where = {"site": "king-county"}

        async def all_on_record() -> bool:
            listed = await stage.client.get(f"{path}/deliveries", params=where, headers=ops)
            return [item["state"] for item in listed.json()["items"]] == ["delivered"] * 3

        await eventually(all_on_record)
        assert (await stage.client.delete(path, params=where, headers=ops)).status_code == 204
        await called(desk)
        assert len(await stage.rows("SELECT 1 FROM follow_up")) == 3


def _times(receiver: Receiver, times: int) -> Any:
    async def so_often() -> bool:
        return len(receiver.requests) == times

    return so_often
