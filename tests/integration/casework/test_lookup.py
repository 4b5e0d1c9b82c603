"""The one lookup: by index only, for many reports at once, and honest about crowds."""

import re

from tests.integration.casework.builders import SAM, SITE, open_a_file
from tests.integration.casework.uncertain import PROBABLY_SAM, STRANGER
from tests.integration.conftest import OpenStage

from casework.matching.candidates import LOOKUP, MOST_PER_KEY, Wanted, find_candidates
from casework.matching.candidates import lookup_arguments as arguments
from casework.matching.domain import decide
from casework.matching.identity import described, lookup_keys
from shared.events import PersonPart
from shared.testing import Stage

_CROWD = (
    "INSERT INTO participant_file (participant_key, site, state, version, opened_at)"
    " SELECT 'p' || n, $1, 'active', 1, now() FROM generate_series(1, $2::int) n",
    "INSERT INTO person (participant_key, site, given, surname, aliases, dob, sex, names)"
    " SELECT 'p' || n, $1, 'Samuel', 'Testperson', '{}', '1980-01-02', 'M',"
    " '{samuel||testperson|}' FROM generate_series(1, $2::int) n",
)


async def add_crowd(stage: Stage, count: int, key: str, keys: int = 1) -> None:
    """People of one name, found under one key, or spread over several."""
    async with stage.transaction() as tx:
        for statement in _CROWD:
            await tx.raw.execute(statement, SITE, count)
        await tx.raw.executemany(
            "INSERT INTO person_key (site, key, participant_key) VALUES ($1, $2, $3)",
            [(SITE, f"{key}{n % keys or ''}", f"p{n}") for n in range(1, count + 1)],
        )
        for table in ("participant_file", "person", "person_key"):
            await tx.raw.execute(f"ANALYZE {table}")


def wanted(stage: Stage, person: PersonPart) -> Wanted:
    return Wanted(SITE, described(person, SITE, stage.ring.digest), b"")


async def test_the_lookup_walks_indexes_only(open_stage: OpenStage) -> None:
    """Whatever the tables hold, no table of people is read from end to end."""
    async with open_stage("casework") as stage:
        await add_crowd(stage, 3_000, "d:1980-01-02:other", keys=1_000)
        people = [wanted(stage, person) for person in (SAM, PROBABLY_SAM, STRANGER)]
        async with stage.transaction() as tx:
            rows = await tx.raw.fetch(f"EXPLAIN {LOOKUP}", *arguments(people))
        plan = "\n".join(row[0] for row in rows)
        read = set(re.findall(r"Seq Scan on (\w+)", plan))
        assert read <= {"person_merge", "excluded_person"}, plan
        used = set(re.findall(r"using (\w+)", plan))
        assert {"person_key_pkey", "person_pkey", "ruled_out_pkey"} <= used, plan


async def test_many_reports_are_looked_up_at_once(open_stage: OpenStage) -> None:
    """Each gets its own candidates, with the numbers that it shares with them."""
    async with open_stage("casework") as stage:
        sam, other = await open_a_file(stage), await open_a_file(stage, STRANGER)
        people = [wanted(stage, p) for p in (STRANGER, PersonPart(surname="Nobody"), SAM)]
        async with stage.transaction() as tx:
            found = await find_candidates(tx, people)
        assert [[who.participant_key for who in one] for one in found] == [[other], [], [sam]]
        assert found[2][0].identity.identifiers == people[2].identity.identifiers
        assert not found[2][0].crowded


async def test_in_a_crowd_a_name_alone_never_alerts(open_stage: OpenStage) -> None:
    """Not everybody was looked at: there may be a second exact match."""
    async with open_stage("casework") as stage:
        report = wanted(stage, SAM.model_copy(update={"identifiers": ()}))
        [key] = [k for k in lookup_keys(report.identity) if k.startswith("d:1980-01-02:t")]
        await add_crowd(stage, MOST_PER_KEY + 1, key)
        async with stage.transaction() as tx:
            [found] = await find_candidates(tx, [report])
            finding = decide(report.identity, found[:1], tx.now.date())
        assert finding.tier == "exact"
        assert finding.match is None
        assert finding.outcome == "to_review"
