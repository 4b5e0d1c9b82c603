"""One's own contact methods over HTTP."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from notifier.channels.offer import offered_by
from notifier.contacts import handlers, repository
from notifier.contacts.commands import PutMyMethods, RotateMySecret, VerifyMyMethod
from notifier.contacts.domain import Channel, ContactMethod, read_address
from notifier.errors import CodeWrong
from notifier.settings import Settings
from shared import problems
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems as refused
from shared.operations import runtime_of
from shared.paging import Page
from shared.sealing import DataClass, KeyRing

router = APIRouter(tags=["contact methods"], route_class=IdempotentRoute)

Member = Annotated[Caller, Depends(require("case-manager", "supervisor", "privacy-officer"))]
Site = Annotated[str, Field(min_length=1, max_length=60)]
MOST_METHODS = 8


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MethodBody(Body):
    """An address: e-mail, a phone number with its country, an https URL, or Apprise's form."""

    channel: Channel
    address: Annotated[str, Field(min_length=3, max_length=2_000)]


class MethodsBody(Body):
    """All of one's ways at a site, the preferred one first. What is not listed is forgotten."""

    site: Site
    methods: Annotated[list[MethodBody], Field(max_length=MOST_METHODS)]


class MethodView(BaseModel):
    """Where messages go. One that is not verified waits for its code and gets nothing else.

    `secret` signs what is sent to a webhook (Standard Webhooks), and is shown until it is verified
    and when it is new. Until `old_secret_until` the one before signs too.
    """

    id: UUID
    site: str
    channel: Channel
    address: str
    verified: bool
    gone_at: AwareDatetime | None
    code_sent_at: AwareDatetime | None
    secret: str | None = None
    old_secret_until: AwareDatetime | None = None


class CodeBody(Body):
    """The code that arrived by the method."""

    site: Site
    method: UUID
    code: Annotated[str, Field(pattern="^[0-9]{6}$")]


@router.get("/v1/me/contact-methods")
async def list_my_contact_methods(caller: Member, tx: Tx) -> Page[MethodView]:
    found = await repository.list_methods(tx, caller.sites, caller.sub)
    return Page(items=[view(method, tx.ring) for method in found])


@router.put("/v1/me/contact-methods")
async def put_my_methods(
    request: Request, body: MethodsBody, caller: Member, tx: Tx
) -> Page[MethodView]:
    """Replace the list. A code goes to whatever is not verified; nothing else does until then."""
    caller.at_site(body.site)
    offered = offered_by(cast("Settings", runtime_of(request).settings))
    wanted = tuple(
        (m.channel, read_address(m.channel, m.address, offered, f"/methods/{i}/address"))
        for i, m in enumerate(body.methods)
    )
    methods = await handlers.put_my_methods(PutMyMethods(caller, body.site, wanted), tx)
    return Page(items=[view(method, tx.ring) for method in methods])


@router.post("/v1/me/contact-methods/verify", response_model=MethodView)
async def verify_my_method(
    request: Request, body: CodeBody, caller: Member, tx: Tx
) -> MethodView | Response:
    """Show that the code arrived; five tries within half an hour."""
    caller.at_site(body.site)
    command = VerifyMyMethod(caller, body.site, body.method, body.code)
    method = await handlers.verify_my_method(command, tx)
    if method is None:
        # Answered, not raised: the try must be counted.
        return problems.response(CodeWrong(), request.url.path)
    return view(method, tx.ring)


@router.post("/v1/me/contact-methods/{method_id}/rotate", responses=refused(403, 404, 409))
async def rotate_my_secret(method_id: UUID, caller: Member, tx: Tx) -> MethodView:
    """A new signing secret; for a day messages are signed with both, so that none is refused."""
    method, secret = await handlers.rotate_secret(RotateMySecret(caller, method_id), tx)
    return view(method, tx.ring, secret)


def view(method: ContactMethod, ring: KeyRing, secret: str | None = None) -> MethodView:
    if method.sealed_secret is not None and method.verified_at is None:
        secret = ring.open(str(method.id), method.sealed_secret, DataClass.IDENTITY).decode()
    shown = method.model_dump(include={"id", "site", "channel", "gone_at", "code_sent_at"})
    return MethodView(
        **shown,
        address=method.address(ring),
        verified=method.usable,
        secret=secret,
        old_secret_until=method.old_until,
    )
