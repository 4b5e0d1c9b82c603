"""Real input: 2,000 rows of Seattle's public file through the feed, killed once on the way."""

import asyncio
import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.system import RunningSystem, environment

from lead.city import CASE_MANAGERS, DESK, OFFICER, SUPERVISOR, Actor, City, now
from lead.people import make_up_person
from lead.reports import consent, referral
from lead.waiting import eventually

pytestmark = pytest.mark.e2e

CHECKOUT = Path(__file__).parents[2]
SAMPLE = Path(
    os.environ.get("SEATTLE_TERRY_STOPS")
    or CHECKOUT.parent / "shared" / "data" / "seattle_terry_stops_sample.csv"
)
# Who is enrolled beforehand, by the police's number, and with whom they work. Chosen from the file:
# several stops each; 9984, 12599 and 15057 have two rows about one and the same incident.
ALICE, BEN = CASE_MANAGERS
ENROLLED: Mapping[str, Actor] = {"5657": ALICE, "9984": ALICE, "12600": BEN, "12599": BEN,
                                 "15057": BEN}  # fmt: skip

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """The file, read without the code under test."""
    if not SAMPLE.exists():
        pytest.skip(f"NOT CHECKED on real input: {SAMPLE} is not there (or SEATTLE_TERRY_STOPS)")
    with SAMPLE.open(newline="") as file:
        return list(csv.DictReader(file))


def expected_outcome(row: dict[str, str]) -> str:
    """What must become of a row, worked out from the row alone."""
    if row["SubjectAgeGroup"] == "1 - 17" or row["SubjectID"] == "NULL":
        return "refused"
    return "matched_alerted" if row["SubjectID"] in ENROLLED else "unmatched"


def expected_mailed(rows: Rows) -> Counter[str]:
    """How many contacts the mails name, by case manager: each row is an old contact (ADR 0045)."""
    told = (row for row in rows if expected_outcome(row) == "matched_alerted")
    return Counter(ENROLLED[row["SubjectID"]].sub for row in told)


async def enroll(city: City, local_id: str, case_manager: Actor) -> str:
    """Refer somebody whom the police know by this number, and complete their enrollment."""
    person = make_up_person()
    body = referral(city.site, person, now())
    body["person"]["identifiers"] = [{"system": "spd-local", "value": local_id}]
    referred = await city.post(OFFICER, "/referral/v1/referrals", body)
    opened = await city.get(DESK, f"/referral/v1/referrals/{referred['id']}")
    key = str(opened["participant_key"])
    path = f"/casework/v1/participants/{key}"
    await eventually("the file", lambda: city.find(SUPERVISOR, path))
    await city.post(SUPERVISOR, f"{path}/assignments", {"case_manager": case_manager.sub})
    intake = {"completed_at": now().isoformat(), "domains": ["housing"]}
    await city.post(case_manager, f"{path}/intake", intake)
    await city.post(case_manager, f"{path}/consents", consent(now()))
    return key


def feed(system: RunningSystem, folder: Path) -> "subprocess.Popen[str]":
    """`lead feed` as the agency starts it."""
    names = ("--mapping", "seattle-terry-stops", "--token-file", str(folder / "token"))
    return subprocess.Popen(
        [sys.executable, "-m", "lead.cli", "feed", str(folder / "stops.csv"),
         "--url", system.address, *names],
        env=environment(folder / "no-home", 1), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def finished_lines(folder: Path) -> int:
    """How far the feed is."""
    state = folder / "stops.csv.feed-state"
    return state.read_bytes().count(b"\n") if state.exists() else 0


async def feed_with_a_kill(system: RunningSystem, folder: Path) -> str:
    """Kill the feed with rows behind it and rows before it, run it again; what the end says."""
    first = feed(system, folder)
    while finished_lines(folder) < 400:
        assert first.poll() is None
        await asyncio.sleep(0.002)
    first.kill()
    first.communicate()
    assert 400 <= finished_lines(folder) < 2_000
    said, _ = feed(system, folder).communicate(timeout=60)
    return said


def outcomes(system: RunningSystem) -> list[dict[str, Any]]:
    """What program staff are told of every report."""
    listed = system.lead("contacts", "outcomes", "--json")
    assert listed.returncode == 0, listed.stderr
    items: list[dict[str, Any]] = json.loads(listed.stdout)["items"]
    return [item for item in items if item["source_system"] == "rms-spd"]


async def test_every_row_of_the_file_ends_once_and_the_right_people_are_alerted(
    system: RunningSystem, rows: Rows, tmp_path: Path
) -> None:
    """All rows, one outcome each, as worked out from the file; mails for the enrolled alone."""
    shutil.copyfile(SAMPLE, tmp_path / "stops.csv")
    asked = ("--role", "agency-reporter", "--site", "king-county", "--source", "rms-spd")
    (tmp_path / "token").write_text(system.lead("token", *asked).stdout)
    async with system.city() as city:
        keys = {await enroll(city, number, who): number for number, who in ENROLLED.items()}
        said = await feed_with_a_kill(system, tmp_path)
        expected = Counter(map(expected_outcome, rows))
        assert f"rows      {len(rows)}\n" in said
        assert f"refused   {expected['refused']}\n" in said
        assert "waiting   0\n" in said

        path = "/casework/v1/contacts/outcomes"
        handled = Counter({end: n for end, n in expected.items() if end != "refused"})

        async def all_handled() -> bool:
            found = await city.items(SUPERVISOR, path)
            return Counter(item["outcome"] for item in found) == handled

        await eventually("every outcome", all_handled, seconds=40)
        found = outcomes(system)
        assert Counter(item["outcome"] for item in found) == expected
        check_outcomes(rows, found)
        check_rejects(rows, tmp_path / "stops.csv.rejects.csv")
        await check_alerts(city, rows, keys)
    refused = system.lead("contacts", "outcomes", "--token-file", str(tmp_path / "token"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "403" in refused.stderr


def check_outcomes(rows: Rows, found: list[dict[str, Any]]) -> None:
    """Row by row where the record's number is still known; refusals by their reason."""
    by_record = {item["source_record_id"]: item["outcome"] for item in found if item["receipt"]}
    assert len({item["receipt"] for item in found if item["receipt"]}) == len(by_record)
    expected = {row["TERRY_STOP_ID"]: expected_outcome(row) for row in rows}
    assert by_record == {stop: end for stop, end in expected.items() if end != "refused"}
    reasons = Counter(tuple(sorted(set(i["reasons"]))) for i in found if i["outcome"] == "refused")
    minors = [row for row in rows if row["SubjectAgeGroup"] == "1 - 17"]
    assert sum(n for codes, n in reasons.items() if "under_18" in codes) == len(minors)
    assert reasons[("person_not_described",)] == sum(reasons.values()) - len(minors)


def check_rejects(rows: Rows, path: Path) -> None:
    """The agency's own file of refusals names exactly the refused rows."""
    with path.open(newline="") as file:
        rejected = {row["TERRY_STOP_ID"] for row in csv.DictReader(file)}
    assert rejected == {r["TERRY_STOP_ID"] for r in rows if expected_outcome(r) == "refused"}


async def check_alerts(city: City, rows: Rows, keys: Mapping[str, str]) -> None:
    """Who was mailed how often, and about whom the alerts in each inbox are."""
    expected = expected_mailed(rows)

    async def all_mailed() -> bool:
        found: Counter[str] = Counter()
        for mail in await city.mails():
            found[_sub(mail)] += _contacts(mail)
        return found == expected

    await eventually("every mail", all_mailed)
    assert expected.keys() == {"alice", "ben"}
    for who in CASE_MANAGERS:
        mine = Counter(subject_of_alerts(await city.items(who, "/notifier/v1/alerts"), keys))
        assert mine == expected_alerts(rows, who)
    for mail in await city.mails():
        # A link's id and port may hold any four digits.
        text = re.sub(r"https?://\S+", "", f"{mail['subject']} {mail['text']}")
        assert not any(number in text for number in ENROLLED)


def _contacts(mail: dict[str, str]) -> int:
    """Old contacts come as one mail, whose subject says how many they are."""
    history = re.match(r"History: (\d+) contacts? ", mail["subject"])
    assert history, mail["subject"]
    return int(history[1])


def _sub(mail: dict[str, str]) -> str:
    return mail["to"].split("@")[0]


def subject_of_alerts(alerts: list[dict[str, Any]], keys: Mapping[str, str]) -> Iterator[str]:
    """The police's number of each alert's participant."""
    return (keys[alert["participant"]] for alert in alerts)


def expected_alerts(rows: Rows, who: Actor) -> Counter[str]:
    """One alert per incident of each of this case manager's participants."""
    incidents = defaultdict(set)
    for row in rows:
        if expected_outcome(row) == "matched_alerted" and ENROLLED[row["SubjectID"]] == who:
            incidents[row["SubjectID"]].add(row["GO / SC Num"])
    return Counter({subject: len(numbers) for subject, numbers in incidents.items()})
