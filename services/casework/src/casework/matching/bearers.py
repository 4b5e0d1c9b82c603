"""How many people carry a number or a date of birth: what many carry says nothing of one.

No list of placeholders is complete: a jail writes the same number for everybody without one, an
agency the same date. Counted per site, and for numbers per identifier system, and only for values
that somebody on file has. Of who carries a value 16 bits of a digest are kept, for a while: enough
to count, too few to recognize anybody (ADR 0041). Plain SQL: every report comes through here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from casework.matching.identity import Digest, Identity
from casework.matching.names import phonetic
from shared.database import Transaction

NUMBER, BIRTH_DATE = "number", "birth_date"
# Somebody, whoever used their papers, and a third: then the number is nobody's.
NUMBER_OF_MANY = 3
# Dates are shared by chance: a date is one of many people when it is of as many as this, and of
# three more for each whom another date on file has beside its owner, on average.
DATE_OF_MANY, FOR_EACH_USUAL = 5, 3
COUNTED_UP_TO = 256
KEPT_FOR = timedelta(days=90)

_COUNT = f"""
SELECT asked.value, (
    SELECT count(*) FROM (SELECT DISTINCT bearer FROM value_bearer v
                          WHERE v.value = asked.value LIMIT {COUNTED_UP_TO}) AS found) AS bearers
FROM unnest($1::bytea[]) AS asked (value)"""  # noqa: S608 - a number
_USUAL = """
SELECT count(*)::float / greatest(count(DISTINCT value), 1) FROM value_bearer
WHERE site = $1 AND kind = 'birth_date' AND value <> $2"""
# Without a unique index, so that reports never wait for each other here; twice counts as once.
_NOTE = """
INSERT INTO value_bearer (value, bearer, site, kind, forget_at)
SELECT seen.value, seen.bearer, seen.site, seen.kind, seen.forget_at
FROM unnest($1::bytea[], $2::smallint[], $3::text[], $4::text[], $5::timestamptz[], $6::date[])
    AS seen (value, bearer, site, kind, forget_at, born)
WHERE NOT EXISTS (SELECT FROM value_bearer v
                  WHERE v.value = seen.value AND v.bearer = seen.bearer
                    AND (v.forget_at IS NULL OR seen.forget_at IS NOT NULL))
  AND CASE seen.kind
      WHEN 'number' THEN EXISTS (SELECT FROM identifier_digest i WHERE i.digest = seen.value)
      ELSE EXISTS (SELECT FROM person p WHERE p.site = seen.site AND p.dob = seen.born) END"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody who was reported with these values; `on_file` is whom they turned out to be."""

    site: str
    identity: Identity
    on_file: str | None = None


def date_value(born: date, site: str, digest: Digest) -> bytes:
    return digest("birth-date", site, born.isoformat())


def values_of(identity: Identity, site: str, digest: Digest) -> set[bytes]:
    """What may turn out to be carried by many."""
    born = identity.sure_dob
    return {*identity.identifiers, *([date_value(born, site, digest)] if born else ())}


def bearer_of(seen: Sighting, digest: Digest) -> int | None:
    """16 bits of who it is: a person on file, else a name as it sounds. None without a name."""
    who: tuple[str, ...] = ("on-file", seen.on_file) if seen.on_file else ()
    if not who:
        named = [name for name in seen.identity.names if name.given and name.surname][:1]
        who = tuple(part for n in named for part in (phonetic(n.joined_surname), n.given[:1]))
    if not who:
        return None
    return int.from_bytes(digest("bearer", seen.site, *who)[:2], signed=True)


async def without_common(tx: Transaction, people: Sequence[tuple[str, Identity]]) -> list[Identity]:
    """The same descriptions, told what in them many people carry. One statement, usually."""
    values = {v for site, who in people for v in values_of(who, site, tx.ring.digest)}
    if not values:
        return [who for _, who in people]
    rows = await tx.raw.fetch(_COUNT, sorted(values))
    counts = {row["value"]: row["bearers"] for row in rows if row["bearers"] >= NUMBER_OF_MANY}
    return [await _weighed(tx, site, who, counts) for site, who in people]


async def _weighed(tx: Transaction, site: str, who: Identity, counts: dict[bytes, int]) -> Identity:
    if not counts:
        return who
    common = frozenset(number for number in who.identifiers if number in counts)
    born = who.sure_dob
    value = date_value(born, site, tx.ring.digest) if born else b""
    vague = who.vague or await _is_date_of_many(tx, site, value, counts.get(value, 0))
    return replace(who, identifiers=who.identifiers - common, common=common, vague=vague)


async def _is_date_of_many(tx: Transaction, site: str, value: bytes, bearers: int) -> bool:
    if bearers < DATE_OF_MANY:
        return False
    usual = await tx.raw.fetchval(_USUAL, site, value)
    return bool(bearers >= DATE_OF_MANY + FOR_EACH_USUAL * max(usual - 1, 0))


async def note(tx: Transaction, sightings: Iterable[Sighting]) -> None:
    """Remember who carries what, as far as somebody on file has the same value."""
    digest = tx.ring.digest
    rows: set[tuple[bytes, int, str, str, datetime | None, date | None]] = set()
    for seen in sightings:
        bearer = bearer_of(seen, digest)
        if bearer is None:
            continue
        until = None if seen.on_file else tx.now + KEPT_FOR
        rows |= {(n, bearer, seen.site, NUMBER, until, None) for n in seen.identity.numbers}
        if born := seen.identity.dob:
            value = date_value(born, seen.site, digest)
            rows.add((value, bearer, seen.site, BIRTH_DATE, until, born))
    if rows:
        columns = zip(*sorted(rows, key=lambda row: row[:2]), strict=True)
        await tx.raw.execute(_NOTE, *(list(column) for column in columns))


async def forget_one(tx: Transaction, seen: Sighting) -> None:
    """It was somebody on file after all: not one more person."""
    bearer = bearer_of(replace(seen, on_file=None), tx.ring.digest)
    values = sorted(values_of(seen.identity, seen.site, tx.ring.digest))
    await tx.raw.execute(
        "DELETE FROM value_bearer WHERE value = ANY($1) AND bearer = $2 AND forget_at IS NOT NULL",
        values, bearer,
    )  # fmt: skip


async def forget_due(tx: Transaction, due_before: datetime) -> None:
    await tx.raw.execute("DELETE FROM value_bearer WHERE forget_at <= $1", due_before)
