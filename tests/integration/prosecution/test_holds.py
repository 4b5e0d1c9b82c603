"""Holds on diverted charges: their clocks, their reviews, and whose word ends them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import httpx
import pytest
from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import (
    KEY,
    consents_confirmed,
    granted,
    recontacted,
    revoked,
)

from shared.events import (
    ChargeHoldDeadlinePassed,
    ChargeHoldExpiring,
    ChargeHoldResolved,
    ChargeHoldStarted,
    ChargePart,
    DisclosureMade,
    IntakeCompleted,
    ParticipantErased,
    ParticipantReferred,
    PersonPart,
    ProsecutionErased,
    RecontactCause,
)
from shared.events.base import Event
from shared.sites import zone_of
from shared.testing import Stage, eventually

Told = TypeVar("Told", bound=Event)
Headers = Callable[..., dict[str, str]]
WHY = {"resolution": "not_filed", "rationale": "intake_completed"}


def referred(stage: Stage, **changes: Any) -> ParticipantReferred:
    """An officer diverts an arrest."""
    now = stage.clock.now()
    values: dict[str, Any] = {
        "site": "king-county",
        "subject": KEY,
        "occurred_at": now,
        "referral_id": uuid4(),
        "referral_type": "arrest_diversion",
        "source_system": "rms-spd",
        "source_record_id": "GO-2026-7",
        "person": PersonPart(given="Canary", surname="Testperson"),
        "observed_needs": ("substance-canary",),
        "charges": (ChargePart(seq=1, statute="RCW 69.50.4013", incident_at=now),),
        "received_at": now,
    }
    return ParticipantReferred(**(values | changes))


def at_noon(stage: Stage) -> None:
    """Far from the site's midnight, where days are counted, also over a change of the clocks."""
    local = stage.clock.now().astimezone(zone_of("king-county"))
    hours = timedelta(hours=local.hour, minutes=local.minute)
    stage.clock.advance((timedelta(hours=12) - hours) % timedelta(days=1))


def completed(stage: Stage) -> IntakeCompleted:
    now = stage.clock.now()
    return IntakeCompleted(
        site="king-county", subject=KEY, occurred_at=now, intake_id=uuid4(), completed_at=now
    )


async def told(stage: Stage, kind: type[Told], count: int) -> list[Told]:
    """So many events of this kind, and no more. Another task may be firing the timer."""

    async def enough() -> list[Told]:
        found = await stage.published(kind)
        return found if len(found) >= count else []

    found = await eventually(enough)
    assert len(found) == count
    return found


async def list_holds(stage: Stage, who: dict[str, str]) -> list[dict[str, Any]]:
    answer = await stage.client.get("/v1/holds", headers=who)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def act(
    stage: Stage, hold: str, step: str, who: dict[str, str], body: dict[str, Any]
) -> httpx.Response:
    return await stage.client.post(f"/v1/holds/{hold}/{step}", json=body, headers=who)


async def test_completed_in_time_and_not_filed_by_the_prosecutor(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Scenario 8: day 29 of 30; the liaison learns that intake was completed and nothing more,
    under the release and with its notice."""
    async with open_stage("prosecution-hook", event_retention_days=400) as stage:
        leo = headers("liaison-prosecutor", sub="leo", agency="kcpao")
        at_noon(stage)
        consent = granted(stage)
        await stage.deliver_and_handle(
            referred(stage), referred(stage, referral_type="social_contact"), consent
        )
        [started] = await stage.published(ChargeHoldStarted)
        for days in (25, 3, 1):
            await stage.pass_time(timedelta(days=days))
            await consents_confirmed(stage)
        warnings = await told(stage, ChargeHoldExpiring, 2)
        assert [warning.days_left for warning in warnings] == [7, 3]
        await stage.deliver_and_handle(completed(stage))
        [hold] = await list_holds(stage, leo)
        assert hold["id"] == str(started.hold_id)
        assert hold["incident_number"] == "GO-2026-7"
        assert hold["participant"].keys() == {
            "participant_key", "intake_completed_on", "consent_id", "notice"
        }  # fmt: skip
        assert hold["participant"]["intake_completed_on"] == stage.clock.now().date().isoformat()
        assert hold["participant"]["notice"].startswith("42 CFR part 2 prohibits")
        assert "anary" not in json.dumps(hold)
        [disclosed] = await stage.published(DisclosureMade)
        assert (disclosed.consent_id, disclosed.subject) == (consent.consent_id, KEY)

        answer = await act(stage, hold["id"], "resolution", leo, WHY)
        assert (answer.status_code, answer.json()["state"]) == (200, "not_filed")
        again = await act(stage, hold["id"], "resolution", leo, WHY)
        assert (again.status_code, again.headers["etag"]) == (200, answer.headers["etag"])
        other = await act(stage, hold["id"], "resolution", leo, WHY | {"resolution": "filed"})
        assert other.status_code == 409
        assert len(await stage.published(ChargeHoldResolved)) == 1
        assert await list_holds(stage, leo) == []
        await stage.pass_time(timedelta(days=30))
        assert await stage.published(ChargeHoldDeadlinePassed) == []


async def test_a_deadline_opens_a_review_and_decides_nothing(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Scenario 9: day 30 passes; the charge is where it was. An extension starts the clock anew."""
    async with open_stage("prosecution-hook", event_retention_days=400) as stage:
        leo = headers("liaison-prosecutor", sub="leo")
        at_noon(stage)
        await stage.deliver_and_handle(referred(stage), completed(stage))
        await stage.pass_time(timedelta(days=31))
        await told(stage, ChargeHoldDeadlinePassed, 1)
        assert await stage.published(ChargeHoldResolved) == []
        [hold] = await list_holds(stage, leo)
        assert (hold["state"], hold["participant"]) == ("under_review", None)
        until = (stage.clock.now() + timedelta(days=20)).date().isoformat()
        extension = {"until": until, "reason": "intake_scheduled", "approved_by": "D. Chief"}
        stale = await stage.client.post(
            f"/v1/holds/{hold['id']}/extension", json=extension, headers=leo | {"If-Match": '"1"'}
        )
        assert stale.status_code == 412
        answer = await act(stage, hold["id"], "extension", leo, extension)
        assert answer.json()["state"] == "held"
        [kept] = answer.json()["extensions"]
        assert (kept["reason"], kept["approved_by"]) == ("intake_scheduled", "D. Chief")
        far = extension | {"until": "2999-01-01"}
        assert (await act(stage, hold["id"], "extension", leo, far)).status_code == 422
        await stage.pass_time(timedelta(days=22))
        await told(stage, ChargeHoldDeadlinePassed, 2)


async def test_nobody_else_ends_a_hold(open_stage: OpenStage, headers: Headers) -> None:
    """Not the program, not another office's system, not a decision that was reported, not the
    database by hand."""
    async with open_stage("prosecution-hook", event_retention_days=400) as stage:
        manager = headers("program-manager")
        office = {"site": "king-county", "policy": {"diversion_office": "kcpao", "hold_days": 14}}
        published = await stage.client.post("/v1/policy", json=office, headers=manager)
        assert (published.status_code, published.headers["etag"]) == (201, '"1"')
        await stage.deliver_and_handle(
            referred(stage),
            recontacted(
                stage, cause=RecontactCause.PROSECUTION_DECISION, outcome="decline",
                contact_type="prosecution_decision", incident_number="GO-2026-7",
            ),
        )  # fmt: skip
        [row] = await stage.rows("SELECT * FROM charge_hold")
        assert (row["state"], row["policy_version"]) == ("held", 1)
        for role, agency, status in (
            ("supervisor", None, 403),
            ("case-manager", None, 403),
            ("court-system", "kcpao", 403),
            ("prosecutor-system", None, 403),
            ("prosecutor-system", "city-attorney", 404),
            ("liaison-prosecutor", "city-attorney", 404),
        ):
            answer = await act(
                stage, str(row["id"]), "resolution", headers(role, agency=agency), WHY
            )
            assert answer.status_code == status, role
        for by_role in ("ops", None):
            with pytest.raises(asyncpg.CheckViolationError):
                await stage.rows(
                    "UPDATE charge_hold SET state = 'filed', resolved_by = 'x', rationale = 'y',"
                    " resolved_at = now(), resolved_role = $1",
                    by_role,
                )
        system = headers("prosecutor-system", agency="kcpao")
        [seen] = await list_holds(stage, system)
        assert seen["participant"] is None
        answer = await act(stage, seen["id"], "resolution", system, WHY)
        assert answer.json()["state"] == "not_filed"


async def test_a_hold_follows_its_person(open_stage: OpenStage, headers: Headers) -> None:
    """To the file that casework had already, whichever message comes first; and into erasure."""
    async with open_stage("prosecution-hook", event_retention_days=400) as stage:
        leo, early, late = headers("liaison-prosecutor", agency="kcpao"), uuid4(), uuid4()
        attached = {"cause": RecontactCause.NEW_REFERRAL, "charges": ()}
        await stage.deliver_and_handle(recontacted(stage, receipt=early, **attached))
        await stage.deliver_and_handle(
            referred(stage, subject="p_first", referral_id=early),
            referred(stage, subject="p_second", referral_id=late),
        )
        consent = granted(stage)
        await stage.deliver_and_handle(recontacted(stage, receipt=late, **attached), consent)
        holds = await list_holds(stage, leo)
        assert [hold["participant"]["participant_key"] for hold in holds] == [KEY, KEY]
        ledger = await stage.client.get(f"/v1/ledger/{KEY}", headers=leo)
        assert [item["state"] for item in ledger.json()["items"]] == ["diverted", "diverted"]
        await stage.deliver_and_handle(revoked(stage, consent.consent_id))
        assert {hold["participant"] for hold in await list_holds(stage, leo)} == {None}
        now = stage.clock.now()
        erased = ParticipantErased(
            site="king-county", subject=KEY, occurred_at=now, erasure_id=uuid4()
        )
        await stage.deliver_and_handle(erased)
        [answer] = await stage.published(ProsecutionErased)
        assert (answer.erasure_id, answer.records) == (erased.erasure_id, 9)
        assert await list_holds(stage, leo) == []
        assert await stage.rows("SELECT 1 FROM timer WHERE kind = 'charge-hold'") == []
