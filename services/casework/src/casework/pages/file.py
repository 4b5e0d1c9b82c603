"""One participant's file: what is next, the plan beside it, and one timeline of everything."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from casework.consents import repository as consents
from casework.consents.domain import Category
from casework.edges import Key
from casework.exits.handlers import undo_until
from casework.facts import repository as facts
from casework.matching.people import list_former
from casework.naming.repository import list_names
from casework.pages import words
from casework.pages.board import PAGES, Staff
from casework.pages.repository import count_caseloads
from casework.pages.roster import roster_of
from casework.participants import repository as files
from casework.participants.domain import ParticipantFile
from casework.plans import repository as plans
from casework.timeline.api import Kind, position
from casework.timeline.repository import list_timeline
from casework.work.repository import list_open
from shared.callers import Caller
from shared.database import Transaction
from shared.idempotency import Tx
from shared.page_session import PageRoute
from shared.page_time import form_time

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PER_PAGE = 30


async def opened(tx: Transaction, key: str, caller: Caller) -> dict[str, Any]:
    """What every page about one participant needs."""
    file = await files.get_file(tx, key, caller.sites)
    person = (await files.list_people(tx, [key]))[key]
    return {
        "file": file,
        "person": person,
        "full_name": person.called,
        "roster": await roster_of(tx, [file.site]),
        "words": words,
        "local_now": form_time(tx.now, file.site),
        "site": file.site,
    }


@router.get("/participants/{key}")
async def show_file(
    request: Request,
    key: Key,
    caller: Staff,
    tx: Tx,
    kind: Kind | None = None,
    before: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    found = await opened(tx, key, caller)
    kinds = [kind] if kind else []
    entries = await list_timeline(tx, key, PER_PAGE + 1, position(before), kinds)
    last = entries[PER_PAGE - 1] if len(entries) > PER_PAGE else None
    return PAGES.render(
        request,
        "file.html",
        caller=caller,
        items=await list_open(tx, caller.sites, limit=20, participant_key=key),
        plan=await _plan(tx, found["file"]),
        names=await list_names(tx, key),
        numbers=await facts.list_numbers(tx, key),
        corrections=await facts.list_corrections(tx, key),
        former=await list_former(tx, key),
        in_force=await consents.list_in_force(tx, key, found["file"].site),
        entries=[(entry, found["roster"].named(entry["detail"])) for entry in entries[:PER_PAGE]],
        older=f"{last['at'].isoformat()}_{last['id']}" if last else None,
        kind=kind,
        undo_until=await undo_until(tx, found["file"]),
        load=await count_caseloads(tx, found["file"].site) if caller.has("supervisor") else {},
        **found,
    )


async def _plan(tx: Transaction, file: ParticipantFile) -> dict[str, Any] | None:
    plan = await plans.find_current_plan(tx, file.participant_key)
    return {"version": plan, "goals": plan.goals(tx.ring)} if plan else None


@router.get("/participants/{key}/intake")
async def show_intake(request: Request, key: Key, caller: Staff, tx: Tx) -> Response:
    return PAGES.render(request, "intake.html", caller=caller, **await opened(tx, key, caller))


@router.get("/participants/{key}/plan")
async def show_plan(request: Request, key: Key, caller: Staff, tx: Tx) -> Response:
    """The newest version as the start of the next."""
    found = await opened(tx, key, caller)
    plan = await _plan(tx, found["file"])
    return PAGES.render(
        request,
        "plan.html",
        caller=caller,
        plan=plan,
        rows=[*(plan["goals"] if plan else ()), None, None],
        versions=await plans.list_versions(tx, key),
        **found,
    )


@router.get("/participants/{key}/consents")
async def show_consents(request: Request, key: Key, caller: Staff, tx: Tx) -> Response:
    """What may be told to whom, and the way to take it back."""
    found = await opened(tx, key, caller)
    return PAGES.render(
        request,
        "consents.html",
        caller=caller,
        signed=await consents.list_consents(tx, key),
        today=consents.today_at(tx, found["file"].site),
        categories=list(Category),
        **found,
    )
