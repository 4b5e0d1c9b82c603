"""A site's prosecution policy over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from prosecution_hook.policy import handlers, repository
from prosecution_hook.policy.commands import PublishPolicy
from prosecution_hook.policy.domain import Policy
from shared.callers import Caller, require
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.reports import Site

router = APIRouter(prefix="/v1/policy", tags=["policy"], route_class=IdempotentRoute)

Reader = Annotated[
    Caller, Depends(require("program-manager", "liaison-prosecutor", "supervisor", "ops"))
]
Publisher = Annotated[Caller, Depends(require("program-manager"))]


class PolicyBody(Body):
    """The next version of a site's policy."""

    site: Site
    policy: Policy


class PolicyAnswer(BaseModel):
    """A version; 0 is the default of a site that published none."""

    site: str
    version: int
    policy: Policy
    published_at: datetime | None = None
    published_by: str | None = None


@router.get("", responses=problems(401, 403, 422))
async def read_policy(
    caller: Reader, tx: Tx, response: Response, site: Annotated[Site, Query()]
) -> PolicyAnswer:
    caller.at_site(site)
    version, policy = await repository.current(tx, site)
    response.headers.update(etag(version))
    return PolicyAnswer(site=site, version=version, policy=policy)


@router.post("", status_code=201, responses=problems(401, 403, 412, 422))
async def publish_policy(
    body: PolicyBody, caller: Publisher, expected: Expected, tx: Tx, response: Response
) -> PolicyAnswer:
    """Publish the next version. What runs keeps the version under which it started."""
    caller.at_site(body.site)
    command = PublishPolicy(body.site, body.policy, caller.sub, expected)
    published = await handlers.publish_policy(command, tx)
    response.headers.update(etag(published.version))
    return PolicyAnswer(**published.model_dump(exclude={"content"}), policy=body.policy)
