"""Every query about criteria. What a site published stands before what was shipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from referral.criteria.domain import CriteriaContent
from referral.criteria.errors import CriteriaNotFound, CriteriaVersionTaken
from referral.criteria.shipped import first_version_of, shipped
from shared.database import Transaction
from shared.housekeeping import rows_of


@dataclass(frozen=True, slots=True)
class CriteriaVersion:
    """One version of one site's criteria."""

    site: str
    version: str
    content: CriteriaContent
    written_by: str | None = None
    written_at: datetime | None = None
    previewed_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None


async def get_criteria(tx: Transaction, site: str, version: str) -> CriteriaVersion:
    """Raises CriteriaNotFound."""
    row = await tx.raw.fetchrow(
        "SELECT * FROM criteria WHERE site = $1 AND version = $2", site, version
    )
    if row is not None:
        return _version_of(row)
    content = shipped(version)
    if content is None:
        raise CriteriaNotFound
    return CriteriaVersion(site, version, content)


async def get_current(tx: Transaction, site: str) -> CriteriaVersion:
    """The version in force: the one published last, or the shipped one."""
    row = await tx.raw.fetchrow(
        "SELECT * FROM criteria WHERE site = $1 AND published_at IS NOT NULL"
        " ORDER BY published_at DESC, version DESC LIMIT 1",
        site,
    )
    if row is not None:
        return _version_of(row)
    return await get_criteria(tx, site, first_version_of(site))


async def list_criteria(tx: Transaction, site: str) -> Sequence[CriteriaVersion]:
    """What the site wrote, the newest first."""
    rows = await tx.raw.fetch(
        "SELECT * FROM criteria WHERE site = $1 ORDER BY written_at DESC, version DESC", site
    )
    return [_version_of(row) for row in rows]


async def add_criteria(tx: Transaction, draft: CriteriaVersion) -> None:
    """Raises CriteriaVersionTaken."""
    tag = await tx.raw.execute(
        "INSERT INTO criteria (site, version, content, written_by, written_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        draft.site,
        draft.version,
        draft.content.model_dump_json(),
        draft.written_by,
        tx.now,
    )
    if not rows_of(tag):
        raise CriteriaVersionTaken


async def note_preview(tx: Transaction, site: str, version: str) -> None:
    await tx.raw.execute(
        "UPDATE criteria SET previewed_at = $3 WHERE site = $1 AND version = $2",
        site,
        version,
        tx.now,
    )


async def publish_criteria(tx: Transaction, site: str, version: str, by: str) -> bool:
    """Whether it was this call that did it."""
    tag = await tx.raw.execute(
        "UPDATE criteria SET published_at = $3, published_by = $4"
        " WHERE site = $1 AND version = $2 AND published_at IS NULL",
        site,
        version,
        tx.now,
        by,
    )
    return bool(rows_of(tag))


def _version_of(row: Any) -> CriteriaVersion:
    values = dict(row) | {"content": CriteriaContent.model_validate_json(row["content"])}
    return CriteriaVersion(**values)
