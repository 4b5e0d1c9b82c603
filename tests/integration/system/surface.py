"""All that justice partners are shown: every route and page, and what their systems are sent."""

import re
from collections.abc import Iterator
from typing import Any

from tests.apps import leaves
from tests.integration.receiver import Receiver
from tests.integration.system.house import KING, Body, House

from lead.sample_policies import PROSECUTION
from shared.testing import eventually

# Probes and metrics have a check of their own, a stream has no end, signing in shows nothing.
SKIPPED = ("/metrics", "/v1/stream", "/signin", "/signin/callback")
FORBIDDEN = "Ninebarrow Street 4"


def justice(house: House) -> dict[str, dict[str, str]]:
    """The liaison, and all others in one: who has every role sees what each of them does."""
    roles, sources = ["agency-reporter", "prosecutor-system", "court-system"], ["rms-spd"]
    sources += ["jms-county-a", "pcms-kcpao", "cms-district"]
    return {
        "agencies": house.headers(roles, sub="spd", agency="WASPD0000", sources=sources),
        "liaison": house.headers("liaison-prosecutor", sub="leo", agency="kcpao"),
    }


async def listen(house: House, receiver: Receiver) -> None:
    """The site knows its prosecutor's office, which takes messages as an approved partner."""
    offices: Body = {"site": KING, "policy": PROSECUTION[KING]}
    await house.post("prosecution-hook", "/v1/policy", house.headers("program-manager"), offices)
    officer, ops = house.headers("privacy-officer", sub="petra"), house.headers("ops", sub="olu")
    onward: Body = {"site": KING, "org": "kcpao", "onward": ["state-patrol"]}
    partner = onward | {"may_receive": ["engagement_fact"]}
    await house.post("prosecution-hook", "/v1/partners", officer, partner)
    endpoint = {"site": KING, "org": "kcpao", "url": receiver.url()}
    events = {"events": ["charge-hold-started", "coordination-requested"]}
    await house.post("prosecution-hook", "/v1/webhooks", ops, endpoint | events)


async def answer_the_prosecutor(house: House) -> None:
    """Alice tries to say where somebody is, in every part of the form, and then what she may."""

    async def asked() -> Any:
        return await house.get("casework", "/v1/coordination?mine=true", house.alice)

    [item] = await eventually(asked)
    path = f"/v1/coordination/{item['id']}/reply"
    for part in ("goals", "barriers", "would_help", "note", "place", FORBIDDEN):
        bad = {"engaged": True, part: [FORBIDDEN]}
        answer = await house.send("casework", "POST", path, house.alice, json=bad)
        assert answer.status_code == 422, answer.text
    good = {"engaged": True, "goals": ["housing"], "barriers": ["transportation"]}
    await house.post("casework", path, house.alice, good)

    async def heard() -> Any:
        query = "SELECT 1 FROM coordination_reply"
        return await house.stages["prosecution-hook"].rows(query)

    await eventually(heard)


async def known_ids(house: House, alert: str) -> dict[str, str]:
    """What stands for the participant, by the name of the parameter that takes it."""

    async def one(service: str, table: str) -> str:
        [row, *_] = await house.stages[service].rows(f"SELECT id FROM {table}")  # noqa: S608
        return str(row["id"])

    [contact, *_] = await house.stages["casework"].rows("SELECT receipt FROM contact")
    return {
        "key": house.key,
        "receipt": str(contact["receipt"]),
        "alert_id": alert,
        "encounter_id": await one("casework", "encounter"),
        "consent_id": await one("casework", "signed_consent"),
        "referral_id": await one("referral", "referral"),
        "hold_id": await one("prosecution-hook", "charge_hold"),
        "item_id": await one("prosecution-hook", "coordination"),
        "endpoint_id": await one("prosecution-hook", "webhook_endpoint"),
        "sub": "alice",
        "site": KING,
    }


def routes(house: House, service: str) -> Iterator[tuple[str, str]]:
    """Method and path of each route; none that the OpenAPI document names is left out."""
    app = house.stages[service].app
    found = {
        (method, str(getattr(route, "path", "")))
        for route in leaves(app.router.routes)
        for method in getattr(route, "methods", None) or ()
    }
    documented = {(m.upper(), path) for path, ops in app.openapi()["paths"].items() for m in ops}
    assert documented <= found
    yield from sorted(place for place in found if place[0] != "HEAD" and place[1] not in SKIPPED)


async def shown(
    house: House, who: dict[str, str], ids: dict[str, str], methods: tuple[str, ...] = ()
) -> dict[str, str]:
    """What somebody is answered on every route and page, by its name; of all methods, if none."""
    found = {}
    for service in house.stages:
        for method, path in routes(house, service):
            if methods and method not in methods:
                continue
            url = re.sub(r"\{(\w+)\}", lambda m: ids.get(m[1], ids["receipt"]), path)
            body: Body | None = None if method == "GET" else {}
            answer = await house.send(service, method, url, who, json=body)
            assert answer.status_code < 500, (method, path, answer.text)
            found[f"{service} {method} {path}"] = f"{answer.headers} {answer.text}"
    return found
