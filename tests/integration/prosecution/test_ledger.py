"""The ledger: filled by what casework matched, read only while the participant consents."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from tests.integration.answers import headers_seen
from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import (
    KEY,
    consents_confirmed,
    granted,
    recontacted,
    revoked,
)
from tests.integration.prosecution.test_holds import referred

from shared.events import DisclosureMade, NewChargeFiled, RecontactCause
from shared.sealing import DataClass
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
CHARGE = {
    "site": "king-county",
    "source_system": "pcms-kcpao",
    "source_record_id": "26-1-00456-3/1",
    "kind": "referred",
    "person": {"given": "Sam", "surname": "Testperson", "dob": "1980-01-02"},
}


async def read(stage: Stage, liaison: dict[str, str], key: str = KEY) -> httpx.Response:
    """What the liaison prosecutor gets for a key."""
    return await stage.client.get(f"/v1/ledger/{key}", headers=liaison)


def without_trace(answer: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    """All of an answer but the id of its own trace."""
    return answer.status_code, str(headers_seen(answer)), answer.json() | {"trace_id": None}


async def test_the_hook_holds_no_care_key(open_stage: OpenStage) -> None:
    """The firewall stands even against a bug in its code."""
    async with open_stage("prosecution-hook") as stage:
        assert not stage.runtime.ring.holds(DataClass.CARE)


async def test_matched_charges_enter_the_ledger_once(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Only charges, once per receipt, and nothing that casework knows beside them."""
    async with open_stage("prosecution-hook") as stage:
        charge = recontacted(stage)
        await stage.deliver_and_handle(
            charge,
            recontacted(stage, receipt=charge.receipt),
            recontacted(stage, cause=RecontactCause.BOOKING),
            recontacted(
                stage,
                cause_number="old",
                source_record_id="old/1",
                pre_enrollment_conduct=True,
            ),
            granted(stage),
        )
        answer = await read(stage, headers("liaison-prosecutor", sub="leo"))
        assert answer.status_code == 200
        items = answer.json()["items"]
        states = {(item["cause_number"], item["state"]) for item in items}
        assert len(items) == 2
        assert states == {("26-1-00456-3", "post_enrollment"), ("old", "pre_existing")}
        assert items[0]["incident_at"] is not None
        stored = json.dumps(await stage.rows("SELECT e::text FROM ledger_entry e"))
        assert "anary" not in answer.text + stored


async def test_every_reading_carries_its_notice_and_leaves_a_record(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The participant can be told who was told, when, and by which consent (R-04, R-05)."""
    async with open_stage("prosecution-hook") as stage:
        consent = granted(stage)
        await stage.deliver_and_handle(consent)
        answer = (await read(stage, headers("liaison-prosecutor", sub="leo"))).json()
        assert answer["consent_id"] == str(consent.consent_id)
        assert answer["notice"].startswith("42 CFR part 2 prohibits")
        [record] = await stage.rows("SELECT * FROM disclosure")
        assert (record["recipient"], record["consent_id"]) == ("leo", consent.consent_id)
        [made] = await stage.published(DisclosureMade)
        assert (made.subject, made.disclosure_id) == (KEY, record["id"])
        assert made.recipient == "kcpao/liaison-prosecutor/leo"
        await read(stage, headers("liaison-prosecutor", sub="leo"), key="p_unknown")
        assert len(await stage.rows("SELECT * FROM disclosure")) == 1


async def test_without_cover_a_participant_looks_like_nobody(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Another recipient, category or purpose; another site; the same answer to the byte (R-10)."""
    async with open_stage("prosecution-hook") as stage:
        liaison = headers("liaison-prosecutor", agency="kcpao")
        unknown = without_trace(await read(stage, liaison, key="p_unknown"))
        assert unknown[0] == 404
        await stage.deliver_and_handle(
            recontacted(stage),
            granted(stage, recipient_role="judge"),
            granted(stage, categories=("goals", "barriers")),
            granted(stage, purposes=("legal_proceedings",)),
            granted(stage, days=-1),
        )
        assert without_trace(await read(stage, liaison)) == unknown
        await stage.deliver_and_handle(granted(stage))
        assert (await read(stage, liaison)).status_code == 200
        other_office = headers("liaison-prosecutor", agency="city-attorney")
        assert without_trace(await read(stage, other_office)) == unknown
        other_site = headers("liaison-prosecutor", site="santa-fe", agency="kcpao")
        assert without_trace(await read(stage, other_site)) == unknown


async def test_revoked_and_expired_consents_end_at_once(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Checked at the moment of reading; a grant that arrives after its revocation does not live."""
    async with open_stage("prosecution-hook") as stage:
        liaison, first, late = headers("liaison-prosecutor", agency="kcpao"), uuid4(), uuid4()
        await stage.deliver_and_handle(granted(stage, first))
        assert (await read(stage, liaison)).status_code == 200
        await stage.deliver_and_handle(revoked(stage, first))
        assert (await read(stage, liaison)).status_code == 404
        await stage.deliver_and_handle(revoked(stage, late))
        await stage.deliver_and_handle(granted(stage, late))
        assert (await read(stage, liaison)).status_code == 404
        await stage.deliver_and_handle(granted(stage, days=10))
        assert (await read(stage, liaison)).status_code == 200
        stage.clock.advance(timedelta(days=8))
        await consents_confirmed(stage)
        assert (await read(stage, liaison)).status_code == 200
        stage.clock.advance(timedelta(days=3))
        await consents_confirmed(stage)
        assert (await read(stage, liaison)).status_code == 404


async def test_silence_about_consents_stops_what_goes_out_and_nothing_that_comes_in(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Scenario 15: the ledger looks empty while casework is silent; charges are still taken."""
    async with open_stage("prosecution-hook") as stage:
        liaison = headers("liaison-prosecutor", agency="kcpao")
        await stage.deliver_and_handle(recontacted(stage), granted(stage))
        stage.clock.advance(timedelta(seconds=45))
        assert (await read(stage, liaison)).status_code == 200
        stage.clock.advance(timedelta(seconds=20))
        unknown = without_trace(await read(stage, liaison, key="p_unknown"))
        assert without_trace(await read(stage, liaison)) == unknown
        system = headers("prosecutor-system", sources=["pcms-kcpao"])
        taken = await stage.client.post("/v1/charges", json=CHARGE, headers=system)
        assert taken.status_code == 202
        assert len(await stage.published(NewChargeFiled)) == 1
        await consents_confirmed(stage)
        assert (await read(stage, liaison)).status_code == 200


async def test_three_spellings_are_one_case(open_stage: OpenStage, headers: Headers) -> None:
    """Diverted by the police's number, filed with the court's suffix, dismissed without dashes."""
    async with open_stage("prosecution-hook") as stage:
        filed = {"cause_number": "26-1-01234-5 SEA", "incident_number": "go 2026-007"}
        ended = {"contact_type": "disposition", "outcome": "dismissed", "charges": ()}
        await stage.deliver_and_handle(
            referred(stage, subject=KEY),
            granted(stage),
            recontacted(stage, contact_type="charge_filed", **filed),
            recontacted(
                stage, source_record_id="D-1", cause_number="261012345", reported_by="cms", **ended
            ),
        )
        [item] = (await read(stage, headers("liaison-prosecutor", sub="leo"))).json()["items"]
        assert (item["state"], item["disposition"]) == ("diverted", "dismissed")
        assert item["cause_number"] == "26-1-01234-5 SEA"


async def test_only_the_liaison_reads(open_stage: OpenStage, headers: Headers) -> None:
    """No machine of the justice system, and nobody else of the program."""
    async with open_stage("prosecution-hook") as stage:
        await stage.deliver_and_handle(granted(stage))
        for role in ("prosecutor-system", "court-system", "agency-reporter", "case-manager", "ops"):
            assert (await read(stage, headers(role))).status_code == 403
