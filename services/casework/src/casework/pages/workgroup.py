"""The work group's agenda, its actions, and a packet to print for each who attends."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from casework.edges import edit_by
from casework.pages import words
from casework.pages.board import PAGES, Staff
from casework.pages.forms import Text, checked, local
from casework.pages.roster import roster_of
from casework.participants import repository as files
from casework.participants.person import display_name
from casework.workgroup import handlers, repository
from casework.workgroup.api import ActionBody
from casework.workgroup.commands import AssignAction, FinishAction, MakePacket
from casework.workgroup.domain import NOTICE, Attendee
from shared.callers import Caller
from shared.database import Transaction
from shared.errors import Forbidden, Malformed
from shared.idempotency import Tx
from shared.page_session import PageRoute, root_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Site = Annotated[str | None, Query(max_length=63, pattern="^[a-z0-9][a-z0-9-]*$")]


def _back(request: Request, site: str) -> Response:
    return RedirectResponse(f"{root_of(request)}/workgroup?site={site}", 303)


def _supervised(caller: Caller) -> None:
    if not caller.has("supervisor"):
        raise Forbidden("A supervisor prepares the meeting and keeps what it decided.")


@router.get("/workgroup")
async def show_agenda(request: Request, caller: Staff, tx: Tx, site: Site = None) -> Response:
    """One site's agenda: a meeting is a site's."""
    sites = sorted(caller.sites)
    here = site or sites[0]
    caller.at_site(here)
    rows = await handlers.build_agenda(here, tx)
    context: dict[str, Any] = {
        "site": here,
        "sites": sites,
        "entries": [(row, display_name(row["given"], row["surname"])) for row in rows],
        "actions": await _actions(tx, here),
        "roster": await roster_of(tx, [here]),
        "recipients": await repository.list_recipients(tx, here),
        "words": words,
    }
    return PAGES.render(request, "workgroup.html", caller=caller, **context)


async def _actions(tx: Transaction, site: str) -> list[dict[str, Any]]:
    """Those that are open, in words, with whom each is about."""
    found = await repository.list_open_actions(tx, site)
    people = await files.list_people(tx, [action.participant_key for action in found])
    return [
        {
            "action": action,
            "what": action.what(tx.ring),
            "who": display_name(*people[action.participant_key].shown_as),
        }
        for action in found
    ]


@router.post("/workgroup/packets")
async def make_packet(
    request: Request, caller: Staff, tx: Tx, recipient: Text, site: Annotated[str, Form()]
) -> Response:
    """Shown once, to be printed; by the name in documents, which is the one that offices know."""
    _supervised(caller)
    caller.at_site(site)
    # An answer to a keyed request is stored; nobody's packet may lie about.
    if "idempotency-key" in request.headers:
        raise Malformed("A packet is made anew each time, and accounted for each time.")
    role, _, org = recipient.partition("|")
    if role not in list(Attendee) or not org:
        raise Malformed("Choose for whom the packet is.")
    packet = await handlers.make_packet(MakePacket(Attendee(role), org, site, caller.sub), tx)
    people = await files.list_people(tx, [key for key, _ in packet])
    context: dict[str, Any] = {
        "site": site,
        "role": role,
        "org": org,
        "entries": [(people[key], facts) for key, facts in packet],
        "notice": NOTICE,
        "words": words,
    }
    return PAGES.render(request, "packet.html", caller=caller, **context)


@router.post("/workgroup/actions")
async def assign_action(
    request: Request, caller: Staff, tx: Tx,
    participant_key: Text, owner: Text, what: Text, due_at: Text,
) -> Response:  # fmt: skip
    _supervised(caller)
    due = await local(tx, participant_key, caller, "due_at", due_at)
    body = checked(ActionBody, participant_key=participant_key, owner=owner, what=what, due_at=due)
    edit = edit_by(caller, participant_key, None)
    action = await handlers.assign_action(AssignAction(edit, body.owner, body.what, due), tx)
    return _back(request, action.site)


@router.post("/workgroup/actions/{action_id}/done")
async def finish_action(request: Request, action_id: UUID, caller: Staff, tx: Tx) -> Response:
    action = await handlers.finish_action(FinishAction(action_id, caller.sub, caller.sites), tx)
    return _back(request, action.site)
