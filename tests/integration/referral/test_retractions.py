"""A record taken back: an error, or a matter that a court sealed or expunged (R-26)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact

from shared.events import ContactReported, ContactRetracted

Headers = Callable[..., dict[str, str]]
SOURCE = ["jms-county-a"]
EXPUNGED = {"source_record_id": "BK-0001234", "record_version": 2, "reason": "expunged"}


async def test_a_sealed_matter_leaves_nothing_but_ids(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Scenario 12, our half: every version's body at once, sent or not; others stay."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        post = stage.client.post
        await post("/v1/contacts", json=contact(), headers=jail)
        newer = contact(record_version=2, supersedes=1, contact_type="release")
        receipt = (await post("/v1/contacts", json=newer, headers=jail)).json()["receipt"]
        await post("/v1/contacts", json=contact(source_record_id="BK-2"), headers=jail)
        stage.clock.advance(timedelta(hours=20))

        path = f"/v1/contacts/{receipt}/retraction"
        answers = [await post(path, json=EXPUNGED, headers=jail) for _ in range(2)]
        assert [(a.status_code, a.json()) for a in answers] == [(202, {"receipt": receipt})] * 2
        [event] = await stage.published(ContactRetracted)
        assert (event.subject, event.record_version, event.reason) == (receipt, 2, "expunged")
        assert event.key == "jms-county-a:BK-0001234"
        assert [e.source_record_id for e in await stage.published(ContactReported)] == ["BK-2"]
        [kept] = await stage.rows("SELECT * FROM retraction")
        assert {"receipt", "site", "source", "reason", "retracted_by", "retracted_at"} == set(kept)
        assert "BK-0001234" not in json.dumps(kept, default=str)
        # Sent again by a source that does not know: recognized, and nothing comes of it.
        again = await post("/v1/contacts", json=newer, headers=jail)
        assert again.json() == {"receipt": receipt}
        assert len(await stage.published(ContactReported)) == 1


async def test_an_error_may_later_be_sealed_too(open_stage: OpenStage, headers: Headers) -> None:
    """The reason decides how far others go: a new one is told."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        answer = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        path = f"/v1/contacts/{answer.json()['receipt']}/retraction"
        for reason in ("error", "error", "sealed"):
            body = {"source_record_id": "BK-0001234", "reason": reason}
            assert (await stage.client.post(path, json=body, headers=jail)).status_code == 202
        reasons = [event.reason for event in await stage.published(ContactRetracted)]
        assert reasons == ["error", "sealed"]


async def test_only_the_source_takes_its_own_record_back(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Another's receipt is as if it were not there; another record's number is refused."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        answer = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        receipt = answer.json()["receipt"]
        right: dict[str, Any] = {"source_record_id": "BK-0001234", "reason": "error"}
        other = headers("agency-reporter", sources=["rms-spd"])
        elsewhere = headers("agency-reporter", site="santa-fe", sources=SOURCE)
        attempts: list[tuple[str, dict[str, Any], dict[str, str], int]] = [
            (receipt, right, other, 404),
            (receipt, right, elsewhere, 404),
            (receipt.replace(receipt[-4:], "0000"), right, jail, 404),
            (receipt, right | {"source_record_id": "BK-9"}, jail, 422),
            (receipt, right | {"record_version": 2}, jail, 422),
            (receipt, right | {"record_version": 2_147_483_647}, jail, 422),
            (receipt, right | {"reason": "whim"}, jail, 422),
            (receipt, right, headers("referral-desk"), 403),
        ]
        for wanted, body, caller, status in attempts:
            path = f"/v1/contacts/{wanted}/retraction"
            answer = await stage.client.post(path, json=body, headers=caller)
            assert answer.status_code == status, answer.text
        assert await stage.published(ContactRetracted) == []
        assert len(await stage.published(ContactReported)) == 1
