"""The liaison desk as pages, by plain links and forms, without script."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from tests.integration.conftest import OpenStage
from tests.integration.notifier.test_pages import Words, cookie
from tests.integration.prosecution.consents import granted, recontacted, revoked
from tests.integration.prosecution.test_coordination import replied
from tests.integration.prosecution.test_holds import referred

from shared.events import CoordinationClosed, CoordinationRequested

Headers = Callable[..., dict[str, str]]


async def test_items_are_decided_by_plain_forms(open_stage: OpenStage, headers: Headers) -> None:
    """Urgency, labels, the answer, the person's cases; the form records and leads back."""
    async with open_stage("prosecution-hook") as stage:
        leo, consent = cookie(headers("liaison-prosecutor", sub="leo")), granted(stage)
        old = {"cause_number": "25-1", "source_record_id": "25-1", "pre_enrollment_conduct": True}
        await stage.deliver_and_handle(consent, recontacted(stage, **old), referred(stage))
        [asked] = await stage.published(CoordinationRequested)
        await stage.deliver_and_handle(replied(stage, asked.coordination_id))
        desk = await stage.client.get("/desk", headers=leo)
        text = str(Words(desk.text))
        assert "1 waiting for your decision." in text
        assert "Theft 3. From before enrollment: not new conduct." in text
        assert "Would help: decline." in text
        assert "Held GO-2026-7" in text
        assert "<script" not in desk.text.partition("<main")[2]
        assert "anary" not in desk.text
        assert len(desk.text) < 60_000

        [path] = set(re.findall(r'href="(/desk/items/[^"]+)"', desk.text))
        item = await stage.client.get(path, headers=leo)
        assert "42 CFR part 2 prohibits" in str(Words(item.text))
        assert "Diverted · open" in str(Words(item.text))
        form = {"decision": "decline", "outcome": "dismiss", "rationale": "supports_the_plan"}
        empty = await stage.client.post(
            f"{path}/decision", data=form | {"decision": ""}, headers=leo
        )
        assert empty.status_code == 422
        done = await stage.client.post(f"{path}/decision", data=form, headers=leo)
        assert (done.status_code, done.headers["location"]) == (303, "/desk")
        assert len(await stage.published(CoordinationClosed)) == 1
        assert "Nothing waiting" in str(Words((await stage.client.get("/desk", headers=leo)).text))
        after = await stage.client.get(path, headers=leo)
        assert "Decided" in str(Words(after.text))
        await stage.deliver_and_handle(revoked(stage, consent.consent_id))
        gone = await stage.client.get(path, headers=leo)
        unknown = await stage.client.get(f"/desk/items/{uuid4()}", headers=leo)
        assert (gone.status_code, unknown.status_code) == (404, 404)


async def test_a_hold_is_extended_and_resolved_by_plain_forms(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Nobody else gets the page; the deadline says what happens when it passes."""
    async with open_stage("prosecution-hook") as stage:
        leo = cookie(headers("liaison-prosecutor", sub="leo"))
        await stage.deliver_and_handle(referred(stage))
        [hold] = await stage.rows("SELECT id FROM charge_hold")
        path = f"/desk/holds/{hold['id']}"
        for role in ("case-manager", "ops", "prosecutor-system"):
            answer = await stage.client.get(path, headers=cookie(headers(role)))
            assert answer.status_code == 403
        text = str(Words((await stage.client.get(path, headers=leo)).text))
        assert "When it passes, people look at it; nothing else happens." in text
        until = (stage.clock.now() + timedelta(days=45)).date().isoformat()
        form = {"until": until, "reason": "program_capacity", "approved_by": ""}
        extended = await stage.client.post(f"{path}/extension", data=form, headers=leo)
        assert (extended.status_code, extended.headers["location"]) == (303, path)
        text = str(Words((await stage.client.get(path, headers=leo)).text))
        assert "The program had no room; approved by leo" in text
        form = {"resolution": "not_filed", "rationale": "interests_of_justice"}
        resolved = await stage.client.post(f"{path}/resolution", data=form, headers=leo)
        assert resolved.status_code == 303
        text = str(Words((await stage.client.get(path, headers=leo)).text))
        assert "Not filed Interests of justice." in text
        assert "Give more time" not in text
