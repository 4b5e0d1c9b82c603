"""Time per report with ten thousand and with a million people on file (`python -m bench.matching`).

The same reports both times: half about people on file, with slips of the pen, half about strangers.
"""

import random
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import asyncpg

from bench.matching.population import people
from bench.report import Result
from casework.matching.candidates import Wanted, find_candidates
from casework.matching.domain import decide
from casework.matching.identity import Identity, described, search_keys
from casework.matching.model import FILE, Model
from shared.database import Database
from shared.events import PersonPart
from shared.sealing import KeyRing, generate_key_ring

SITE, SEED, SIZES, REPORTS, PAGE = "bench", 7, (10_000, 1_000_000), 2_000, 20_000
_FILE = ("participant_key", "site", "state", "version", "opened_at")
_PERSON = ("participant_key", "site", "given", "surname", "aliases", "dob", "sex", "names")


def frequencies() -> dict[str, dict[str, float]]:
    from importlib.resources import files

    text = (files("casework.matching") / FILE).read_text()
    return Model.model_validate_json(text).frequencies


async def load(dsn: str, crowd: Iterator[PersonPart], first: int) -> None:
    """Copy people in, found under the keys that casework gives them."""
    connection = await asyncpg.connect(dsn)
    number = first
    while page := list(islice(crowd, PAGE)):
        rows = [(f"p{number + n}", person, _identity(person)) for n, person in enumerate(page)]
        await _copy(connection, rows)
        number += len(page)
    for table in ("participant_file", "person", "person_key"):
        await connection.execute(f"VACUUM ANALYZE {table}")
    await connection.close()


async def _copy(
    connection: asyncpg.Connection, rows: list[tuple[str, PersonPart, Identity]]
) -> None:
    opened = await connection.fetchval("SELECT now()")
    files = [(key, SITE, "active", 1, opened) for key, _, _ in rows]
    persons = [
        (key, SITE, p.given, p.surname, [], i.dob, i.sex, ["|".join(n) for n in i.names])
        for key, p, i in rows
    ]
    keys = [(SITE, found, key) for key, _, i in rows for found in search_keys(i)]
    await connection.copy_records_to_table("participant_file", records=files, columns=_FILE)
    await connection.copy_records_to_table("person", records=persons, columns=_PERSON)
    await connection.copy_records_to_table("person_key", records=keys)


def _identity(person: PersonPart) -> Identity:
    return described(person, SITE, lambda *_: b"")


def reports() -> list[PersonPart]:
    """Half of them about the first ten thousand, who are on file in both sizes."""
    chance = random.Random(SEED)
    known = list(people(frequencies(), SIZES[0], SEED))
    strangers = people(frequencies(), REPORTS // 2, SEED + 1)
    found = [_mistyped(chance.choice(known), chance) for _ in range(REPORTS // 2)]
    found += strangers
    chance.shuffle(found)
    return found


def _mistyped(person: PersonPart, chance: random.Random) -> PersonPart:
    """As it is, with two letters of the surname swapped, or a day off."""
    surname, dob = person.surname or "", person.dob
    changes: list[dict[str, Any]] = [
        {},
        {"surname": f"{surname[:1]}{surname[2:3]}{surname[1:2]}{surname[3:]}"},
        {"dob": dob + timedelta(days=1) if dob else None},
    ]
    return person.model_copy(update=chance.choice(changes))


async def time_reports(dsn: str) -> tuple[list[float], list[int], int]:
    """Milliseconds from description to finding, candidates looked at, and how many were found."""
    database = Database(dsn, KeyRing(generate_key_ring(("identity",))["keys"]), pool_size=1)
    times, looked_at, hits = [], [], 0
    for person in reports():
        async with database.transaction() as tx:
            began = time.perf_counter()
            identity = _identity(person)
            [candidates] = await find_candidates(tx, [Wanted(SITE, identity, b"")])
            found = decide(identity, candidates, tx.now.date())
            times.append((time.perf_counter() - began) * 1e3)
        looked_at.append(len(candidates))
        hits += bool(found.candidates)
    await database.close()
    return times, looked_at, hits


async def measure(dsn: str) -> list[Result]:
    """Into a migrated, empty casework database."""
    crowd = people(frequencies(), SIZES[-1], SEED)
    results, tails, loaded = [], [], 0
    for size in SIZES:
        await load(dsn, islice(crowd, size - loaded), loaded)
        loaded = size
        times, looked_at, hits = await time_reports(dsn)
        cuts = statistics.quantiles(times, n=100)
        tails.append(cuts)
        results.append(
            Result(
                f"matching one report, {size:,} people",
                f"p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms",
                f"{REPORTS} reports, {statistics.mean(looked_at):.1f} candidates on average,"
                f" {max(looked_at)} at most, {hits} found",
                "p99 < 10 ms",
            )
        )
    ratio = f"p50 {tails[1][49] / tails[0][49]:.2f}x, p99 {tails[1][98] / tails[0][98]:.2f}x"
    return [*results, Result("a million / ten thousand people", ratio, "", "flat")]
