"""A webhook's owner gets a new signing secret, and no message in between is refused."""

from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.integration.notifier.test_contact_methods import OWN, PATH, put, taken, verify
from tests.integration.notifier.test_pages import Words, cookie
from tests.integration.notifier.town import Town
from tests.integration.receiver import Receiver

from shared.webhooks import new_secret


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    """Somebody's own webhook."""
    found = Receiver()
    async with found.serving():
        yield found


async def own_webhook(town: Town, hook: Receiver) -> dict[str, Any]:
    """Alice's, shown to work; with the secret that she was given at first."""
    _, method = await put(town, OWN, ("webhook", hook.url()))
    await taken(hook, 1)
    headers, body = hook.requests[0]
    assert (await verify(town, method, Webhook(method["secret"]).verify(body, headers)["code"]))[0]
    return method


async def rotate(town: Town, method: dict[str, Any]) -> dict[str, Any]:
    answer = await town.stage.client.post(f"{PATH}/{method['id']}/rotate", headers=town.alice)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def signed_with(town: Town, hook: Receiver, *secrets: str) -> list[bool]:
    """Which of these secrets the next message verifies with."""
    count = len(hook.requests)
    # An incident of its own each time, received at once: what is old on arrival is told later.
    at = town.now - timedelta(days=9 * count)
    await town.report(town.contact(occurred_at=at, received_at=at))
    await taken(hook, count + 1)
    headers, body = hook.requests[-1]
    return [_verifies(secret, headers, body) for secret in secrets]


def _verifies(secret: str, headers: Any, body: str) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers))
    except WebhookVerificationError:
        return False
    return True


async def test_both_secrets_sign_until_the_day_is_over(town: Town, hook: Receiver) -> None:
    """The receivers' own library takes either; later the old one signs nothing any more."""
    old = await own_webhook(town, hook)
    await town.assign()
    assert await signed_with(town, hook, old["secret"], new_secret()) == [True, False]
    new = await rotate(town, old)
    assert new["secret"] not in (None, old["secret"])
    assert await signed_with(town, hook, old["secret"], new["secret"]) == [True, True]
    listed = (await town.get(PATH, town.alice))["items"]
    assert [method["secret"] for method in listed] == [None, None]
    await town.stage.pass_time(timedelta(hours=25))
    await signed_with(town, hook)
    assert hook.requests[-1][0]["webhook-signature"].count("v1,") == 1


async def test_a_new_secret_on_the_page_is_shown_once(town: Town, hook: Receiver) -> None:
    """By a button of the webhook's card; the page says until when the one before signs, too."""
    method = await own_webhook(town, hook)
    page = await town.stage.client.get("/me", headers=cookie(town.alice))
    assert page.text.count("New signing secret</button>") == 1
    path = f"/me/methods/{method['id']}/secret"
    page = await town.stage.client.post(path, headers=cookie(town.alice))
    assert page.status_code == 200
    shown = unescape(page.text).partition("<code>")[2].partition("</code>")[0]
    assert "signed with the secret before, too." in str(Words(page.text))
    await town.assign()
    assert await signed_with(town, hook, shown, method["secret"]) == [True, True]
    page = await town.stage.client.get("/me", headers=cookie(town.alice))
    assert shown not in unescape(page.text)


async def test_a_page_with_a_secret_is_kept_nowhere(town: Town, hook: Receiver) -> None:
    """The same form again makes no second secret, and does not give the first one again."""
    method = await own_webhook(town, hook)
    form = {"form_key": "any-one-time-key"}
    path = f"/me/methods/{method['id']}/secret"
    first = await town.stage.client.post(path, headers=cookie(town.alice), data=form)
    assert first.status_code == 200
    kept = await town.stage.rows("SELECT body FROM idempotency_key WHERE status = 200")
    assert [row["body"] for row in kept if row["body"] is not None] == []
    again = await town.stage.client.post(path, headers=cookie(town.alice), data=form)
    assert again.status_code == 410
    assert again.headers["content-type"].startswith("text/html")
    assert "its answer is not kept" in unescape(again.text)
    secret = unescape(first.text).partition("<code>")[2]
    assert secret.startswith("whsec_")
    assert "whsec_" not in again.text


async def test_only_one_s_own_webhook_has_a_new_secret(town: Town, hook: Receiver) -> None:
    """Nobody else's, at no other site; and what is not signed has none."""
    method = await own_webhook(town, hook)
    mail = (await town.get(PATH, town.alice))["items"][0]
    elsewhere = town.headers("case-manager", "santa-fe", sub="alice")
    for who, one, status in (
        (town.ben, method, 404),
        (elsewhere, method, 404),
        (town.alice, mail, 409),
    ):
        answer = await town.stage.client.post(f"{PATH}/{one['id']}/rotate", headers=who)
        assert answer.status_code == status
    path = f"/me/methods/{method['id']}/secret"
    assert (await town.stage.client.post(path, headers=cookie(town.ben))).status_code == 404
    await town.assign()
    assert await signed_with(town, hook, method["secret"]) == [True]
