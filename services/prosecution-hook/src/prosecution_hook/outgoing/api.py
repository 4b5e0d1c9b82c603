"""Partners' webhooks over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from prosecution_hook.outgoing import handlers, repository
from prosecution_hook.outgoing.domain import Endpoint, EventType
from prosecution_hook.partners import handlers as partners
from prosecution_hook.partners.api import Org
from shared.callers import Caller, require
from shared.egress import read_url
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.operations import runtime_of
from shared.paging import Limit, Page, page_of
from shared.reports import Site
from shared.stored_answers import shown_once

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=IdempotentRoute)

Keeper = Annotated[Caller, Depends(require("ops", "privacy-officer"))]


class EndpointBody(BaseModel):
    """Where a partner's system is told, and of what."""

    model_config = ConfigDict(extra="forbid")

    site: Site
    org: Org
    role: Literal["liaison-prosecutor"] = "liaison-prosecutor"
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    events: Annotated[list[EventType], Field(min_length=1, max_length=10)]


class EndpointView(BaseModel):
    """A partner's endpoint without its secret. `disabled_because` says why nothing is sent."""

    id: UUID
    site: str
    org: str
    role: str
    url: str
    events: list[str]
    created_at: datetime
    old_until: datetime | None
    disabled_at: datetime | None
    disabled_because: str | None


class EndpointSecret(EndpointView):
    """The signing secret (Standard Webhooks), shown this once."""

    secret: str


class DeliveryView(BaseModel):
    """One message and what became of it, without whom it is about."""

    id: UUID
    type: str
    state: str
    attempts: int
    outcome: str | None
    next_attempt_at: datetime
    ended_at: datetime | None


class ResendBody(BaseModel):
    """Which delivery to send again."""

    model_config = ConfigDict(extra="forbid")

    delivery: UUID


def _view(endpoint: Endpoint) -> EndpointView:
    return EndpointView(**endpoint.model_dump(exclude={"secret"}))


@router.get("")
async def list_webhooks(caller: Keeper, tx: Tx) -> dict[str, list[EndpointView]]:
    found = await repository.list_endpoints(tx, caller.sites)
    return {"items": [_view(endpoint) for endpoint in found]}


@router.post("", status_code=201, responses=problems(403, 409, 422))
@shown_once
async def register_webhook(
    request: Request, body: EndpointBody, caller: Keeper, tx: Tx
) -> EndpointSecret:
    """For an approved partner only; its secret is shown this once."""
    caller.at_site(body.site)
    read_url(body.url, private_allowed=runtime_of(request).settings.environment == "embedded")
    await partners.require_approved(body.site, body.org, tx)
    endpoint = Endpoint(**body.model_dump(), secret="", created_by=caller.sub, created_at=tx.now)
    secret = endpoint.take_secret(tx.ring, tx.now)
    tx.add(endpoint)
    return EndpointSecret(**_view(endpoint).model_dump(), secret=secret)


@router.post("/{endpoint_id}/rotate", responses=problems(403, 404))
@shown_once
async def rotate_secret(endpoint_id: UUID, caller: Keeper, tx: Tx) -> EndpointSecret:
    """A new secret; for a day messages are signed with both, so that nothing is refused."""
    endpoint = await repository.get_endpoint(tx, endpoint_id, caller.sites)
    secret = endpoint.take_secret(tx.ring, tx.now)
    return EndpointSecret(**_view(endpoint).model_dump(), secret=secret)


@router.post("/{endpoint_id}/disable", responses=problems(403, 404))
async def disable_webhook(endpoint_id: UUID, caller: Keeper, tx: Tx) -> EndpointView:
    """Nothing more is sent there, nor what waits."""
    endpoint = await repository.get_endpoint(tx, endpoint_id, caller.sites)
    endpoint.disable("by_hand", tx.now)
    return _view(endpoint)


@router.post("/{endpoint_id}/enable", responses=problems(403, 404, 409))
async def enable_webhook(endpoint_id: UUID, caller: Keeper, tx: Tx) -> EndpointView:
    endpoint = await repository.get_endpoint(tx, endpoint_id, caller.sites)
    await partners.require_approved(endpoint.site, endpoint.org, tx)
    endpoint.disabled_at = endpoint.disabled_because = None
    return _view(endpoint)


@router.get("/{endpoint_id}/deliveries", responses=problems(403, 404))
async def list_deliveries(
    endpoint_id: UUID,
    caller: Keeper,
    tx: Tx,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[DeliveryView]:
    endpoint = await repository.get_endpoint(tx, endpoint_id, caller.sites)
    found = await repository.list_deliveries(tx, endpoint.id, limit + 1, cursor)
    views = [DeliveryView(**delivery.model_dump()) for delivery in found]
    return page_of(views, limit, lambda delivery: str(delivery.id))


@router.post("/{endpoint_id}/resend", responses=problems(403, 404))
async def resend_delivery(
    endpoint_id: UUID, body: ResendBody, caller: Keeper, tx: Tx
) -> DeliveryView:
    """Under its own id, so that the receiver can tell a repeat; consent is asked again."""
    endpoint = await repository.get_endpoint(tx, endpoint_id, caller.sites)
    delivery = await handlers.resend(endpoint, body.delivery, tx)
    return DeliveryView(**delivery.model_dump())
