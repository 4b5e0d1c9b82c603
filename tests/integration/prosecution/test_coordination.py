"""Coordination: what a report asks of people, who sees it, and who decides."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import KEY, granted, recontacted, revoked
from tests.integration.prosecution.test_holds import at_noon, referred, told

from shared.events import (
    CoordinationClosed,
    CoordinationReplied,
    CoordinationRequested,
    CourtDatePart,
    DisclosureMade,
    DisclosureSuppressed,
    IdentityCorrected,
    RecontactCause,
)
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
WORD = {"decision": "decline", "outcome": "defer", "rationale": "supports_the_plan"}


def warrant(stage: Stage, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "cause": RecontactCause.WARRANT, "contact_type": "warrant_issued",
        "outcome": "failure_to_appear", "warrant_number": "W-1", "source_record_id": "W-1",
        "charges": (),
    }  # fmt: skip
    return recontacted(stage, **(values | changes))


def replied(stage: Stage, item: UUID, **changes: Any) -> CoordinationReplied:
    """What casework publishes for a case manager's answer."""
    values: dict[str, Any] = {
        "site": "king-county", "subject": KEY, "occurred_at": stage.clock.now(),
        "coordination_id": item, "consent_id": uuid4(), "engaged": True,
        "goals_summary": "housing", "barriers": ("no_phone",), "would_help": ("decline",),
    }  # fmt: skip
    return CoordinationReplied(**(values | changes))


async def list_items(stage: Stage, who: dict[str, str]) -> list[dict[str, Any]]:
    answer = await stage.client.get("/v1/coordination", headers=who)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_charge_is_coordinated_before_court(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Asked, answered part by part under the release, decided once, aligned in the ledger."""
    async with open_stage("prosecution-hook") as stage:
        leo = headers("liaison-prosecutor", sub="leo")
        court = stage.clock.now() + timedelta(days=9)
        await stage.deliver_and_handle(
            granted(stage), recontacted(stage, next_court=CourtDatePart(at=court))
        )
        [asked] = await stage.published(CoordinationRequested)
        assert (asked.concerning, asked.visible_to_liaison) == ("new_charge", True)
        assert asked.due_at == court - timedelta(hours=24)
        assert await stage.published(DisclosureMade) == []
        await stage.deliver_and_handle(replied(stage, asked.coordination_id))
        [item] = await list_items(stage, leo)
        reply = item["reply"]
        assert (reply["engaged"], reply["would_help"]) == (True, ["decline"])
        assert (reply["goals"], reply["barriers"]) == (None, []), "the release does not cover them"
        assert item["notice"].startswith("42 CFR part 2 prohibits")
        assert "anary" not in json.dumps(item)

        path = f"/v1/coordination/{item['id']}/decision"
        nothing = WORD | {"decision": None}
        missing = await stage.client.post(path, json=nothing, headers=leo)
        assert [e["pointer"] for e in missing.json()["errors"]] == ["/decision"]
        for _ in range(2):
            answer = await stage.client.post(path, json=WORD, headers=leo)
            assert (answer.status_code, answer.json()["state"]) == (200, "decided")
        assert answer.json()["matter"]["alignment"] == "aligned"
        other = await stage.client.post(path, json=WORD | {"outcome": "standard"}, headers=leo)
        assert other.status_code == 409
        [closed] = await stage.published(CoordinationClosed)
        assert (closed.ending, closed.decision, closed.outcome) == ("decided", "decline", "defer")
        assert await list_items(stage, leo) == []


async def test_without_a_release_the_item_is_the_case_managers_alone(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Scenario 6: suppressed and on record as such, shown once a release covers it, gone from the
    liaison's view with its revocation; no disclosure is logged that was not made."""
    async with open_stage("prosecution-hook") as stage:
        leo, consent = headers("liaison-prosecutor", sub="leo"), granted(stage)
        await stage.deliver_and_handle(consent, revoked(stage, consent.consent_id))
        await stage.deliver_and_handle(recontacted(stage))
        [asked] = await stage.published(CoordinationRequested)
        assert asked.visible_to_liaison is False
        [withheld] = await stage.published(DisclosureSuppressed)
        assert withheld.reason == "consent_revoked"
        assert await list_items(stage, leo) == []
        path = f"/v1/coordination/{asked.coordination_id}/decision"
        hidden = await stage.client.post(path, json=WORD, headers=leo)
        unknown = await stage.client.post(
            f"/v1/coordination/{uuid4()}/decision", json=WORD, headers=leo
        )
        assert (hidden.status_code, hidden.json() | {"trace_id": None}) == (
            404,
            unknown.json() | {"trace_id": None},
        )
        assert await stage.published(DisclosureMade) == []

        again = granted(stage)
        await stage.deliver_and_handle(again)
        assert len(await list_items(stage, leo)) == 1
        await stage.deliver_and_handle(revoked(stage, again.consent_id))
        assert await list_items(stage, leo) == []
        assert len(await stage.published(DisclosureMade)) == 1
        assert len(await stage.published(CoordinationRequested)) == 1


async def test_one_item_per_office_and_matter(open_stage: OpenStage, headers: Headers) -> None:
    """County and city each decide; a second version or a new count asks nobody again."""
    async with open_stage("prosecution-hook") as stage:
        offices = {"pcms-kcpao": "kcpao", "city": "sca"}
        policy = {"offices": offices, "liaisons": {"kcpao": "leo"}}
        body = {"site": "king-county", "policy": policy}
        await stage.client.post("/v1/policy", json=body, headers=headers("program-manager"))
        await stage.deliver_and_handle(
            granted(stage),
            granted(stage, recipient_org="sca"),
            recontacted(stage, incident_number="2026-5"),
            recontacted(stage, incident_number="2026-5", record_version=2),
            recontacted(stage, reported_by="city", source_record_id="C-1", cause_number="C-1"),
            recontacted(stage, source_record_id="other", incident_number="2026-5"),
        )
        asked = await stage.published(CoordinationRequested)
        assert {(a.cause_number, a.recipient_org) for a in asked} == {
            ("26-1-00456-3", "kcpao"), ("C-1", "sca"),
        }  # fmt: skip
        assert len(asked) == 2
        for agency, owner in (("kcpao", "leo"), ("sca", "sca")):
            [item] = await list_items(stage, headers("liaison-prosecutor", agency=agency))
            assert item["owner"] == owner


async def test_warrants_and_reviews_ask_and_the_end_of_a_matter_stops_asking(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Scenario 10: a warrant is due the same day; quashed, nothing is left to ask. A report about
    somebody else takes its item along."""
    async with open_stage("prosecution-hook", event_retention_days=400) as stage:
        at_noon(stage)
        await stage.deliver_and_handle(granted(stage), warrant(stage))
        [asked] = await stage.published(CoordinationRequested)
        assert asked.concerning == "warrant"
        assert asked.due_at - stage.clock.now() <= timedelta(hours=24)
        quashed = {"contact_type": "warrant_quashed", "outcome": "quashed", "source_record_id": "x"}
        charge = recontacted(stage, cause_number="27-1", source_record_id="27-1")
        await stage.deliver_and_handle(warrant(stage, **quashed), charge, referred(stage))
        now = stage.clock.now()
        wrong = IdentityCorrected(
            site="king-county", subject=KEY, occurred_at=now, receipt=charge.receipt,
            correction="wrong_person",
        )  # fmt: skip
        await stage.deliver_and_handle(wrong)
        closed = await stage.published(CoordinationClosed)
        assert [c.ending for c in closed] == ["withdrawn", "withdrawn"]
        states = await stage.rows("SELECT state FROM matter")
        assert {row["state"] for row in states} == {"warrant", "diverted"}
        await stage.pass_time(timedelta(days=31))
        asked = (await told(stage, CoordinationRequested, 3))[-1]
        assert (asked.concerning, asked.visible_to_liaison) == ("hold_review", False)
        [item] = await stage.rows("SELECT * FROM coordination WHERE state = 'open'")
        [hold] = await stage.rows("SELECT * FROM charge_hold")
        assert (item["hold_id"], hold["state"]) == (hold["id"], "under_review")
