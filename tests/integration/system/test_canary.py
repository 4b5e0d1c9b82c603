"""No personal data outside the files on people (R-24): canaries in everything that is sent in."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from tests.integration.receiver import Receiver
from tests.integration.system.canaries import CARE, FACTS, PERSONAL, kept, said, sniffed, told
from tests.integration.system.house import KING, PARTICIPANT, STRANGER, Body, House, now
from tests.integration.system.surface import (
    answer_the_prosecutor,
    justice,
    known_ids,
    listen,
    shown,
)

from lead import reports
from shared.events import ContactReported, ContactType, ParticipantRecontacted, PersonPart
from shared.events.wire import encode
from shared.ids import new_id
from shared.testing import Stage, eventually

ZOE: Body = {"site": KING, "name": "Grimbledown", "email": "zoe@staff.example"}

AGENCIES = {"spd", "jail", "kcpao"}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with receiver.serving():
        yield receiver


def referral() -> Body:
    body = reports.referral(KING, PARTICIPANT, now())
    body["person"] |= {"aliases": ["Wrenmarch Oddfellow"]}
    body["referrer"] |= {"callback": "+12065557391"}
    body["location"] = {"text": "4417 Quillfeather Lane", "beat": "K3"}
    body["charges"][0] |= {"text": "Larkmere possession"}
    return body


def plan() -> Body:
    goals = [{"domain": "housing", "statement": "Write to me at wren@plumvixen.example",
              "steps": ["Moves in with Aunt Gloamwick"]},
            {"domain": "employment", "statement": "The bakery in Sallowmere"}]  # fmt: skip
    return reports.plan(now()) | {"goals": goals}


def encounter() -> Body:
    note = "Drove to the clinic in Thistlewane"
    return {"kind": "phone", "began_at": now().isoformat(), "minutes": 20, "note": note}


def booking(person: Body) -> Body:
    body = reports.booking(KING, person, now())
    body["booking"] |= {"facility": "Quarrystone Annex"}
    body["location"] = {"text": "Behind 4417 Quillfeather Lane", "beat": "K3"}
    body["charges"] = [{"seq": 1, "text": "Larkmere theft"}]
    body["next_court"] |= {"court": "Fennimoor Municipal"}
    return body


def charge() -> Body:
    body = reports.charge(KING, PARTICIPANT.as_prosecutor_says, now())
    body["charges"][0] |= {"text": "Larkmere theft"}
    return body | {"court": "Fennimoor District"}


async def play(house: House) -> str:
    """The story from the referral to the stranger; returns the participant's alert."""
    await house.hire()
    await house.refer(referral())
    evidence = {"signature_evidence": "scan Marlowquist"}
    await house.enroll(plan(), reports.consent(now()) | evidence)
    path = f"/v1/participants/{house.key}/encounters"
    await house.post("casework", path, house.alice, encounter())
    jail_says = booking(PARTICIPANT.as_jail_says)
    receipt = await house.report("referral", "/v1/contacts", house.jail, jail_says)
    alert = await house.alerted(receipt)
    note = {"action": "going_to_jail", "note": "Brindlewisp asked for shoes"}
    path = f"/v1/alerts/{alert['id']}/acknowledgement"
    await house.post("notifier", path, house.alice, note)
    charged = await house.report("prosecution-hook", "/v1/charges", house.prosecutor, charge())
    await house.alerted(charged)
    await answer_the_prosecutor(house)
    stranger = booking(STRANGER.as_jail_says)
    unknown = await house.report("referral", "/v1/contacts", house.jail, stranger)
    await house.outcome(unknown, "unmatched")
    return str(alert["id"])


async def poison(stage: Stage, event: Any, payload: bytes | None = None) -> None:
    """Put a broken event on its topic, and wait until it is set aside."""
    message = encode(event, stage.ring)
    servers = stage.runtime.settings.kafka_bootstrap_servers
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        await producer.send_and_wait(
            message.topic, payload or message.payload, key=message.key.encode(), headers=headers
        )
    query = "SELECT 1 FROM dead_letter WHERE event_id = $1"
    await eventually(lambda: stage.rows(query, message.id))


async def set_aside(house: House) -> None:
    """An event that cannot be read, and one that the database refuses with a text of its own."""
    person = PersonPart(given="Vesperlynne", surname="Quorvanikoff", dob=PARTICIPANT.dob)
    receipt = new_id()
    report = ContactReported(
        site=KING, subject=str(receipt), receipt=receipt, occurred_at=now(), received_at=now(),
        source_system="jms-county-a", source_record_id="BK-1", record_version=1, person=person,
        contact_type=ContactType.BOOKING,
    )  # fmt: skip
    casework = house.stages["casework"]
    sealed = encode(report, casework.ring).payload
    await poison(casework, report, sealed.replace(str(receipt).encode(), b"no receipt"))
    contact = ParticipantRecontacted(
        site=KING, subject=house.key, occurred_at=now(), cause="booking", tier="exact",
        receipt=new_id(), reported_by="jms-county-a", source_record_id="BK-2", received_at=now(),
        display_name="Vesperlynne Q.", facility="Quarrystone \0 Annex",
    )  # fmt: skip
    await poison(house.stages["notifier"], contact)


async def refuse(house: House) -> None:
    """Bodies, names of members, paths and queries that are refused, each with canaries."""
    good = booking(PARTICIPANT.as_jail_says)
    named = {"Zephyranthes": 1, "Zephyranthes Obadiahquill": 2, "1961-04-19": 3}
    person = {"given": {"Obadiahquill": 1}, "surname": "Obadiahquill\n", "dob": "1961-04-19x"}
    bodies: list[Any] = [
        good | named,
        good | {"person": named},
        good | {"person": person | named | {"ssn": "Obadiahquill", "identifiers": ["ZKQ7731942W"]}},
        good | {"site": "Obadiahquill", "source_system": "Obadiahquill Inc"},
        good | {"person": good["person"] | {"surname": "III check Obadiahquill"}},
        good | {"occurred_at": "Obadiahquill", "contact_type": "Obadiahquill"},
        good | {"source_system": "obadiahquill"},
        "Obadiahquill",
    ]
    for service, path, who in (
        ("referral", "/v1/contacts", house.jail),
        ("referral", "/v1/contacts:batch", house.jail),
        ("referral", "/v1/referrals", house.officer),
        ("prosecution-hook", "/v1/charges", house.prosecutor),
    ):
        for body in bodies:
            answer = await house.send(service, "POST", path, who, json=body)
            refused = 200 if path.endswith(":batch") else 400
            assert answer.status_code >= refused, answer.text
        await house.send(service, "POST", path, who, content=b'{"given": "Obadiahquill')
    again = booking(STRANGER.as_police_say)
    await house.report("referral", "/v1/contacts", house.jail, again)
    other = again | {"person": PARTICIPANT.as_jail_says}
    answer = await house.send("referral", "POST", "/v1/contacts", house.jail, json=other)
    assert answer.status_code == 409
    await refuse_staff(house)


async def refuse_staff(house: House) -> None:
    """The program's own people make mistakes too, and so do databases."""
    async with house.stages["notifier"].transaction() as tx:
        # Its error text quotes the whole row.
        await tx.raw.execute("ALTER TABLE staff ADD CHECK (name <> 'Grimbledown')")
    file = f"/v1/participants/{house.key}"
    goal = {"domain": "Obadiahquill", "statement": "Gloamwick", "Zephyranthes": 1}
    attempts: list[tuple[str, str, str, dict[str, str], Any]] = [
        ("casework", "POST", f"{file}/plans", house.alice, {"goals": [goal]}),
        ("casework", "POST", f"{file}/status", house.alice, {"state": "Obadiahquill"}),
        ("casework", "POST", f"{file}/consents", house.alice, {"Zephyranthes": "Obadiahquill"}),
        ("casework", "GET", "/v1/participants/Quorvanikoff", house.alice, None),
        ("casework", "GET", "/v1/participants?state=Quorvanikoff", house.alice, None),
        ("casework", "GET", "/v1/Quorvanikoff/Ithamarwyn?q=Wrenmarch", house.alice, None),
        ("notifier", "GET", "/v1/alerts/Quorvanikoff?q=Ithamarwyn", house.alice, None),
        ("notifier", "POST", f"/v1/alerts/{uuid4()}/acknowledgement", house.alice,
         {"action": "Obadiahquill", "Zephyranthes": "x"}),
        ("notifier", "PUT", "/v1/staff/zoe", house.carla, ZOE),
        ("notifier", "PUT", "/v1/staff/zoe", house.carla, ZOE | {"name": "Grimbledown \0"}),
        ("prosecution-hook", "GET", "/v1/ledger/Quorvanikoff",
         house.headers("liaison-prosecutor", sub="leo", agency="kcpao"), None),
    ]  # fmt: skip
    for service, method, path, who, body in attempts:
        answer = await house.send(service, method, path, who, json=body)
        assert answer.status_code >= 400, (path, answer.text)


async def test_no_canary_leaves_its_place(
    house: House, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    """Logs, spans, metrics, Kafka, tables, errors and mails know nobody; the file and alert do."""
    await listen(house, receiver)
    alert = await play(house)
    await check_that_justice_sees_no_care(house, receiver, alert)
    await set_aside(house)
    await refuse(house)
    await house.at_rest()
    for stage in house.stages.values():
        await stage.pass_time(timedelta(hours=2))
    await house.at_rest()
    out, err = capfd.readouterr()
    open_places = {"logs": out + err} | await told(house)
    closed_places = await kept(house)
    agencies = [answer for answer in house.answers if _sub(answer) in AGENCIES]

    assert {place for place, text in open_places.items() if not text} == set()
    assert {place: sniffed(text, PERSONAL + FACTS) for place, text in open_places.items()} == {
        place: [] for place in open_places
    }
    assert {place: sniffed(text) for place, text in closed_places.items()} == {
        place: [] for place in closed_places
    }
    assert {_sub(answer) for answer in agencies} == AGENCIES
    assert sniffed(said(agencies)) == []
    assert len(house.mail.mails) >= 2
    for line in ("consumer.dead_letter", "http.failed"):
        assert line in out
    await check_that_its_readers_see_it(house, alert)


def _sub(answer: httpx.Response) -> str:
    """Whose request it was: by the token, of which nobody has the same one twice."""
    payload = answer.request.headers["authorization"].split(".")[1]
    return str(json.loads(urlsafe_b64decode(payload + "=="))["sub"])


async def check_that_justice_sees_no_care(house: House, receiver: Receiver, alert: str) -> None:
    """On no route or page of any service, and in no message to a partner's system."""
    ids = await known_ids(house, alert)
    for role, who in justice(house).items():
        answers = await shown(house, who, ids)
        found = {place: sniffed(text, (*CARE, "Ninebarrow")) for place, text in answers.items()}
        assert {place: words for place, words in found.items() if words} == {}, role
    # The liaison is shown the item, and whoever may read the care content finds it on this walk.
    assert ids["item_id"] in answers["prosecution-hook GET /v1/coordination"]
    mine = await shown(house, house.alice, ids, ("GET",))
    assert set(sniffed("\n".join(mine.values()), CARE)) == set(CARE)

    async def told_of_the_item() -> bool:
        return any("coordination-requested" in body for _, body in receiver.requests)

    await eventually(told_of_the_item)
    assert sniffed(str(receiver.requests)) == []


async def check_that_its_readers_see_it(house: House, alert: str) -> None:
    """The same words, where they belong."""
    detail = str(await house.get("notifier", f"/v1/alerts/{alert}", house.alice))
    wanted = ("Ithamarw", "Brindlewisp", "Quarrystone", "Larkmere", "Fennimoor")
    assert sniffed(detail, wanted) == list(wanted)
    inbox = await house.send("notifier", "GET", "/inbox", house.alice)
    assert sniffed(inbox.text, ("Ithamarw",))
    file = str(await house.get("casework", f"/v1/participants/{house.key}", house.alice))
    assert "Ithamarwyn" in file
    assert "Quorvanikoff" in file
    plan_path = f"/v1/participants/{house.key}/plans/current"
    content = str(await house.get("casework", plan_path, house.alice))
    assert sniffed(content, ("Plumvixen", "Gloamwick")) == ["Plumvixen", "Gloamwick"]
