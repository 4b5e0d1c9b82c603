"""Staff, contact methods and site policies over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from notifier.errors import CodeWrong
from notifier.routing import PROGRAM_LINE
from notifier.staff import handlers, repository
from notifier.staff.commands import ChangeMyAddress, PutSitePolicy, PutStaff, VerifyMyAddress
from notifier.staff.domain import SitePolicy, Staff
from shared import problems
from shared.callers import Caller, require
from shared.errors import Invalid
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Page

router = APIRouter(tags=["staff"], route_class=IdempotentRoute)

Keeper = Annotated[Caller, Depends(require("supervisor", "ops"))]
PolicyKeeper = Annotated[Caller, Depends(require("supervisor", "program-manager", "ops"))]
Member = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Sub = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.@:|+-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Email = Annotated[str, Field(min_length=3, max_length=254)]
Site = Annotated[str, Field(min_length=1, max_length=60)]
Minutes = Annotated[int, Field(ge=5, le=24 * 60)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StaffBody(_Body):
    """One person at one site. `backup` and `supervisor` are subs; casework's assignment wins."""

    site: Site
    name: Name
    email: Email
    backup: Sub | None = None
    supervisor: Sub | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"


class StaffView(BaseModel):
    """One person at one site."""

    site: str
    sub: str
    name: str
    email: str
    backup: str | None
    supervisor: str | None
    language: str


@router.put("/v1/staff/{sub}")
async def put_staff(
    sub: Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[\w.@:|+-]+$")],
    body: StaffBody,
    caller: Keeper,
    tx: Tx,
) -> StaffView:
    """Create or replace somebody at a site."""
    caller.at_site(body.site)
    if sub == PROGRAM_LINE:
        raise Invalid("This name stands for the program's own line.")
    staff = await handlers.put_staff(PutStaff(caller=caller, sub=sub, **body.model_dump()), tx)
    return StaffView(**staff.model_dump())


@router.get("/v1/staff")
async def list_staff(caller: Keeper, tx: Tx) -> Page[StaffView]:
    """Everybody at the caller's sites."""
    found = await repository.list_staff(tx, caller.sites)
    return Page(items=[StaffView(**staff.model_dump()) for staff in found])


class PolicyBody(_Body):
    """Who stands behind everybody, and how long the site waits for an answer."""

    supervisor: Sub | None = None
    program_line_email: Email | None = None
    custody_minutes: Minutes = 30
    safety_minutes: Minutes = 30
    legal_business_days: Annotated[int, Field(ge=1, le=10)] = 1


class PolicyView(PolicyBody):
    """A site's policy."""

    site: str


@router.put("/v1/sites/{site}/policy")
async def put_site_policy(site: str, body: PolicyBody, caller: PolicyKeeper, tx: Tx) -> PolicyView:
    caller.at_site(site)
    command = PutSitePolicy(caller=caller, site=site, **body.model_dump())
    return _policy(await handlers.put_site_policy(command, tx))


@router.get("/v1/sites/{site}/policy")
async def show_site_policy(site: str, caller: PolicyKeeper, tx: Tx) -> PolicyView:
    """The site's policy; the defaults where nothing was set."""
    caller.at_site(site)
    policy = await repository.find_policy(tx, site)
    return _policy(policy) if policy else PolicyView(site=site)


def _policy(policy: SitePolicy) -> PolicyView:
    return PolicyView(**policy.model_dump(exclude={"updated_by", "updated_at"}))


class ContactMethod(BaseModel):
    """Where messages go; one that is not verified waits for its code and gets none."""

    site: str
    channel: str
    address: str
    verified: bool


class MethodBody(_Body):
    """The address at which messages for this site shall arrive."""

    site: Site
    email: Email


class CodeBody(_Body):
    """The code that arrived at the new address."""

    site: Site
    code: Annotated[str, Field(pattern="^[0-9]{6}$")]


@router.get("/v1/me/contact-methods")
async def list_my_contact_methods(caller: Member, tx: Tx) -> Page[ContactMethod]:
    found = await repository.list_staff(tx, caller.sites, caller.sub)
    return Page(items=[method for staff in found for method in _methods(staff)])


@router.put("/v1/me/contact-methods")
async def change_my_address(body: MethodBody, caller: Member, tx: Tx) -> Page[ContactMethod]:
    """Change one's own address; messages go to the old one until the new one is verified."""
    caller.at_site(body.site)
    command = ChangeMyAddress(caller=caller, **body.model_dump())
    return Page(items=_methods(await handlers.change_my_address(command, tx)))


@router.post("/v1/me/contact-methods/verify", response_model=Page[ContactMethod])
async def verify_my_address(
    request: Request, body: CodeBody, caller: Member, tx: Tx
) -> Page[ContactMethod] | Response:
    """Show that the code arrived; five tries within half an hour."""
    caller.at_site(body.site)
    command = VerifyMyAddress(caller=caller, **body.model_dump())
    staff = await handlers.verify_my_address(command, tx)
    if staff is None:
        # Answered, not raised: the try must be counted.
        return problems.response(CodeWrong(), request.url.path)
    return Page(items=_methods(staff))


def _methods(staff: Staff) -> list[ContactMethod]:
    found = [(staff.email, True), (staff.new_email, False)]
    return [
        ContactMethod(site=staff.site, channel="email", address=address, verified=verified)
        for address, verified in found
        if address
    ]
