"""Signed webhooks come in by the rules of every report; the official library signs them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook
from tests.integration.conftest import OpenStage
from tests.unit.prosecution.test_report_rules import BODIES

from prosecution_hook.reports.webhooks import TYPES
from prosecution_hook.settings import WebhookSource
from shared.events import CourtDateSet, NewChargeFiled, WarrantIssued
from shared.testing import Stage

OLD, NEW, OTHER = (f"whsec_{letter * 40}" for letter in "ABC")
SOURCES = {"pcms-kcpao": {"site": "king-county", "secrets": [OLD, NEW]}}
Changes = dict[str, str]


async def send(
    stage: Stage, message: Any, secret: str = NEW, *, source: str = "pcms-kcpao", **headers: str
) -> httpx.Response:
    """Deliver a message as the source's system would."""
    body = message if isinstance(message, str) else json.dumps(message)
    at = datetime.now(UTC)
    given = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(headers.get("webhook_id", "msg_1"), at, body),
    }
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await stage.client.post(f"/v1/inbound/{source}", content=body, headers=given)


def message(kind: str = "warrant.reported", **changes: Any) -> dict[str, Any]:
    name = next(name for name in BODIES if name[:5].replace("-", "_") == kind[:5])
    return {"type": kind, "timestamp": "2026-05-30T16:00:00Z", "data": BODIES[name] | changes}


async def test_a_signed_report_is_taken_once(open_stage: OpenStage) -> None:
    """Every type; during rotation under either secret; a repeated delivery is the same report."""
    async with open_stage("prosecution-hook", webhook_sources=SOURCES) as stage:
        first = await send(stage, message(), OLD)
        again = await send(stage, message(), NEW)
        assert (first.status_code, first.json()) == (202, again.json())
        for number, kind in enumerate(TYPES):
            answer = await send(
                stage,
                message(kind, source_record_id=f"W-{number}"),
                webhook_id=f"msg_{number}{kind}",
            )
            assert answer.status_code == 202, answer.text
        assert len(await stage.published(WarrantIssued)) == 2
        assert len(await stage.published(NewChargeFiled)) == 1
        assert len(await stage.published(CourtDateSet)) == 1
        other = await send(stage, message(source_record_id="W-9"))
        assert other.status_code == 422, "a message id that was used for another report"


async def test_one_good_signature_is_enough(open_stage: OpenStage) -> None:
    """Beside others of a rotation, of versions that are not known here, and misshapen ones."""
    async with open_stage("prosecution-hook", webhook_sources=SOURCES) as stage:
        at, body = datetime.now(UTC), json.dumps(message())
        good, other = (Webhook(secret).sign("msg_1", at, body) for secret in (NEW, OTHER))
        around = (
            f"{other} {good}", f"{good} {other}", f"v1a,{good[3:]} {good}", f"v2,x,y,z {good}",
            f"v9 {good}", f"v1,& {good}", f"v1,{'A' * 43}= {good}", f"  {good}  v1a,,,",
            f"{other}, {good}",
        )  # fmt: skip
        stamp = str(int(at.timestamp()))
        for number, header in enumerate(around):
            answer = await send(stage, body, webhook_signature=header, webhook_timestamp=stamp)
            assert answer.status_code == 202, (number, answer.text)
        for header in (other, f"v1a,{good[3:]}", f"v2,{good[3:]}", good[3:], f"{other} v9", ""):
            answer = await send(stage, body, webhook_signature=header, webhook_timestamp=stamp)
            assert answer.status_code == 401, header
        assert len(await stage.published(WarrantIssued)) == 1


async def test_what_is_not_signed_is_not_read(open_stage: OpenStage) -> None:
    """Wrong secret, old time, other id, unknown source, misshapen header: one and the same 401."""
    async with open_stage("prosecution-hook", webhook_sources=SOURCES) as stage:
        stale = str(int((datetime.now(UTC) - timedelta(minutes=10)).timestamp()))
        answers = [
            await send(stage, message(), OTHER),
            await send(stage, message(), source="pcms-other"),
            await send(stage, message(), webhook_timestamp=stale),
            await send(stage, message(), webhook_timestamp="inf"),
            await send(stage, message(), webhook_signature="v1"),
            await send(stage, message(), webhook_signature="v1,&"),
            await send(stage, "not json \x00", OTHER),
        ]
        told = {(a.status_code, str(a.json() | {"trace_id": None})) for a in answers}
        assert [status for status, _ in told] == [401]
        assert await stage.published(WarrantIssued) == []


async def test_a_signed_message_is_checked_like_any_report(open_stage: OpenStage) -> None:
    """JSON, type, data, then its fields, named where they stand; another's site is refused."""
    async with open_stage("prosecution-hook", webhook_sources=SOURCES) as stage:
        cases: list[tuple[Any, int, str | None]] = [
            ("{", 400, None),
            ([], 422, "/type"),
            ({"type": ["x"], "data": {}}, 422, "/type"),
            ({"type": "warrant.reported", "data": 1}, 422, "/data"),
            (message(kind="warrant.reported", ncic=1), 422, "/data/ncic"),
            (message(site="santa-fe"), 403, None),
            (message(source_system="somebody-elses"), 403, None),
        ]
        for body, status, pointer in cases:
            answer = await send(stage, body)
            assert answer.status_code == status, answer.text
            assert [e["pointer"] for e in answer.json()["errors"]] == ([pointer] if pointer else [])


@pytest.mark.parametrize("secrets", [[], ["whsec_c2hvcnQ="], ["no base64 !"], [OLD] * 3])
def test_a_weak_secret_stops_the_start(secrets: list[str]) -> None:
    """Fewer than 24 bytes, none, or more than a rotation needs."""
    with pytest.raises(ValidationError):
        WebhookSource(site="king-county", secrets=tuple(secrets))
