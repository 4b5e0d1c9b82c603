"""Every query about endpoints and deliveries."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from prosecution_hook.outgoing.domain import Delivery, Endpoint
from prosecution_hook.outgoing.errors import EndpointNotFound
from shared.database import Transaction
from shared.housekeeping import rows_of

LEASE = timedelta(seconds=60)
BATCH = 100
WAKE = "outgoing"


async def get_endpoint(tx: Transaction, endpoint_id: UUID, sites: Collection[str]) -> Endpoint:
    """Locked. Raises EndpointNotFound, also for another site's."""
    endpoint = await tx.get(Endpoint, endpoint_id, with_for_update=True)
    if endpoint is None or endpoint.site not in sites:
        raise EndpointNotFound
    return endpoint


async def find_endpoint(tx: Transaction, endpoint_id: UUID) -> Endpoint | None:
    return await tx.get(Endpoint, endpoint_id)


async def list_endpoints(tx: Transaction, sites: Collection[str]) -> Sequence[Endpoint]:
    query = select(Endpoint).where(col(Endpoint.site).in_(sites)).order_by(col(Endpoint.id).desc())
    return (await tx.exec(query)).all()


async def list_listening(tx: Transaction, site: str, event: str) -> Sequence[Endpoint]:
    query = select(Endpoint).where(
        Endpoint.site == site,
        col(Endpoint.events).contains([event]),
        col(Endpoint.disabled_at).is_(None),
    )
    return (await tx.exec(query)).all()


async def claim(tx: Transaction) -> Sequence[Delivery]:
    """What is due, for this worker alone until the lease ends."""
    free = col(Delivery.leased_until).is_(None) | (col(Delivery.leased_until) < tx.now)
    query = (
        select(Delivery)
        .where(Delivery.state == "queued", col(Delivery.next_attempt_at) <= tx.now, free)
        .order_by(col(Delivery.next_attempt_at), col(Delivery.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    found = (await tx.exec(query)).all()
    for delivery in found:
        delivery.leased_until, delivery.attempts = tx.now + LEASE, delivery.attempts + 1
    return found


async def get_delivery(tx: Transaction, delivery_id: UUID) -> Delivery:
    """Locked."""
    delivery = await tx.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None:
        raise EndpointNotFound
    return delivery


async def list_deliveries(
    tx: Transaction, endpoint_id: UUID, limit: int, before: UUID | None
) -> Sequence[Delivery]:
    """The newest first."""
    query = select(Delivery).where(Delivery.endpoint_id == endpoint_id)
    if before is not None:
        query = query.where(col(Delivery.id) < before)
    return (await tx.exec(query.order_by(col(Delivery.id).desc()).limit(limit))).all()


async def forget_deliveries(tx: Transaction, before: datetime, limit: int) -> int:
    tag = await tx.raw.execute(
        "DELETE FROM webhook_delivery WHERE id IN"
        " (SELECT id FROM webhook_delivery WHERE ended_at < $1 LIMIT $2)",
        before,
        limit,
    )
    return rows_of(tag)
