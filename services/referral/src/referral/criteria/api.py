"""A site's criteria over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict

from referral.criteria import handlers, repository
from referral.criteria.commands import DraftCriteria, PublishCriteria
from referral.criteria.domain import CriteriaContent, Outcome, VersionName
from referral.criteria.kinds import Met
from referral.criteria.repository import CriteriaVersion
from shared.callers import Caller, require
from shared.errors import FieldError, Invalid
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.reports import Site

router = APIRouter(route_class=IdempotentRoute, tags=["criteria"])

Manager = Annotated[Caller, Depends(require("program-manager"))]
Version = Annotated[VersionName, Path()]
SiteOf = Annotated[Site | None, Query(description="Needed by who works for several sites.")]


class CriteriaView(BaseModel):
    """One version. `in_force`: new referrals begin under it."""

    site: str
    version: str
    in_force: bool
    content: CriteriaContent
    written_by: str | None
    written_at: datetime | None
    previewed_at: datetime | None
    published_by: str | None
    published_at: datetime | None


class CriteriaBody(BaseModel):
    """A new version."""

    model_config = ConfigDict(extra="forbid")

    site: Site
    version: VersionName
    content: CriteriaContent


class ShiftView(BaseModel):
    """A criterion that would come out differently; null where a version does not have it."""

    criterion: str
    was: Met | None
    would_be: Met | None


class ChangeView(BaseModel):
    """A referral that would come out differently; an outcome is null while a question is open."""

    referral_id: UUID
    state: str
    criteria_version: str
    was: Outcome | None
    would_be: Outcome | None
    criteria: list[ShiftView]


class Preview(BaseModel):
    """What a version would change among open and recent referrals. Nothing was changed."""

    looked_at: int
    changes: list[ChangeView]


@router.get("/v1/criteria")
async def list_criteria(
    caller: Manager, tx: Tx, site: SiteOf = None
) -> dict[str, list[CriteriaView]]:
    """The version in force, and what the site wrote."""
    at = _site(caller, site)
    current = await repository.get_current(tx, at)
    others = [v for v in await repository.list_criteria(tx, at) if v.version != current.version]
    return {"items": _views([current, *others], current)}


@router.post("/v1/criteria", status_code=201, responses=problems(403, 409, 422))
async def draft_criteria(body: CriteriaBody, caller: Manager, tx: Tx) -> CriteriaView:
    """Write a new version. It changes nothing until it is published."""
    caller.at_site(body.site)
    command = DraftCriteria(body.site, body.version, body.content, caller.sub)
    draft = await handlers.draft_criteria(command, tx)
    return _views([draft], await repository.get_current(tx, body.site))[0]


@router.post("/v1/criteria/{version}/preview", responses=problems(403, 404, 422))
async def preview_criteria(
    version: Version, caller: Manager, tx: Tx, site: SiteOf = None
) -> Preview:
    """Which open and recent referrals this version would change, and how."""
    looked_at, changes = await handlers.preview_criteria(_site(caller, site), version, tx)
    return Preview.model_validate(
        {"looked_at": looked_at, "changes": changes}, from_attributes=True
    )


@router.post("/v1/criteria/{version}/publish", responses=problems(403, 404, 409, 422))
async def publish_criteria(
    version: Version, caller: Manager, tx: Tx, site: SiteOf = None
) -> CriteriaView:
    """New referrals begin under this version; running ones keep theirs."""
    command = PublishCriteria(_site(caller, site), version, caller.sub)
    published = await handlers.publish_criteria(command, tx)
    return _views([published], published)[0]


def _site(caller: Caller, site: str | None) -> str:
    """The site that is meant. Raises Forbidden for another's, Invalid when it cannot be told."""
    if site is None and len(caller.sites) != 1:
        hint = "Name the site: this token is valid for several."
        raise Invalid(errors=(FieldError("/site", "missing", hint),))
    wanted = site or next(iter(caller.sites))
    caller.at_site(wanted)
    return wanted


def _views(versions: Sequence[CriteriaVersion], current: CriteriaVersion) -> list[CriteriaView]:
    return [
        CriteriaView(
            in_force=version.version == current.version,
            **{name: getattr(version, name) for name in CriteriaVersion.__slots__},
        )
        for version in versions
    ]
