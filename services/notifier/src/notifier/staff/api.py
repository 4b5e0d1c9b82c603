"""Staff and site policies over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from notifier.contacts.domain import Channel, ContactMethod
from notifier.contacts.repository import list_methods
from notifier.routing import PROGRAM_LINE
from notifier.staff import handlers, repository
from notifier.staff.commands import PutSitePolicy, PutStaff
from notifier.staff.domain import SitePolicy, Staff
from shared.callers import Caller, require
from shared.dates import Day, TimeOfDay
from shared.edges import Expected, etag
from shared.errors import Invalid
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Page
from shared.sealing import KeyRing
from shared.text import ONE_LINE

router = APIRouter(tags=["staff"], route_class=IdempotentRoute)

Keeper = Annotated[Caller, Depends(require("supervisor", "ops"))]
PolicyKeeper = Annotated[Caller, Depends(require("supervisor", "program-manager", "ops"))]
Sub = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.@:|+-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]
Email = Annotated[str, Field(min_length=3, max_length=254), ONE_LINE]
Site = Annotated[str, Field(min_length=1, max_length=60)]
Minutes = Annotated[int, Field(ge=5, le=24 * 60)]
OldHours = Annotated[int, Field(ge=1, le=24 * 366)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StaffBody(_Body):
    """One person at one site. `backup` and `supervisor` are subs; casework's assignment wins.

    A privacy officer hears of emergency access, and is handed no alert; supervisors name them.
    """

    site: Site
    name: Name
    email: Email
    backup: Sub | None = None
    supervisor: Sub | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"
    privacy_officer: bool = False


class StaffView(BaseModel):
    """One person at one site. `email`: the address that messages go to, if there is one."""

    site: str
    sub: str
    name: str
    email: str | None
    reachable: bool
    backup: str | None
    supervisor: str | None
    language: str
    privacy_officer: bool


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
    methods = await list_methods(tx, [body.site], sub)
    return _staff(staff, methods, tx.ring)


@router.get("/v1/staff")
async def list_staff(caller: Keeper, tx: Tx) -> Page[StaffView]:
    """Everybody at the caller's sites."""
    found = await repository.list_staff(tx, caller.sites)
    methods = await list_methods(tx, caller.sites)
    return Page(items=[_staff(staff, methods, tx.ring) for staff in found])


def _staff(staff: Staff, methods: list[ContactMethod], ring: KeyRing) -> StaffView:
    usable = (
        method.address(ring)
        for method in methods
        if (method.site, method.sub) == (staff.site, staff.sub)
        and method.channel == Channel.EMAIL
        and method.usable
    )
    return StaffView(**staff.model_dump(), email=next(usable, None))


class PolicyBody(_Body):
    """Who stands behind everybody, how long the site waits for an answer, when it is quiet.

    A contact that is older than its class's `old_hours` when it arrives wakes nobody; one message
    tells of all such. Who was booked within `held_days`, and never released, is told of at once.
    Times of day are on the site's clock. Quiet hours and digests are for field alerts only. One
    person gets `messages_at_most` within so many minutes; the next come as one, a little later.
    """

    supervisor: Sub | None = None
    program_line_email: Email | None = None
    custody_minutes: Minutes = 30
    safety_minutes: Minutes = 30
    legal_business_days: Annotated[int, Field(ge=1, le=10)] = 1
    custody_old_hours: OldHours = 72
    safety_old_hours: OldHours = 72
    legal_old_hours: OldHours = 720
    field_old_hours: OldHours = 72
    held_days: Annotated[int, Field(ge=1, le=3660)] = 90
    quiet_from: TimeOfDay | None = None
    quiet_until: TimeOfDay | None = None
    digests: Annotated[list[TimeOfDay], Field(max_length=24)] = []
    holidays: Annotated[list[Day], Field(max_length=100)] = []
    messages_at_most: Annotated[int, Field(ge=1, le=1000)] | None = None
    messages_within_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 10

    @model_validator(mode="after")
    def _quiet_has_both_ends(self) -> "PolicyBody":
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise PydanticCustomError("not_possible", "quiet_from and quiet_until go together.")
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise PydanticCustomError("not_possible", "quiet_from and quiet_until must differ.")
        return self


class PolicyView(PolicyBody):
    """A site's policy. Its version is its ETag; 0 means that nothing was set yet."""

    site: str
    version: int = 0


@router.put("/v1/sites/{site}/policy")
async def put_site_policy(
    site: str,
    body: PolicyBody,
    caller: PolicyKeeper,
    tx: Tx,
    response: Response,
    expected: Expected,
) -> PolicyView:
    """A new version of the policy. `If-Match` has the ETag of the one that it replaces."""
    caller.at_site(site)
    lists = {"digests": tuple(body.digests), "holidays": tuple(body.holidays)}
    values = body.model_dump() | lists
    command = PutSitePolicy(caller=caller, site=site, expected=expected, **values)
    return _policy(await handlers.put_site_policy(command, tx), response)


@router.get("/v1/sites/{site}/policy")
async def show_site_policy(
    site: str, caller: PolicyKeeper, tx: Tx, response: Response
) -> PolicyView:
    """The site's policy; the defaults where nothing was set."""
    caller.at_site(site)
    policy = await repository.find_policy(tx, site)
    if policy is None:
        response.headers.update(etag(0))
        return PolicyView(site=site)
    return _policy(policy, response)


def _policy(policy: SitePolicy, response: Response) -> PolicyView:
    response.headers.update(etag(policy.version))
    return PolicyView(**policy.model_dump(exclude={"updated_by", "updated_at"}))
