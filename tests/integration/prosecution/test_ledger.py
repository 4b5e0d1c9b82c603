"""The ledger: filled by what casework matched, read only while the participant consents."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.integration.conftest import OpenStage

from shared.events import (
    ChargePart,
    ConsentGranted,
    ConsentRevoked,
    GrantPart,
    MatchTier,
    ParticipantRecontacted,
    RecontactCause,
)
from shared.sealing import DataClass
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
KEY = "p_0123456789abcdef01234567"


def recontacted(stage: Stage, **changes: Any) -> ParticipantRecontacted:
    """What casework publishes for a matched charge."""
    now = stage.clock.now()
    values: dict[str, Any] = {
        "site": "king-county",
        "subject": KEY,
        "occurred_at": now,
        "cause": RecontactCause.NEW_CHARGE,
        "tier": MatchTier.EXACT,
        "receipt": uuid4(),
        "reported_by": "pcms-kcpao",
        "source_record_id": "26-1-00456-3/1",
        "received_at": now,
        "display_name": "Canary Testperson",
        "case_manager": "alice-canary",
        "cause_number": "26-1-00456-3",
        "charges": (ChargePart(seq=1, text="Theft 3", incident_at=now - timedelta(days=90)),),
    }
    return ParticipantRecontacted(**(values | changes))


def granted(
    stage: Stage, consent_id: UUID | None = None, days: int = 365, **changes: Any
) -> ConsentGranted:
    """A release of information to the liaison prosecutor."""
    now = stage.clock.now()
    grant = {
        "recipient_org": "kcpao",
        "recipient_role": "liaison-prosecutor",
        "categories": ("engagement_fact",),
        "purposes": ("case_coordination",),
    }
    return ConsentGranted(
        site="king-county",
        subject=KEY,
        occurred_at=now,
        consent_id=consent_id or uuid4(),
        grants=(GrantPart(**(grant | changes)),),
        effective_from=now.date() - timedelta(days=1),
        expires_on=now.date() + timedelta(days=days),
    )


def revoked(stage: Stage, consent_id: UUID) -> ConsentRevoked:
    """The participant takes the release back."""
    now = stage.clock.now()
    return ConsentRevoked(
        site="king-county", subject=KEY, occurred_at=now, consent_id=consent_id, revoked_at=now
    )


async def read(stage: Stage, liaison: dict[str, str], key: str = KEY) -> httpx.Response:
    """What the liaison prosecutor gets for a key."""
    return await stage.client.get(f"/v1/ledger/{key}", headers=liaison)


def without_trace(answer: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    """All of an answer but the id of its own trace."""
    return answer.status_code, str(answer.headers), answer.json() | {"trace_id": None}


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
            recontacted(stage, cause_number="old", pre_enrollment_conduct=True),
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
        [record] = await stage.rows("SELECT * FROM ledger_disclosure")
        assert (record["recipient"], record["consent_id"]) == ("leo", consent.consent_id)
        await read(stage, headers("liaison-prosecutor", sub="leo"), key="p_unknown")
        assert len(await stage.rows("SELECT * FROM ledger_disclosure")) == 1


async def test_without_cover_a_participant_looks_like_nobody(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Another recipient, category or purpose; another site; the same answer to the byte (R-10)."""
    async with open_stage("prosecution-hook") as stage:
        liaison = headers("liaison-prosecutor")
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
        other_site = headers("liaison-prosecutor", site="santa-fe")
        assert without_trace(await read(stage, other_site)) == unknown


async def test_revoked_and_expired_consents_end_at_once(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Checked at the moment of reading; a grant that arrives after its revocation does not live."""
    async with open_stage("prosecution-hook") as stage:
        liaison, first, late = headers("liaison-prosecutor"), uuid4(), uuid4()
        await stage.deliver_and_handle(granted(stage, first))
        assert (await read(stage, liaison)).status_code == 200
        await stage.deliver_and_handle(revoked(stage, first))
        assert (await read(stage, liaison)).status_code == 404
        await stage.deliver_and_handle(revoked(stage, late))
        await stage.deliver_and_handle(granted(stage, late))
        assert (await read(stage, liaison)).status_code == 404
        await stage.deliver_and_handle(granted(stage, days=10))
        assert (await read(stage, liaison)).status_code == 200
        stage.clock.advance(timedelta(days=11))
        assert (await read(stage, liaison)).status_code == 404


async def test_only_the_liaison_reads(open_stage: OpenStage, headers: Headers) -> None:
    """No machine of the justice system, and nobody else of the program."""
    async with open_stage("prosecution-hook") as stage:
        await stage.deliver_and_handle(granted(stage))
        for role in ("prosecutor-system", "court-system", "agency-reporter", "case-manager", "ops"):
            assert (await read(stage, headers(role))).status_code == 403
