"""From the scheduled POST of a booking to its e-mail handed over, at a fixed open-loop rate."""

import asyncio
import random
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

import asyncpg
import httpx
import psutil

from bench.load import Target, open_loop
from bench.payloads import SITE, SOURCE, booking, person_body
from bench.report import Result
from bench.rig import PACKAGES, Rig
from lead.process import free_port

PARTICIPANTS = 400
PER_MANAGER = 15
RATES = {20: 20, 100: 20, 200: 20}  # reports per second -> seconds
SETTLE_SECONDS = 60
# Two reports about one participant in 72 hours are one incident: these are further apart.
DAYS_APART = 4.0


async def measure(rig: Rig) -> list[Result]:
    """Four services in four processes, real Kafka, a mail sink; also their memory and start-up."""
    mails = rig.home / "mails.tsv"
    sink_port = free_port()
    with mails.open("w") as out:
        sink = psutil.Popen([sys.executable, "-m", "bench.sink", str(sink_port)], stdout=out)
    for service in PACKAGES:
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(sink_port)}
        rig.start_service(service, **(mail if service == "notifier" else {}))
    results = [
        Result(f"start-up of {name}", f"{run.ready_seconds:.1f} s", "spawn to /readyz", "<= 2 s")
        for name, run in rig.running.items()
    ]
    try:
        await _enroll(rig)
        await _rate(rig, mails, 20, 5)  # warm every path once
        for rate, seconds in RATES.items():
            results += await _rate(rig, mails, rate, seconds)
    finally:
        sink.terminate()
        sink.wait()
    results += [
        Result(f"memory of {name}", f"{run.megabytes:.0f} MB", "RSS after the load", "<= 120 MB")
        for name, run in rig.running.items()
    ]
    rig.stop_all()
    return results


async def _enroll(rig: Rig) -> None:
    """Staff, files and assignments through the REST APIs."""
    managers = [f"cm-{number}" for number in range(PARTICIPANTS // PER_MANAGER + 1)]
    ports = {name: run.port for name, run in rig.running.items()}
    desk = {"Authorization": f"Bearer {rig.token('referral-desk', sources=[SOURCE])}"}
    boss = {"Authorization": f"Bearer {rig.token('supervisor', sub='boss')}"}
    async with httpx.AsyncClient(timeout=30) as client:
        for manager in [*managers, "boss"]:
            body = {"name": manager, "email": f"{manager}@mail.example", "site": SITE}
            url = f"http://127.0.0.1:{ports['notifier']}/v1/staff/{manager}"
            (await client.put(url, json=body, headers=boss)).raise_for_status()
        for number in range(PARTICIPANTS):
            url = f"http://127.0.0.1:{ports['referral']}/v1/referrals"
            (await client.post(url, json=_referral(number), headers=desk)).raise_for_status()
        keys = await _files(client, ports["casework"], boss)
        for number, key in enumerate(keys):
            url = f"http://127.0.0.1:{ports['casework']}/v1/participants/{key}/assignments"
            body = {"case_manager": managers[number // PER_MANAGER]}
            (await client.post(url, json=body, headers=boss)).raise_for_status()
    await _until_assigned(rig)


def _referral(number: int) -> dict[str, object]:
    return {
        "site": SITE,
        "referral_type": "arrest_diversion",
        "source_system": SOURCE,
        "source_record_id": f"R-{number}",
        "occurred_at": datetime.now(UTC).isoformat(),
        "referrer": {"agency_ori": "WASPD0000", "badge": "1", "callback": "+12065550100"},
        "person": person_body(number),
        "charges": [{"seq": 1, "statute": "RCW 69.50.4013"}],
        "observed_needs": ["substance"],
        "person_response": "accepted",
    }


async def _files(client: httpx.AsyncClient, port: int, headers: dict[str, str]) -> list[str]:
    """The keys of all participants, once casework has opened every file."""
    while True:
        keys: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            query = f"limit=100&cursor={cursor}" if cursor else "limit=100"
            url = f"http://127.0.0.1:{port}/v1/participants?{query}"
            page = (await client.get(url, headers=headers)).raise_for_status().json()
            keys += [item["participant_key"] for item in page["items"]]
            cursor = page["next"]
        if len(keys) >= PARTICIPANTS:
            return keys
        await asyncio.sleep(0.2)


async def _until_assigned(rig: Rig) -> None:
    connection = await asyncpg.connect(rig.database(PACKAGES["notifier"]))
    while await connection.fetchval("SELECT count(*) FROM assignment") < PARTICIPANTS:
        await asyncio.sleep(0.1)
    await connection.close()


async def _rate(rig: Rig, mails: Path, rate: int, seconds: int) -> list[Result]:
    count = rate * seconds
    run = uuid4().hex[:8]
    chance = random.Random(rate)
    starts, at = [], 0.0
    for _ in range(count):
        at += chance.expovariate(rate)
        starts.append(at)
    days = [DAYS_APART * (1 + number // PARTICIPANTS) for number in range(count)]
    ids = [f"BK-{run}-{number}" for number in range(count)]
    order = chance.sample(range(PARTICIPANTS), PARTICIPANTS)
    bodies = [
        booking(ids[number], order[number % PARTICIPANTS], days[number] + rate)
        for number in range(count)
    ]
    token = rig.token("agency-reporter", sources=[SOURCE], agency="WA0170000")
    target = Target(rig.running["referral"].port, "/v1/contacts", token)
    answered = await open_loop(target, bodies, starts)
    posted = dict(zip(ids, answered, strict=True))
    handed_over = await _mails(rig, mails, set(ids))
    mail = [handed_over[i] - posted[i][0] for i in ids if i in handed_over]
    lost = count - len(mail)
    answers = [done - scheduled for scheduled, done in answered]
    detail = f"{count} reports, {lost} without a mail"
    return [
        Result(f"POST to 202 at {rate}/s", _percentiles(answers), detail, "recorded"),
        Result(
            f"POST to e-mail handed over at {rate}/s",
            _percentiles(mail),
            detail,
            "p50 < 25 ms, p99 < 250 ms at 200/s",
        ),
    ]


def _percentiles(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms"


async def _mails(rig: Rig, mails: Path, ids: set[str]) -> dict[str, float]:
    """When the mail about each record was handed over: the notifier's log ties number to record."""
    deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
    connection = await asyncpg.connect(rig.database(PACKAGES["notifier"]))
    found: dict[str, float] = {}
    while len(found) < len(ids) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.5)
        at = {}
        for line in mails.read_text().splitlines():
            when, subject = line.split("\t")
            if number := re.search(r"\d+", subject):
                at[int(number[0])] = float(when)
        rows = await connection.fetch(_NUMBERS)
        found = {
            row["source_record_id"]: at[row["number"]]
            for row in rows
            if row["source_record_id"] in ids and row["number"] in at
        }
    await connection.close()
    return found


_NUMBERS = """
SELECT source_record_id, number FROM alert_entry JOIN alert ON alert.id = alert_entry.alert_id"""
