"""Releases by REST: drafted, signed, replaced, expired, taken back."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.casework.desk import Desk

from shared.events import ConsentGranted, ConsentRevoked

pytestmark = pytest.mark.asyncio(loop_scope="module")


def terms(desk: Desk, **changes: Any) -> dict[str, Any]:
    signed = desk.consent(**changes)
    return {k: v for k, v in signed.items() if k not in ("signed_at", "signature_evidence")}


def signature(desk: Desk) -> dict[str, Any]:
    return {
        "signed_at": desk.now.isoformat(),
        "signature_evidence": "paper:scan-9",
        "witness": "ben",
        "copy_hash": "0" * 64,
    }


async def test_a_draft_tells_nobody_until_it_is_signed_as_shown(desk: Desk) -> None:
    """If-Match: what was changed behind the participant's back cannot be signed."""
    key = await desk.refer()
    drafted = await desk.send(
        "POST", f"/v1/participants/{key}/consents/drafts", desk.alice, terms(desk)
    )
    draft, shown = drafted.json(), desk.alice | {"If-Match": drafted.headers["etag"]}
    path = f"/v1/consents/drafts/{draft['id']}"
    changed = await desk.send("PUT", path, shown, terms(desk, language="es"))
    assert (changed.status_code, changed.json()["language"]) == (200, "es")
    assert (await desk.send("PUT", path, shown, terms(desk))).status_code == 412
    stale = await desk.send("POST", f"{path}/signature", shown, signature(desk))
    assert stale.status_code == 412
    assert await desk.published(ConsentGranted, key) == []

    seen = desk.alice | {"If-Match": changed.headers["etag"]}
    signed = await desk.send("POST", f"{path}/signature", seen, signature(desk))
    assert (signed.status_code, signed.json()["state"]) == (201, "signed")
    [told] = await desk.published(ConsentGranted, key)
    assert str(told.consent_id) == draft["id"]
    again = await desk.refused(f"{path}/signature", desk.alice, signature(desk))
    assert again == (409, "already-signed")
    found = await desk.get(f"/v1/participants/{key}/consents", desk.alice)
    assert [(c["id"], c["state"]) for c in found] == [(draft["id"], "signed")]
    content = await desk.get(f"/v1/consents/{draft['id']}", desk.alice)
    assert (content["language"], content["grants"][0]["recipient_org"]) == ("es", "kcpao")


async def test_a_new_release_replaces_the_old_at_once(desk: Desk) -> None:
    """Others hear of the new one first, so that nothing falls between the two."""
    key, other = await desk.refer(), await desk.refer()
    path = f"/v1/participants/{key}/consents"
    old = await desk.post(path, desk.alice, desk.consent())
    new = await desk.post(path, desk.alice, desk.consent(supersedes=old["id"]))
    state = (await desk.get(f"/v1/consents/{old['id']}", desk.alice))["state"]
    assert (state, new["supersedes"]) == ("superseded", old["id"])
    [ended] = await desk.published(ConsentRevoked, key)
    assert str(ended.consent_id) == old["id"]
    twice = desk.consent(supersedes=old["id"])
    assert await desk.refused(path, desk.alice, twice) == (409, "not-in-force")
    theirs = await desk.post(f"/v1/participants/{other}/consents", desk.alice, desk.consent())
    crossed = desk.consent(supersedes=theirs["id"])
    assert await desk.refused(path, desk.alice, crossed) == (409, "another-persons")
    assert await desk.published(ConsentRevoked, other) == []


async def test_a_release_expires_by_itself_after_a_notice(desk: Desk) -> None:
    """T10: 30 days before, somebody is asked to talk about it; then it is over, without a word."""
    key = await desk.enrolled()
    [consent] = await desk.get(f"/v1/participants/{key}/consents", desk.alice)
    await desk.wait(days=330)
    assert "consent_expiring" not in await desk.work(key)
    await desk.wait(days=10)
    assert "consent_expiring" in await desk.work(key)
    await desk.wait(days=30)
    path = f"/v1/consents/{consent['id']}"
    assert (await desk.get(path, desk.alice))["state"] == "expired"
    assert await desk.published(ConsentRevoked, key) == []
    after = await desk.post(f"{path}/revocation", desk.alice)
    assert (after["state"], after["revoked_at"]) == ("expired", None)
    assert (await desk.get(f"/v1/participants/{key}", desk.alice))["state"] == "active"


async def test_taking_it_back_is_told_at_once_and_says_how(desk: Desk) -> None:
    """Any way will do; the notice that was open is done."""
    key = await desk.refer()
    body = desk.consent(expires={"on": (desk.now + timedelta(days=3)).date().isoformat()})
    signed = await desk.post(f"/v1/participants/{key}/consents", desk.alice, body)
    await desk.wait(seconds=1)
    assert await desk.work(key) == ["consent_expiring"]
    path = f"/v1/consents/{signed['id']}"
    answer = await desk.post(f"{path}/revocation", desk.petra, {"channel": "phone"})
    assert answer["state"] == "revoked"
    assert (await desk.get(path, desk.petra))["revocation_channel"] == "phone"
    assert len(await desk.published(ConsentRevoked, key)) == 1
    assert await desk.work(key) == []


async def test_releases_of_another_site_do_not_exist(desk: Desk) -> None:
    """R-32, for reading, changing, signing and revoking."""
    key = await desk.refer()
    draft = await desk.post(f"/v1/participants/{key}/consents/drafts", desk.alice, terms(desk))
    signed = await desk.post(f"/v1/participants/{key}/consents", desk.alice, desk.consent())
    theirs = desk.headers("case-manager", "santa-fe")
    for method, path, body in (
        ("GET", f"/v1/participants/{key}/consents", None),
        ("GET", f"/v1/consents/{signed['id']}", None),
        ("GET", f"/v1/consents/drafts/{draft['id']}", None),
        ("PUT", f"/v1/consents/drafts/{draft['id']}", terms(desk)),
        ("POST", f"/v1/consents/drafts/{draft['id']}/signature", signature(desk)),
        ("POST", f"/v1/consents/{signed['id']}/revocation", {}),
    ):
        answer = await desk.send(method, path, theirs, body)
        assert (answer.status_code, path) == (404, path)
