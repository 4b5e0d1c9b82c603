"""Who was told, who looked, and to be forgotten: the participant's rights."""

import pytest
from tests.integration.casework.builders import booking, referred, tables_containing
from tests.integration.casework.desk import SITE, Desk, somebody

from shared.events import (
    ConsentRevoked,
    DisclosureMade,
    DisclosureSuppressed,
    NotifierErased,
    ParticipantErased,
    ParticipantRecontacted,
    PersonPart,
    ProsecutionErased,
    ReferralErased,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_accounting_says_who_was_told_and_who_looked(desk: Desk) -> None:
    """R-05 and R-20, as data and in plain words; nobody but the privacy officer asks for it."""
    key = await desk.enrolled()
    file = f"/v1/participants/{key}"
    told = {
        "site": SITE, "subject": key, "occurred_at": desk.now, "recipient": "kcpao",
        "categories": ("engagement_fact",), "purpose": "case_coordination",
    }  # fmt: skip
    made = DisclosureMade(**told, disclosure_id=new_id(), consent_id=new_id())
    stopped = DisclosureSuppressed(**told, disclosure_id=new_id(), reason="consent_revoked")
    await desk.hear(made, made.model_copy(update={"id": new_id()}), stopped)
    await desk.send("GET", f"{file}/plans/current", desk.ben)
    await desk.get(f"{file}/timeline", desk.alice)
    found = await desk.get(f"{file}/accounting", desk.petra)
    assert sorted(entry["suppressed_because"] or "" for entry in found["disclosures"]) == [
        "", "consent_revoked",
    ]  # fmt: skip
    looks = {(look["who"], look["what"]) for look in found["looks"]}
    assert {("alice", "saw your file"), ("alice", "changed your intake")} <= looks
    assert ("ben", "saw your plan") not in looks
    text = await desk.send("GET", f"{file}/accounting?format=text", desk.petra)
    assert text.headers["content-type"].startswith("text/plain")
    assert "kcpao was told: engagement fact, for case coordination." in text.text
    assert "NOT told to kcpao: engagement fact. consent revoked." in text.text
    assert "alice (case manager) saw your file." in text.text
    for who in (desk.alice, desk.carla, desk.headers("liaison-prosecutor")):
        assert (await desk.send("GET", f"{file}/accounting", who)).status_code == 403
    theirs = desk.headers("privacy-officer", "santa-fe")
    assert (await desk.send("GET", f"{file}/accounting", theirs)).status_code == 404


async def full_file(desk: Desk, person: PersonPart) -> tuple[str, str]:
    """Somebody with everything that casework can hold; returns both of their keys."""
    key = await desk.enrolled(person)
    again = referred(person, occurred_at=desk.now, received_at=desk.now)
    await desk.hear(again)
    file = f"/v1/participants/{key}"
    goal = {"domain": "housing", "statement": "Zanzibar"}
    await desk.post(f"{file}/plans", desk.alice, {"goals": [goal]})
    met = {"kind": "phone", "began_at": desk.now.isoformat(), "minutes": 5, "note": "Zanzibar"}
    await desk.post(f"{file}/encounters", desk.alice, met)
    chosen = {"kind": "chosen", "given": "Ignatia", "surname": "Zanzibar"}
    await desk.post(f"{file}/names", desk.alice, chosen)
    linked = {"need": "housing", "service_name": "Zanzibar House"}
    await desk.post(f"{file}/linkages", desk.alice, linked)
    await desk.hear(booking(person, record=f"ZANZIBAR-{key[-6:]}"))
    assert len(await desk.published(ParticipantRecontacted, key)) == 2
    return key, again.subject


async def test_an_erased_participant_is_nowhere_and_everybody_has_said_so(desk: Desk) -> None:
    """Scenario 12 for a person: rows, history and reads go; receipts come in for every key."""
    person = somebody().model_copy(update={"surname": "Zanzibarsson", "given": "Ignatia"})
    key, other = await full_file(desk, person)
    assert "person" in await tables_containing(desk.stage, "zanzibar")
    file = f"/v1/participants/{key}"
    asked = {"reason": "participant_asked", "confirm": key}
    wrong = await desk.refused(f"{file}/erasure", desk.petra, asked | {"confirm": "p_x"})
    assert wrong == (409, "key-not-repeated")
    assert (await desk.refused(f"{file}/erasure", desk.carla, asked))[0] == 403

    answer = await desk.send("POST", f"{file}/erasure", desk.petra, asked)
    assert answer.status_code == 202, answer.text
    erasure = answer.json()
    assert erasure["missing"] == ["referral", "prosecution-hook", "notifier"]
    assert erasure["records"] > 8
    told = [e for e in await desk.stage.published(ParticipantErased) if e.subject in (key, other)]
    assert {event.subject for event in told} == {key, other}
    assert len(await desk.published(ConsentRevoked, key)) == 1
    assert await tables_containing(desk.stage, "zanzibar") == ["outbox"]

    for path in ("", "/timeline", "/plans", "/consents", "/encounters"):
        gone = await desk.send("GET", f"{file}{path}", desk.alice)
        assert (gone.status_code, path) == (410, path)
    listed = await desk.get("/v1/participants?limit=200", desk.alice)
    assert key not in [item["participant_key"] for item in listed["items"]]
    again = await desk.refused(f"{file}/erasure", desk.petra, asked)
    assert again == (409, "erased-before")

    await desk.wait(minutes=3)
    old = await desk.stage.rows(
        "SELECT type FROM outbox WHERE key = ANY($1) AND type NOT LIKE '%participant-erased%'",
        [f"{SITE}:{key}", f"{SITE}:{other}"],
    )
    assert old == []
    assert await tables_containing(desk.stage, "zanzibar") == []
    assert await tables_containing(desk.stage, "ignatia") == []

    for receipt in (ReferralErased, ProsecutionErased, NotifierErased):
        for each in (key, other):
            done = receipt(
                site=SITE, subject=each, occurred_at=desk.now, erasure_id=erasure["id"], records=2
            )
            await desk.hear(done, done.model_copy(update={"id": new_id()}))
    complete = await desk.get(f"{file}/erasure", desk.petra)
    assert (complete["missing"], len(complete["receipts"])) == ([], 6)
    account = await desk.get(f"{file}/accounting", desk.petra)
    assert ("petra", "changed the record of your erasure") in {
        (look["who"], look["what"]) for look in account["looks"]
    }


async def test_who_comes_again_is_somebody_new(desk: Desk) -> None:
    """Nothing is left by which an erased person would be recognized."""
    person = somebody()
    key = await desk.refer(person)
    body = {"reason": "expunged", "confirm": key}
    answer = await desk.send("POST", f"/v1/participants/{key}/erasure", desk.petra, body)
    assert answer.status_code == 202
    report = booking(person, record=f"BK-{key}")
    await desk.hear(report)
    assert await desk.published(ParticipantRecontacted, key) == []
    new = await desk.refer(person)
    assert new != key
    shown = await desk.get(f"/v1/participants/{new}", desk.alice)
    assert shown["person"]["surname"] == person.surname
    missing = await desk.send("GET", f"/v1/participants/{new}/erasure", desk.petra)
    assert missing.json()["type"] == "/problems/no-erasure"
