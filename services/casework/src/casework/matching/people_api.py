"""Merging, unmerging and excluding people over HTTP; only identity reviewers (R-10)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from casework.matching import corrections
from casework.matching.api import Reviewer
from casework.matching.commands import ExcludePerson, MergePeople, UnmergePerson
from casework.settings import Settings
from shared.edges import Body
from shared.idempotency import IdempotentRoute, Tx
from shared.text import ONE_LINE

router = APIRouter(prefix="/v1/people", tags=["matching"], route_class=IdempotentRoute)

Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]+$"), ONE_LINE]


class MergeBody(Body):
    """`merged` becomes part of `into`, until it is unmerged."""

    merged: Key
    into: Key
    reason: Reason


class UnmergeBody(Body):
    """The person that was merged into another."""

    participant_key: Key


class ExcludeBody(Body):
    """`excluded: false` takes it back."""

    participant_key: Key
    reason: Reason
    excluded: bool = True


class MergeAnswer(BaseModel):
    """How the two stand now."""

    merged: str
    into: str
    merged_at: datetime
    unmerged_at: datetime | None


class ExcludeAnswer(BaseModel):
    """Whether reports are matched to the person."""

    participant_key: str
    excluded: bool


@router.post("/merge", summary="Two files are about one person")
async def merge_people(body: MergeBody, caller: Reviewer, tx: Tx) -> MergeAnswer:
    command = MergePeople(body.merged, body.into, body.reason, caller.sub, caller.sites)
    merge = await corrections.merge_people(command, tx)
    return MergeAnswer(**merge.model_dump(exclude={"into_key"}), into=merge.into_key)


@router.post("/unmerge", summary="They are two after all")
async def unmerge_person(
    request: Request, body: UnmergeBody, caller: Reviewer, tx: Tx
) -> MergeAnswer:
    settings: Settings = request.app.state.runtime.settings
    command = UnmergePerson(body.participant_key, caller.sub, caller.sites)
    merge = await corrections.unmerge_person(command, tx, settings.policy)
    return MergeAnswer(**merge.model_dump(exclude={"into_key"}), into=merge.into_key)


@router.post("/exclude", summary="Match no reports to a person, or again")
async def exclude_person(body: ExcludeBody, caller: Reviewer, tx: Tx) -> ExcludeAnswer:
    command = ExcludePerson(
        body.participant_key, body.reason, body.excluded, caller.sub, caller.sites
    )
    await corrections.exclude_person(command, tx)
    return ExcludeAnswer(participant_key=body.participant_key, excluded=body.excluded)
