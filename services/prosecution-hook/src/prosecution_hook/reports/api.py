"""Prosecutors' and courts' reports over HTTP: the same answer whoever they are about (R-09)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from prosecution_hook.reports import handlers
from prosecution_hook.reports.commands import (
    ReportCharge,
    ReportCourtDate,
    ReportDecision,
    ReportDisposition,
    ReportWarrant,
)
from shared.audit import unaudited
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute
from shared.inbound import RECEIPTED, Inlet, LineAnswer, Receipt
from shared.openapi import body_of, lines_of, problems

router = APIRouter(route_class=IdempotentRoute)

Reporter = Annotated[Caller, Depends(require("prosecutor-system", "court-system"))]

CHARGES = Inlet(ReportCharge, handlers.charge_filed)
DECISIONS = Inlet(ReportDecision, handlers.decision_made)
WARRANTS = Inlet(ReportWarrant, handlers.warrant_changed)
COURT_DATES = Inlet(ReportCourtDate, handlers.court_date_set)
DISPOSITIONS = Inlet(ReportDisposition, handlers.case_disposed)

INLETS: dict[str, Inlet[Any]] = {
    "charges": CHARGES,
    "decisions": DECISIONS,
    "warrants": WARRANTS,
    "court-dates": COURT_DATES,
    "dispositions": DISPOSITIONS,
}


def _add_routes(name: str, inlet: Inlet[Any]) -> None:
    """One kind of report: `POST /v1/<name>`, and a batch of up to 1,000 lines."""
    what = name.replace("-", " ")

    @unaudited(RECEIPTED)
    async def report(request: Request, caller: Reporter) -> Response:
        return await inlet.take(request, caller)

    @unaudited(RECEIPTED)
    async def report_batch(request: Request, caller: Reporter) -> Response:
        return await inlet.take_batch(request, caller)

    router.add_api_route(
        f"/v1/{name}",
        report,
        methods=["POST"],
        name=f"report_{name}",
        status_code=202,
        tags=[name],
        summary=f"Report {what}, one per request. The answer is the same whoever it is about.",
        response_model=Receipt,
        openapi_extra=body_of(inlet.model),
        responses=problems(400, 401, 403, 409, 413, 422, 503),
    )
    router.add_api_route(
        f"/v1/{name}:batch",
        report_batch,
        methods=["POST"],
        name=f"report_{name}_batch",
        tags=[name],
        summary=f"Report up to 1,000 {what}, a JSON object per line.",
        response_class=Response,
        openapi_extra=body_of(inlet.model, lines=True),
        responses=lines_of(LineAnswer, "One line per line, in order.")
        | problems(401, 403, 413, 422, 503),
    )


for _name, _inlet in INLETS.items():
    _add_routes(_name, _inlet)
