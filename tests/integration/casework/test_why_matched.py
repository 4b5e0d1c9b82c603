"""Every match says why, in words: what nobody was asked about, and what a reviewer decided."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from tests.integration.casework.builders import booking, charge
from tests.integration.casework.desk import SITE, Desk
from tests.integration.casework.test_file_pages import Words

from shared.events import (
    ContactReported,
    ContactRetracted,
    IdentifierPart,
    PersonPart,
    WarrantCleared,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = IdentifierPart(system="spd-local", value="WHY-1")


birth_dates = (date(1975, 1, 14) + timedelta(days=17 * n) for n in count())
born = [next(birth_dates)]


@pytest.fixture(autouse=True)
def _people_of_its_own() -> None:
    """A birth date per test: one that many people carry decides nothing."""
    born[0] = next(birth_dates)


def person(surname: str, **changes: Any) -> PersonPart:
    values = {"given": "William", "surname": surname, "dob": born[0], "sex": "M"}
    return PersonPart(**(values | changes))


async def matched(desk: Desk, key: str, reported: PersonPart) -> ContactReported:
    report = booking(reported, record=f"W-{key}", received_at=desk.now, occurred_at=desk.now)
    await desk.hear(report)
    return report


async def why(desk: Desk, key: str) -> list[str]:
    found = await desk.get(f"/v1/participants/{key}/timeline?kind=contact", desk.alice)
    [entry] = found["items"]
    assert "evidence" not in entry["detail"]
    return list(entry["detail"]["why"])


async def test_an_automatic_match_says_what_agreed(desk: Desk) -> None:
    """By number and nickname, by name and birth; in the API and on the page, and no value."""
    key = await desk.enrolled(person("Whyborough", identifiers=(NUMBER,)))
    await matched(desk, key, person("Whyborough", given="Bill", identifiers=(NUMBER,)))
    assert await why(desk, key) == [
        "They share a number.",
        "Surname, date of birth, sex: same",
        "Given name: short form or part",
    ]
    page = str(Words((await desk.page(f"/participants/{key}", desk.alice)).text))
    assert "Why this person They share a number. Surname, date of birth, sex: same" in page

    other = await desk.enrolled(person("Whereby"))
    report = await matched(desk, other, person("Whereby"))
    assert (await why(desk, other))[0] == "Name, date of birth and one more are the same."
    stored = "SELECT evidence::text AS kept FROM contact WHERE receipt = $1"
    [row] = await desk.stage.rows(stored, report.receipt)
    for value in ("whereby", "1975", "will"):
        assert value not in row["kept"].lower()
    retracted = ContactRetracted(
        site=SITE, subject=str(report.receipt), occurred_at=desk.now, source_system="jms-county-a",
        source_record_id=report.source_record_id, record_version=1, reason="entered_in_error",
    )  # fmt: skip
    await desk.hear(retracted)
    [row] = await desk.stage.rows(stored, report.receipt)
    assert row["kept"] is None


async def test_a_stayed_warrant_does_not_read_as_a_quashed_one(desk: Desk) -> None:
    """A court's report is called by what it says happened; who withdraws it withdraws that, too."""
    who = person("Stayborn", identifiers=(IdentifierPart(system="spd-local", value="WHY-2"),))
    key = await desk.enrolled(who)
    reports = []
    for outcome in ("stayed", "quashed"):
        values = charge(who).model_dump(exclude={"id", "subject", "receipt", "kind", "filed_at"})
        fresh = new_id()
        values |= {"source_record_id": f"W-{outcome}", "subject": str(fresh), "receipt": fresh}
        reports.append(WarrantCleared(**values, outcome=outcome))
        await desk.hear(reports[-1])
    page = str(Words((await desk.page(f"/participants/{key}", desk.alice)).text))
    assert "Warrant stayed, reported by" in page
    assert "Warrant quashed, reported by" in page
    retracted = ContactRetracted(
        site=SITE, subject=str(reports[0].receipt), occurred_at=desk.now,
        source_system=reports[0].source_system, source_record_id="W-stayed", record_version=1,
        reason="entered_in_error",
    )  # fmt: skip
    await desk.hear(retracted)
    kept = await desk.stage.rows("SELECT said FROM contact WHERE participant_key = $1", key)
    assert [row["said"] for row in kept] == ["quashed"]


async def test_a_match_found_late_says_why_too(desk: Desk) -> None:
    """The report waited until somebody learned the name."""
    key = await desk.enrolled(person("Oncewise"))
    await matched(desk, key, person("Latterly"))
    name = {"kind": "maiden", "given": "William", "surname": "Latterly"}
    await desk.post(f"/v1/participants/{key}/names", desk.alice, name)
    assert (await why(desk, key))[0] == "Name, date of birth and one more are the same."


async def test_a_reviewed_match_says_who_decided_and_what_was_asked(desk: Desk) -> None:
    """The reviewer's word first; then what the question was made of."""
    key = await desk.enrolled(person("Askington"))
    next_day = born[0] + timedelta(days=1)
    report = await matched(desk, key, person("Askington", dob=next_day))
    iris = desk.headers("identity-reviewer", sub="iris")
    reviews = (await desk.get("/v1/reviews?limit=200", iris))["items"]
    [review] = [r for r in reviews if r["receipt"] == str(report.receipt)]
    await desk.post(f"/v1/reviews/{review['id']}/decision", iris, {"decision": "same"})
    assert await why(desk, key) == [
        "iris looked at both and said that it is the same person.",
        "Surname, given name, sex: same",
        "Date of birth: mistyped?",
    ]
