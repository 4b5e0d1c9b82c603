"""No justice client can tell from any answer whether somebody is in the program (R-09, R-10)."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.integration.answers import headers_seen
from tests.integration.system.house import KING, PARTICIPANT, STRANGER, Body, House, now

from lead import reports
from shared.ids import new_id, new_participant_key
from shared.testing import eventually

# What differs from one answer to the next, whoever it is about: ids, and a trace's.
_OWN = re.compile(
    r'"(?:receipt|trace_id|id)":"[0-9a-f-]+"|/v1/referrals/[0-9a-f-]+|<code>[0-9a-f]{32}</code>'
    r'|name="form_key" value="[^"]+"'
)
JUSTICE = ("agency-reporter", "prosecutor-system", "court-system")
# Pages are not in the OpenAPI document.
PAGES = {
    "prosecution-hook": (
        ("GET", "/desk"),
        ("GET", "/desk/items/{item_id}"),
        ("POST", "/desk/items/{item_id}/decision"),
        ("GET", "/desk/holds/{hold_id}"),
        ("POST", "/desk/holds/{hold_id}/resolution"),
        ("POST", "/desk/holds/{hold_id}/extension"),
    ),
    "notifier": (
        ("GET", "/alerts/{alert_id}"),
        ("POST", "/alerts/{alert_id}/acknowledgement"),
        ("POST", "/alerts/{alert_id}/handover"),
    ),
}
Seen = tuple[int, tuple[tuple[str, str], ...], str]


def seen(answer: httpx.Response) -> Seen:
    """All of an answer that its caller sees, but for random ids and the time of day."""
    return answer.status_code, headers_seen(answer), _OWN.sub("an id", answer.text)


def contact(person: Body) -> Body:
    return reports.booking(KING, person, now())


def charge(person: Body) -> Body:
    return reports.charge(KING, person, now())


async def answers_to(house: House, service: str, path: str, good: Body) -> list[Seen]:
    """Everything that posting this report can be answered with."""
    who = house.jail if service == "referral" else house.prosecutor
    fixed = {"source_record_id": f"R {new_id()}"}
    good = good | fixed
    other = {"incident_number": "2026-000777"}
    attempts: list[tuple[Body, dict[str, str]]] = [
        (good, {}),
        (good, {}),
        (good | other, {}),
        (good | {"mood": "x"}, {}),
        (good | {"person": good["person"] | {"dob": "2020-01-01"}}, {}),
        (good | {"site": "santa-fe"}, {}),
        (good | {"source_system": "somebody-elses"}, {}),
        (good | {"source_record_id": f"R {new_id()}"}, {"Idempotency-Key": str(new_id())}),
    ]
    found = []
    for body, headers in attempts:
        answer = await house.send(service, "POST", path, who, json=body, headers=headers)
        found.append(seen(answer))
    lines = b"\n".join(httpx.Request("POST", "http://x", json=body).content for body, _ in attempts)
    batch = await house.send(service, "POST", f"{path}:batch", who, content=lines)
    return [*found, seen(batch)]


def warrant(person: Body) -> Body:
    fixed = {"site": KING, "source_system": "pcms-kcpao", "person": person}
    return fixed | {"kind": "issued", "occurred_at": now().isoformat(), "record_version": 1}


@pytest.mark.parametrize(
    ("service", "path", "make"),
    [
        ("referral", "/v1/contacts", contact),
        ("prosecution-hook", "/v1/charges", charge),
        ("prosecution-hook", "/v1/warrants", warrant),
    ],
)
async def test_a_report_is_answered_the_same_whoever_it_is_about(
    house: House, service: str, path: str, make: Any
) -> None:
    """Taken, repeated, contradicted, refused, in a batch: before the match and long after it."""
    await house.settle_in()
    for _ in range(2):
        participant = await answers_to(house, service, path, make(PARTICIPANT.as_police_say))
        stranger = await answers_to(house, service, path, make(STRANGER.as_police_say))
        assert participant == stranger
        assert [status for status, _, _ in participant] == [
            202, 202, 409, 422, 422, 403, 403, 202, 200
        ]  # fmt: skip
        await house.at_rest()

    async def both_decided() -> bool:
        outcomes = await house.stages["casework"].rows("SELECT outcome FROM contact")
        return {"matched_alerted", "unmatched"} <= {row["outcome"] for row in outcomes}

    await eventually(both_decided)


async def test_a_referral_reads_the_same_whether_or_not_the_person_enrolled(house: House) -> None:
    """The officer who referred both sees the same state, headers and members."""
    await house.settle_in()
    stranger = reports.referral(KING, STRANGER, now())
    await house.post("referral", "/v1/referrals", house.officer, stranger)
    await house.at_rest()

    async def list_states() -> dict[str, str]:
        rows = await house.stages["referral"].rows("SELECT state, id::text FROM referral")
        return {row["state"]: row["id"] for row in rows}

    async def enrolled() -> dict[str, str]:
        states = await list_states()
        return states if "enrolled" in states else {}

    states = await eventually(enrolled)
    answers = [
        seen(await house.send("referral", "GET", f"/v1/referrals/{referral}", house.officer))
        for referral in states.values()
    ]
    assert states.keys() == {"received", "enrolled"}
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


async def known_ids(house: House) -> dict[str, str]:
    """Ids that stand for the participant, by the name of the parameter that takes them."""
    body = contact(PARTICIPANT.as_jail_says)
    receipt = await house.report("referral", "/v1/contacts", house.jail, body)
    alert = await house.alerted(receipt)
    [consent] = await house.stages["casework"].rows("SELECT id FROM signed_consent")
    [referral] = await house.stages["referral"].rows("SELECT id FROM referral")
    [hold] = await house.stages["prosecution-hook"].rows("SELECT id FROM charge_hold")
    charged = charge(PARTICIPANT.as_prosecutor_says)
    filed = await house.report("prosecution-hook", "/v1/charges", house.prosecutor, charged)
    await house.alerted(filed)
    items = house.stages["prosecution-hook"]
    [item] = await eventually(lambda: items.rows("SELECT id FROM coordination"))
    return {
        "key": house.key,
        "participant_key": house.key,
        "alert_id": alert["id"],
        "consent_id": str(consent["id"]),
        "referral_id": str(referral["id"]),
        "review_id": receipt,
        "letter_id": receipt,
        "receipt": receipt,
        "hold_id": str(hold["id"]),
        "item_id": str(item["id"]),
    }


def random_ids(known: dict[str, str]) -> dict[str, str]:
    keys = ("key", "participant_key")
    return {name: new_participant_key() if name in keys else str(new_id()) for name in known}


def routes(house: House, service: str) -> Iterator[tuple[str, str, list[str]]]:
    """Method, path and query parameters of every route of a service."""
    document = house.stages[service].app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", ())
            query = [p["name"] for p in parameters if p["in"] == "query"]
            yield method.upper(), path, query
    for method, path in PAGES.get(service, ()):
        yield method, path, []


async def walk(house: House, who: dict[str, str], ids: dict[str, str]) -> dict[str, Seen]:
    """What this caller is answered on every route, with these ids wherever one is taken."""
    found = {}
    for service in house.stages:
        for method, path, query in routes(house, service):
            if path in ("/metrics", "/v1/stream"):
                continue
            # For ids of what the story does not make, a real one of another kind stands.
            # Whose they are is no secret: staff, sites and sources.
            others = {"sub": "alice", "site": KING, "source": "elsewhere", "code": "forbidden"}
            others |= {"version": "1", "attendee": "liaison-prosecutor"}
            others["version"] = "seattle-2011"
            url = re.sub(r"\{(\w+)\}", lambda m: (others | ids).get(m[1], ids["receipt"]), path)  # noqa: B023
            params = {name: ids[name] for name in query if name in ids}
            body: Body | None = {} if method in ("POST", "PUT") else None
            answer = await house.send(service, method, url, who, params=params, json=body)
            found[f"{service} {method} {path}"] = seen(answer)
    return found


async def test_no_route_answers_a_justice_client_differently_for_a_participant(
    house: House,
) -> None:
    """Every route of every service, with the participant's ids and with random ones."""
    await house.settle_in()
    known = await known_ids(house)
    for role in JUSTICE:
        who = house.headers(role, sub="other", agency="WA0999999", sources=["elsewhere"])
        real, unreal = await walk(house, who, known), await walk(house, who, random_ids(known))
        assert len(real) > 40
        differing = {route for route in real if real[route] != unreal[route]}
        assert differing == set(), {route: (real[route], unreal[route]) for route in differing}

    # The same walk does tell them apart for somebody who may know.
    real = await walk(house, house.alice, known)
    unreal = await walk(house, house.alice, random_ids(known))
    assert {
        "casework GET /v1/participants/{key}",
        "notifier GET /v1/alerts/{alert_id}",
        "notifier GET /alerts/{alert_id}",
    } <= {route for route in real if real[route] != unreal[route]}
