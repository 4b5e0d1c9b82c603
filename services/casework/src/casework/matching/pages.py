"""The review queue for people: two records side by side, why it is a question, three buttons."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from casework.matching import handlers, repository, views
from casework.matching.commands import DecideReview
from casework.matching.domain import Verdict
from casework.settings import Settings
from shared.callers import Caller
from shared.idempotency import Tx
from shared.page_session import PageRoute, require_page, root_of
from shared.pages import templates

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGES = templates("casework")
Reviewer = Annotated[Caller, Depends(require_page("identity-reviewer"))]
SHOWN = 20


@router.get("/reviews")
async def show_reviews(request: Request, caller: Reviewer, tx: Tx) -> Response:
    """What must be answered first comes first; the rest follows when these are answered."""
    found = await handlers.list_urgent_reviews(tx, caller.sites, SHOWN)
    context: dict[str, Any] = {
        "reviews": [views.question_of(*one) for one in found],
        "waiting": await repository.count_open_reviews(tx, caller.sites),
    }
    return PAGES.render(request, "reviews.html", caller=caller, **context)


@router.post("/reviews/{review_id}/decision")
async def decide_review(
    request: Request,
    review_id: UUID,
    caller: Reviewer,
    tx: Tx,
    decision: Annotated[Verdict, Form()],
) -> Response:
    settings: Settings = request.app.state.runtime.settings
    command = DecideReview(review_id, decision, caller.sub, caller.sites)
    await handlers.decide_review(command, tx, settings.policy)
    return RedirectResponse(f"{root_of(request)}/reviews", 303)
