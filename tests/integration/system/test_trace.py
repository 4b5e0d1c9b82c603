"""One booking, one trace: from the request to the mail, through two topics and four databases."""

import json
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind
from tests.integration.system.canaries import all_records
from tests.integration.system.house import KING, PARTICIPANT, House, now

from lead import reports
from shared.events import (
    AlertDelivered,
    AlertRaised,
    ContactReported,
    ParticipantRecontacted,
)
from shared.events.base import Event

Ids = tuple[str, str]


def ids_of(span: ReadableSpan) -> Ids:
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


def parent_of(span: ReadableSpan) -> str | None:
    return f"{span.parent.span_id:016x}" if span.parent else None


def carried(headers: dict[str, str]) -> Ids:
    _, trace, span, _ = headers["ce_traceparent"].split("-")
    return trace, span


async def outbox_headers(house: House, service: str, kind: type[Event]) -> list[dict[str, str]]:
    query = "SELECT headers FROM outbox WHERE type = $1 ORDER BY seq"
    rows = await house.stages[service].rows(query, kind.type)
    return [json.loads(row["headers"]) for row in rows]


async def book(house: House) -> tuple[str, dict[str, Any]]:
    """Book the participant once everything from before is done; the receipt and the alert."""
    await house.settle_in()
    await house.at_rest()
    body = reports.booking(KING, PARTICIPANT.as_jail_says, now())
    receipt = await house.report("referral", "/v1/contacts", house.jail, body)
    alert = await house.alerted(receipt)
    await house.at_rest()
    return receipt, alert


def one(spans: list[ReadableSpan], name: str, **attributes: str) -> ReadableSpan:
    """The only span of this name with these attributes."""
    found = [s for s in spans if s.name == name]
    wanted = {key.replace("_", "."): value for key, value in attributes.items()}
    [span] = [s for s in found if wanted.items() <= dict(s.attributes or {}).items()]
    return span


async def test_one_trace_from_the_request_to_the_mail(house: House) -> None:
    """Each step's span is the child of the step before it, and rows and records carry it along."""
    await book(house)
    posted = one(house.spans("referral"), "POST /v1/contacts", http_route="/v1/contacts")
    trace, post = ids_of(posted)
    matched = one(house.spans("casework"), f"process {ContactReported.type}")
    raised = one(house.spans("notifier"), f"process {ParticipantRecontacted.type}")
    mailed = one(house.spans("notifier"), "deliver email")
    marked = one(house.spans("casework"), f"process {AlertRaised.type}")

    assert posted.kind is SpanKind.SERVER
    assert {ids_of(span)[0] for span in (matched, raised, mailed, marked)} == {trace}
    assert parent_of(matched) == post
    assert parent_of(raised) == ids_of(matched)[1]
    assert parent_of(mailed) == parent_of(marked) == ids_of(raised)[1]
    assert posted.start_time < matched.start_time < raised.start_time < mailed.start_time  # type: ignore[operator]

    [reported] = await outbox_headers(house, "referral", ContactReported)
    [recontacted] = await outbox_headers(house, "casework", ParticipantRecontacted)
    assert carried(reported) == (trace, post)
    assert carried(recontacted) == ids_of(matched)
    servers = house.stages["referral"].runtime.settings.kafka_bootstrap_servers
    records = [
        {name: value.decode() for name, value in record.headers}
        for record in await all_records(servers)
    ]
    assert reported in records
    assert recontacted in records


async def test_correlation_stays_and_causes_link(house: House) -> None:
    """The report's id names the whole chain; each event names the one that it came of."""
    _, alert = await book(house)
    [reported] = await outbox_headers(house, "referral", ContactReported)
    [recontacted] = await outbox_headers(house, "casework", ParticipantRecontacted)
    [raised] = await outbox_headers(house, "notifier", AlertRaised)
    [delivered] = await outbox_headers(house, "notifier", AlertDelivered)
    [delivery] = await house.stages["notifier"].rows("SELECT id, alert_id FROM delivery")

    chain = (reported, recontacted, raised, delivered)
    assert {event["ce_correlationid"] for event in chain} == {reported["ce_id"]}
    assert "ce_causationid" not in reported
    assert recontacted["ce_causationid"] == reported["ce_id"]
    assert raised["ce_causationid"] == recontacted["ce_id"]
    # A mail is no event: what was delivered is the delivery, of this alert.
    assert delivered["ce_causationid"] == str(delivery["id"])
    assert str(delivery["alert_id"]) == alert["id"]
