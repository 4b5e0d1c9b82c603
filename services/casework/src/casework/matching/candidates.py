"""Who may be meant: one statement for many reports at once, by index only.

Plain SQL: every police contact of a city comes through here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.matching.domain import Candidate
from casework.matching.identity import Identity, lookup_keys, on_file
from casework.participants.person import display_name
from shared.database import Transaction

# A name that half a city bears must not make one report slow.
MOST_PER_KEY = 200

# A merged person's record stands for the person whom it was merged into; records keep their origin.
_OPEN = "f.state <> 'exited'"
_LEFT = "f.state = 'exited' AND f.erased_at IS NULL AND f.reason IS DISTINCT FROM 'deceased'"
_WHO = f"""
SELECT f.participant_key, p.participant_key AS record_key, p.site,
       coalesce(s.chosen_given, s.given) AS given,
       coalesce(s.chosen_surname, s.surname) AS surname, p.names, p.dob, p.sex,
       f.case_manager, f.enrolled_at
FROM person p
LEFT JOIN person_merge m ON m.merged = p.participant_key AND m.unmerged_at IS NULL
JOIN participant_file f ON f.participant_key = coalesce(m.into_key, p.participant_key)
JOIN person s ON s.participant_key = f.participant_key
WHERE {_OPEN}
  AND NOT EXISTS (SELECT FROM excluded_person x WHERE x.participant_key = f.participant_key)"""  # noqa: S608 - constants

_ONE = f"{_WHO} AND p.site = $1 AND p.participant_key = $2"

# Every step is LATERAL with a LIMIT: whatever the planner believes, it can only walk an index.
LOOKUP = f"""
WITH hit AS MATERIALIZED (
    SELECT asked.n, asked.key, found.participant_key, NULL::bytea AS digest
    FROM unnest($1::int[], $2::text[], $3::text[]) AS asked (n, site, key)
    CROSS JOIN LATERAL (
        SELECT participant_key FROM person_key k
        WHERE k.site = asked.site AND k.key = asked.key LIMIT {MOST_PER_KEY} + 1) AS found
    UNION ALL
    SELECT asked.n, NULL, found.participant_key, asked.digest
    FROM unnest($4::int[], $5::bytea[]) AS asked (n, digest)
    CROSS JOIN LATERAL (
        SELECT participant_key FROM identifier_digest i
        WHERE i.digest = asked.digest LIMIT {MOST_PER_KEY} + 1) AS found),
crowded AS MATERIALIZED (
    SELECT DISTINCT n FROM (SELECT n FROM hit WHERE digest IS NULL
                            GROUP BY n, key HAVING count(*) > {MOST_PER_KEY}) AS many),
found AS MATERIALIZED (
    SELECT n, participant_key, array_remove(array_agg(DISTINCT digest), NULL) AS shared
    FROM hit GROUP BY n, participant_key)
SELECT found.n, found.shared, who.*,
       found.n IN (SELECT n FROM crowded) AS crowded,
       (SELECT true FROM ruled_out r
        WHERE r.participant_key = who.record_key
          AND r.identity_digest = ($6::bytea[])[found.n] LIMIT 1) IS NOT NULL AS ruled_out,
       (SELECT true FROM confirmed_description c WHERE c.participant_key = who.record_key
          AND c.digest = ($6::bytea[])[found.n] LIMIT 1) IS NOT NULL AS confirmed,
       (SELECT true FROM confirmed_description c WHERE c.participant_key = who.record_key
          AND c.digest = ($7::bytea[])[found.n] LIMIT 1) IS NOT NULL AS known_so
FROM found CROSS JOIN LATERAL (
    {_WHO} AND p.participant_key = found.participant_key LIMIT 1) AS who"""  # noqa: S608

_FORMER = LOOKUP.replace(_OPEN, _LEFT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody described by a source.

    `known_as` recognizes the same description again, `named_as` its name and date of birth.
    """

    site: str
    identity: Identity
    known_as: bytes = b""
    named_as: bytes = b""


async def find_candidates(
    tx: Transaction, wanted: Sequence[Wanted], *, former: bool = False
) -> list[list[Candidate]]:
    """For each of those wanted, everybody with an open file at the site who may be meant.

    `former`: everybody instead who left, and was neither erased nor reported dead.
    """
    found: list[list[Candidate]] = [[] for _ in wanted]
    for row in await tx.raw.fetch(_FORMER if former else LOOKUP, *lookup_arguments(wanted)):
        found[row["n"] - 1].append(_candidate(row, row))
    return found


def lookup_arguments(wanted: Sequence[Wanted]) -> tuple[list[Any], ...]:
    """Columns of what to look up; `n` counts from one, as arrays do in SQL."""
    keys = [
        (n, one.site, key)
        for n, one in enumerate(wanted, 1)
        for key in sorted(lookup_keys(one.identity))
    ]
    numbers = [(n, d) for n, one in enumerate(wanted, 1) for d in sorted(one.identity.numbers)]
    return (
        [n for n, _, _ in keys], [site for _, site, _ in keys], [key for _, _, key in keys],
        [n for n, _ in numbers], [digest for _, digest in numbers],
        [one.known_as for one in wanted], [one.named_as for one in wanted],
    )  # fmt: skip


async def find_candidate(tx: Transaction, site: str, participant_key: str) -> Candidate | None:
    """One person on file, unless the file was closed."""
    row = await tx.raw.fetchrow(_ONE, site, participant_key)
    return _candidate(row, {}) if row else None


def _candidate(row: Mapping[str, Any], found: Mapping[str, Any]) -> Candidate:
    return Candidate(
        participant_key=row["participant_key"],
        record_key=row["record_key"],
        site=row["site"],
        identity=on_file(row["names"], row["dob"], row["sex"], frozenset(found.get("shared", ()))),
        display_name=display_name(row["given"], row["surname"]),
        case_manager=row["case_manager"],
        enrolled_at=row["enrolled_at"],
        ruled_out=found.get("ruled_out", False),
        confirmed=found.get("confirmed", False),
        known_so=found.get("known_so", False),
        crowded=found.get("crowded", False),
    )
