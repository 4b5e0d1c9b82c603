"""A site's policy over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel

from casework.policies import handlers, repository
from casework.policies.commands import SetPolicy
from casework.policies.domain import SitePolicy
from shared.callers import Caller, require
from shared.edges import Expected, etag
from shared.idempotency import IdempotentRoute, Tx

router = APIRouter(prefix="/v1/sites/{site}/policy", tags=["policy"], route_class=IdempotentRoute)

Reader = Annotated[
    Caller, Depends(require("case-manager", "supervisor", "program-manager", "referral-desk"))
]
Keeper = Annotated[Caller, Depends(require("program-manager", "supervisor"))]
Site = Annotated[str, Path(max_length=63, pattern="^[a-z0-9][a-z0-9-]*$")]


class PolicyAnswer(BaseModel):
    """The policy in force; version 0 is what holds where a site has set nothing."""

    site: str
    version: int
    policy: SitePolicy
    set_at: datetime | None = None


@router.get("", summary="What holds at a site")
async def show_policy(site: Site, caller: Reader, tx: Tx, response: Response) -> PolicyAnswer:
    caller.at_site(site)
    found = await repository.find_version(tx, site)
    response.headers.update(etag(found.version if found else 0))
    if found is None:
        return PolicyAnswer(site=site, version=0, policy=SitePolicy())
    return PolicyAnswer(site=site, version=found.version, policy=found.policy, set_at=found.set_at)


@router.put("", summary="Put the next version in force")
async def put_policy(
    site: Site, body: SitePolicy, caller: Keeper, expected: Expected, tx: Tx, response: Response
) -> PolicyAnswer:
    """Clocks that run keep their time; what begins from now on follows the new version."""
    caller.at_site(site)
    version = await handlers.set_policy(SetPolicy(site, body, caller.sub, expected), tx)
    response.headers.update(etag(version.version))
    return PolicyAnswer(site=site, version=version.version, policy=body, set_at=version.set_at)
