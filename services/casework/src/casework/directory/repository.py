"""Every query about the directory."""

from collections.abc import Collection, Sequence

from sqlmodel import col, func, or_, select, tuple_

from casework.directory.domain import DirectoryImport, DirectoryService
from casework.directory.packages import Service
from shared.database import Transaction

_PUT = """
INSERT INTO directory_service (site, id, name, organization, status, body, import_id)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
ON CONFLICT (site, id) DO UPDATE SET name = excluded.name, organization = excluded.organization,
    status = excluded.status, body = excluded.body, import_id = excluded.import_id,
    withdrawn_at = NULL"""


async def lock_directory(tx: Transaction, site: str) -> None:
    """Two packages of one site are taken in one after the other."""
    await tx.raw.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('directory:' || $1, 0))", site
    )


async def put_services(tx: Transaction, made: DirectoryImport, services: Sequence[Service]) -> None:
    rows = [
        (
            made.site, service.id, service.name, service.organization, service.status,
            service.body, made.id,
        )
        for service in services
    ]  # fmt: skip
    await tx.raw.executemany(_PUT, rows)
    await tx.raw.execute(
        "UPDATE directory_service SET withdrawn_at = $3"
        " WHERE site = $1 AND import_id <> $2 AND withdrawn_at IS NULL",
        made.site, made.id, made.imported_at,
    )  # fmt: skip


async def find_service(tx: Transaction, site: str, service_id: str) -> DirectoryService | None:
    return await tx.get(DirectoryService, (site, service_id))


async def search_services(
    tx: Transaction,
    sites: Collection[str],
    *,
    words: str | None,
    limit: int,
    after: tuple[str, str] | None = None,
) -> Sequence[DirectoryService]:
    """What there is now, by name; `words` may stand in the name, organization or description."""
    row = DirectoryService
    statement = select(row).where(col(row.site).in_(sites), col(row.withdrawn_at).is_(None))
    if words:
        wanted = words.lower()
        description = col(row.body)["description"].astext
        texts = (col(row.name), col(row.organization), description)
        found = [func.strpos(func.lower(func.coalesce(text, "")), wanted) > 0 for text in texts]
        statement = statement.where(or_(*found))
    if after is not None:
        statement = statement.where(tuple_(col(row.name), col(row.id)) > after)
    return (await tx.exec(statement.order_by(col(row.name), col(row.id)).limit(limit))).all()
