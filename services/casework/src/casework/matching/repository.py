"""Every query about people, their identifiers and the reviews."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, func, select

from casework.matching.domain import IdentityReview, identity_of
from casework.matching.errors import NoSuchReview
from casework.matching.identity import search_keys
from casework.participants.person import Person
from shared.database import Transaction


async def share_roster(tx: Transaction, site: str) -> None:
    """Keep the site's people as they are until this transaction ends: files wait, reports do not.

    Without it a report and the file it belongs to could pass each other, each unseen.
    """
    if site not in tx.info:
        await tx.raw.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended('roster:' || $1, 0))", site
        )
        tx.info[site] = "shared"


async def own_roster(tx: Transaction, site: str) -> None:
    """Change the site's people alone: two referrals of one person must not open two files."""
    await tx.raw.execute("SELECT pg_advisory_xact_lock(hashtextextended('roster:' || $1, 0))", site)
    tx.info[site] = "owned"


async def add_keys(tx: Transaction, person: Person) -> None:
    """Make the person findable under what is known of them now."""
    await tx.flush()
    key, site = person.participant_key, person.site
    await tx.raw.execute(
        "INSERT INTO person_key (site, key, participant_key) SELECT $1, unnest($2::text[]), $3"
        " ON CONFLICT DO NOTHING",
        site, sorted(search_keys(identity_of(person))), key,
    )  # fmt: skip


async def remove_keys(tx: Transaction, person: Person) -> None:
    """Something about them was wrong: they are not found by it any more."""
    await tx.raw.execute(
        "DELETE FROM person_key WHERE participant_key = $1", person.participant_key
    )


async def add_numbers(
    tx: Transaction, person: Person, numbers: Mapping[bytes, str], source: UUID | None
) -> None:
    """Digests with their systems, and what taught them; several sources may teach one number."""
    await tx.raw.execute(
        "INSERT INTO identifier_digest AS known"
        " (site, participant_key, sources, learned_at, digest, system)"
        " SELECT $1, $2, $3, $4, told.*"
        " FROM unnest($5::bytea[], $6::text[]) AS told (digest, system)"
        " WHERE NOT EXISTS (SELECT FROM refused_number r"
        " WHERE r.participant_key = $2 AND r.digest = told.digest)"
        " ON CONFLICT (digest, participant_key) DO UPDATE"
        " SET sources = CASE WHEN known.sources = '{}' THEN known.sources"
        " WHEN excluded.sources = '{}' OR known.sources @> excluded.sources THEN excluded.sources"
        " ELSE known.sources || excluded.sources END,"
        " system = coalesce(known.system, excluded.system)",
        person.site, person.participant_key, [source] if source else [], tx.now,
        list(numbers), list(numbers.values()),
    )  # fmt: skip


async def list_holders(tx: Transaction, numbers: Collection[bytes], but: str) -> frozenset[bytes]:
    """Those of the numbers that somebody else on file has."""
    rows = await tx.raw.fetch(
        "SELECT digest FROM identifier_digest WHERE digest = ANY($1) AND participant_key <> $2",
        list(numbers), but,
    )  # fmt: skip
    return frozenset(row["digest"] for row in rows)


async def list_numbers(tx: Transaction, keys: Collection[str]) -> dict[str, frozenset[bytes]]:
    """The numbers of these people, as digests."""
    rows = await tx.raw.fetch(
        "SELECT participant_key, array_agg(digest) AS digests FROM identifier_digest"
        " WHERE participant_key = ANY($1) GROUP BY participant_key",
        list(keys),
    )
    return {row["participant_key"]: frozenset(row["digests"]) for row in rows}


async def add_confirmed(
    tx: Transaction, key: str, digests: Collection[bytes], receipt: UUID
) -> None:
    """Descriptions that a reviewer said are this person's, and the report that had them."""
    await tx.raw.execute(
        "INSERT INTO confirmed_description (participant_key, receipt, digest)"
        " SELECT $1, $2, unnest($3::bytea[]) ON CONFLICT DO NOTHING",
        key, receipt, sorted(digests),
    )  # fmt: skip


async def list_confirmed(tx: Transaction, key: str) -> list[bytes]:
    rows = await tx.raw.fetch(
        "SELECT DISTINCT digest FROM confirmed_description WHERE participant_key = $1", key
    )
    return [row["digest"] for row in rows]


async def forget_taught(tx: Transaction, receipt: UUID, keep: str | None) -> None:
    """What only this report taught, of everybody but `keep`."""
    for statement in (
        "DELETE FROM confirmed_description"
        " WHERE receipt = $1 AND participant_key IS DISTINCT FROM $2",
        "DELETE FROM identifier_digest"
        " WHERE sources = ARRAY[$1::uuid] AND participant_key IS DISTINCT FROM $2",
        "UPDATE identifier_digest SET sources = array_remove(sources, $1)"
        " WHERE sources @> ARRAY[$1::uuid] AND participant_key IS DISTINCT FROM $2",
    ):
        await tx.raw.execute(statement, receipt, keep)


async def add_reviews(tx: Transaction, reviews: Sequence[IdentityReview]) -> list[IdentityReview]:
    """Add those that were not asked before; returns them."""
    asked = select(IdentityReview.participant_key).where(
        col(IdentityReview.receipt).in_([review.receipt for review in reviews])
    )
    known = set((await tx.exec(asked)).all())
    fresh = [review for review in reviews if review.participant_key not in known]
    tx.add_all(fresh)
    return fresh


async def get_review(tx: Transaction, review_id: UUID, sites: Collection[str]) -> IdentityReview:
    review = await tx.get(IdentityReview, review_id)
    if review is None or review.site not in sites:
        raise NoSuchReview
    return review


async def find_review(
    tx: Transaction, receipt: UUID, participant_key: str
) -> IdentityReview | None:
    statement = select(IdentityReview).where(
        IdentityReview.receipt == receipt, IdentityReview.participant_key == participant_key
    )
    return (await tx.exec(statement.with_for_update())).one_or_none()


async def lock_review(tx: Transaction, review: IdentityReview) -> None:
    """Its contact first, as the purge does: one answer per report at a time."""
    await tx.raw.execute("SELECT FROM contact WHERE receipt = $1 FOR UPDATE", review.receipt)
    await tx.refresh(review, with_for_update=True)


async def list_open_reviews_of(tx: Transaction, receipt: UUID) -> Sequence[IdentityReview]:
    statement = select(IdentityReview).where(
        IdentityReview.receipt == receipt, IdentityReview.state == "open"
    )
    return (await tx.exec(statement)).all()


async def list_open_reviews(
    tx: Transaction, sites: Collection[str], limit: int, after: UUID | None
) -> Sequence[IdentityReview]:
    """Oldest first, which is the order in which they were raised."""
    statement = select(IdentityReview).where(
        IdentityReview.state == "open", col(IdentityReview.site).in_(sites)
    )
    if after is not None:
        statement = statement.where(col(IdentityReview.id) > after)
    return (await tx.exec(statement.order_by(col(IdentityReview.id)).limit(limit))).all()


async def list_urgent_reviews(
    tx: Transaction, sites: Collection[str], limit: int
) -> Sequence[IdentityReview]:
    """Those whose clock ends first."""
    statement = select(IdentityReview).where(
        IdentityReview.state == "open", col(IdentityReview.site).in_(sites)
    )
    by_clock = statement.order_by(col(IdentityReview.due_at), col(IdentityReview.id))
    return (await tx.exec(by_clock.limit(limit))).all()


async def count_open_reviews(tx: Transaction, sites: Collection[str]) -> int:
    statement = select(func.count()).where(
        IdentityReview.state == "open", col(IdentityReview.site).in_(sites)
    )
    return (await tx.exec(statement)).one()


async def add_ruled_out(tx: Transaction, review: IdentityReview) -> None:
    """Remember "not this person", nor anybody merged into them, for the same description."""
    await tx.raw.execute(
        "INSERT INTO ruled_out (participant_key, identity_digest, review_id)"
        " SELECT key, $2, $3 FROM (SELECT $1 AS key UNION SELECT merged FROM person_merge"
        " WHERE into_key = $1 AND unmerged_at IS NULL) AS records ON CONFLICT DO NOTHING",
        review.participant_key, review.identity_digest, review.id,
    )  # fmt: skip
