"""Contact methods: entered, shown to work, used, given up; and who can be reached because of it."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from standardwebhooks import Webhook
from tests.integration.notifier.conftest import OpenTown
from tests.integration.notifier.town import CANARY, KING, Town
from tests.integration.receiver import Receiver, answer

from shared.events import StaffNamed, StaffReachabilityChanged
from shared.testing import eventually

PATH = "/v1/me/contact-methods"
OWN = ("email", "alice@king-county.example")
PHONE = "+12065550100"


@pytest.fixture
async def provider() -> AsyncIterator[Receiver]:
    """The SMS provider."""
    found = Receiver()
    found.answer = answer(201, {"sid": "SM1", "status": "queued"})
    async with found.serving():
        yield found


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    """Somebody's own webhook."""
    found = Receiver()
    async with found.serving():
        yield found


@pytest.fixture
async def town(open_town: OpenTown, provider: Receiver) -> AsyncIterator[Town]:
    sms = {"sms_url": provider.base, "sms_account": "AC1", "sms_token": "t", "sms_from": "+1555"}
    async with open_town(**sms, chat_services="json") as opened:
        yield opened


async def put(town: Town, *methods: tuple[str, str]) -> list[dict[str, Any]]:
    listed = [{"channel": channel, "address": address} for channel, address in methods]
    body = {"site": KING, "methods": listed}
    found = await town.stage.client.put(PATH, json=body, headers=town.alice)
    assert found.status_code == 200, found.text
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def verify(town: Town, method: dict[str, Any], code: str) -> tuple[int, dict[str, Any]]:
    body = {"site": KING, "method": method["id"], "code": code}
    found = await town.stage.client.post(f"{PATH}/verify", json=body, headers=town.alice)
    return found.status_code, found.json()


def texts(provider: Receiver) -> list[dict[str, str]]:
    return [{k: v[0] for k, v in parse_qs(body).items()} for _, body in provider.requests]


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None
    return found[0]


async def taken(receiver: Receiver, count: int) -> None:
    async def enough() -> bool:
        return len(receiver.requests) >= count

    await eventually(enough)
    assert len(receiver.requests) == count


async def test_a_phone_is_used_once_its_code_came_back(town: Town, provider: Receiver) -> None:
    """Until then nothing but the code goes there; a wrong code counts as a try."""
    mail, phone = await put(town, OWN, ("sms", "+1 206 555 0100"))
    assert (mail["verified"], phone["verified"], phone["address"]) == (True, False, PHONE)
    await taken(provider, 1)
    (text,) = texts(provider)
    assert (text["To"], text["From"]) == (PHONE, "+1555")
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    await taken(provider, 1)
    code = code_in(text["Body"])
    status, refusal = await verify(town, phone, f"{(int(code) + 1) % 1_000_000:06}")
    assert (status, refusal["type"]) == (422, "/problems/code-wrong")
    (row,) = await town.stage.rows("SELECT code_tries FROM contact_method WHERE channel = 'sms'")
    assert row["code_tries"] == 1
    assert (await verify(town, phone, code))[1]["verified"] is True
    assert (await verify(town, phone, code))[0] == 422
    await town.report(town.contact("new-charge"))
    await town.mailed(2)
    await taken(provider, 2)
    said = texts(provider)[1]["Body"]
    alert = await town.the_alert()
    assert str(alert["number"]) in said
    assert CANARY not in said


async def test_a_webhook_gets_a_secret_a_code_and_then_signed_messages(
    town: Town, hook: Receiver
) -> None:
    """All of it verifies with the receivers' own library, and says nothing of anybody."""
    _, method = await put(town, OWN, ("webhook", hook.url()))
    await taken(hook, 1)
    headers, body = hook.requests[0]
    code = Webhook(method["secret"]).verify(body, headers)["code"]
    verified = (await verify(town, method, code))[1]
    assert (verified["verified"], verified["secret"]) == (True, None)
    await town.assign()
    await town.report(town.contact())
    await taken(hook, 2)
    headers, body = hook.requests[1]
    said = Webhook(method["secret"]).verify(body, headers)
    alert = await town.the_alert()
    assert said["number"] == alert["number"]
    assert set(said) == {"purpose", "number", "link", "answer"}
    await town.mailed(1)


async def test_chat_gets_the_thin_message(town: Town, hook: Receiver) -> None:
    """Through Apprise, here to its plainest service."""
    _, method = await put(town, OWN, ("chat", hook.url().replace("http", "json")))
    await taken(hook, 1)
    assert (await verify(town, method, code_in(hook.requests[0][1])))[0] == 200
    await town.assign()
    await town.report(town.contact())
    await taken(hook, 2)
    said = json.loads(hook.requests[1][1])["message"]
    assert str((await town.the_alert())["number"]) in said
    assert CANARY not in hook.requests[1][1]

    async def recorded() -> bool:
        return "The message to Alice was handed over by chat." in await town.why()

    await eventually(recorded)


async def test_who_would_be_unreachable_keeps_the_old_way(town: Town) -> None:
    """Until the new one is verified; then the old one may go, and everything goes to the new."""
    body = {"site": KING, "methods": [{"channel": "email", "address": "new@king-county.example"}]}
    refused = await town.stage.client.put(PATH, json=body, headers=town.alice)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/would-be-unreachable")
    new = (await put(town, ("email", "new@king-county.example"), OWN))[0]
    await town.mailed(1)
    await verify(town, new, code_in(town.mail.mails[0].text))
    await put(town, ("email", "new@king-county.example"))
    await town.assign()
    await town.report(town.contact())
    await town.mailed(2)
    assert town.mail.mails[1].to == "new@king-county.example"


async def test_each_change_of_who_can_be_reached_is_told(town: Town, hook: Receiver) -> None:
    """Reachable when entered; not any more when the only way is gone; again once a code is back."""
    _, method = await put(town, OWN, ("webhook", hook.url()))
    await taken(hook, 1)
    await verify(town, method, json.loads(hook.requests[0][1])["code"])
    await put(town, ("webhook", hook.url()))
    hook.answer = answer(410)
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    assert town.mail.mails[0].to == "ben@king-county.example"
    told = await town.stage.published(StaffReachabilityChanged)
    assert [(e.subject, e.reachable) for e in told if e.subject == "alice"] == [
        ("alice", True),
        ("alice", False),
    ]
    hook.answer = answer(204)
    (again,) = await put(town, ("webhook", hook.url()))
    await taken(hook, 3)
    await verify(town, again, json.loads(hook.requests[2][1])["code"])
    told = await town.stage.published(StaffReachabilityChanged)
    assert (told[-1].subject, told[-1].reachable) == ("alice", True)


async def test_what_somebody_is_called_is_told(town: Town) -> None:
    """When somebody is entered, and when it changes; not with every entry."""
    for name in ("Alice Arden", "Alice Arden", "Alice Ohm"):
        await town.hire("alice", name=name)
    told = await town.stage.published(StaffNamed)
    names = [event.name for event in told if event.subject == "alice"]
    assert names == ["Alice", "Alice Arden", "Alice Ohm"]


async def test_another_way_is_tried_before_another_person(town: Town, provider: Receiver) -> None:
    """A legal matter by SMS that the provider refuses for good: alice gets a mail, ben nothing."""
    phone, _ = await put(town, ("sms", PHONE), OWN)
    await taken(provider, 1)
    await verify(town, phone, code_in(texts(provider)[0]["Body"]))
    provider.answer = answer(400, {"code": 21606})
    await town.assign()
    await town.report(town.contact("warrant"))
    await town.mailed(1)
    assert town.mail.mails[0].to == OWN[1]
    why = await town.why()
    assert "The message to Alice was not delivered: the SMS service answered 400." in why
    assert (await town.the_alert())["recipient"] == "alice"


async def test_addresses_are_sealed(town: Town, provider: Receiver) -> None:
    """Neither the database nor the log of deliveries has them in the open."""
    await put(town, OWN, ("sms", PHONE))
    await taken(provider, 1)
    rows = await town.stage.rows("SELECT * FROM contact_method")
    rows += await town.stage.rows("SELECT * FROM staff")
    rows += await town.stage.rows("SELECT * FROM delivery")
    assert rows
    assert PHONE not in str(rows)
    assert "example" not in str(rows)


async def test_codes_cannot_be_used_to_flood_a_phone(town: Town, provider: Receiver) -> None:
    """Six an hour, then 409; what was refused has changed nothing."""
    for _ in range(6):
        await put(town, OWN, ("sms", PHONE))
    body = {"site": KING, "methods": [{"channel": "sms", "address": PHONE}]}
    body["methods"].insert(0, {"channel": "email", "address": OWN[1]})  # type: ignore[attr-defined]
    refused = await town.stage.client.put(PATH, json=body, headers=town.alice)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-many-codes")


@pytest.mark.parametrize(
    ("method", "pointer"),
    [
        ({"channel": "sms", "address": "12345"}, "/methods/0/address"),
        ({"channel": "chat", "address": "slack://a/b/c"}, "/methods/0/address"),
        ({"channel": "email", "address": "a\x00@example.org"}, "/methods/0/address"),
        ({"channel": "pager", "address": "12345"}, "/methods/0/channel"),
    ],
)
async def test_what_cannot_be_reached_is_refused(
    town: Town, method: dict[str, str], pointer: str
) -> None:
    """422 with the field's pointer; the value is not echoed."""
    body = {"site": KING, "methods": [method]}
    refused = await town.stage.client.put(PATH, json=body, headers=town.alice)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert method["address"] not in refused.text


async def test_addresses_from_before_are_sealed_at_the_first_start(town: Town) -> None:
    """An update loses nobody: what was kept in the open is a verified method afterwards."""
    async with town.stage.transaction() as tx:
        await tx.raw.execute("DELETE FROM contact_method WHERE sub = 'alice'")
        await tx.raw.execute("UPDATE staff SET email = $1 WHERE sub = 'alice'", OWN[1])
        await tx.raw.execute(
            "INSERT INTO timer (id, kind, subject, due_at)"
            " VALUES (gen_random_uuid(), 'contacts.seal-addresses', 'once', now())"
        )

    async def sealed() -> bool:
        return not await town.stage.rows("SELECT 1 FROM staff WHERE email IS NOT NULL")

    await eventually(sealed)
    found = (await town.get(PATH, town.alice))["items"]
    assert [(m["address"], m["verified"]) for m in found] == [(OWN[1], True)]


async def test_names_from_before_are_told_at_the_first_start(town: Town) -> None:
    """An update leaves no colleague without a name: everybody entered before is told of once."""
    before = await town.stage.published(StaffNamed)
    async with town.stage.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO timer (id, kind, subject, due_at)"
            " VALUES (gen_random_uuid(), 'staff.tell-names', 'once', now())"
        )

    async def told_again() -> bool:
        return len(await town.stage.published(StaffNamed)) == 2 * len(before)

    await eventually(told_again)
    told = await town.stage.published(StaffNamed)
    assert {(e.subject, e.name) for e in told[len(before) :]} == {
        (e.subject, e.name) for e in before
    }
