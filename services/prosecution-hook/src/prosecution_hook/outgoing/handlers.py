"""What partners' systems are told, under which checks, and what comes of telling them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from prosecution_hook.disclosure.domain import Clearance, Withheld, Withholding
from prosecution_hook.disclosure.handlers import cover, put_on_record
from prosecution_hook.outgoing import repository
from prosecution_hook.outgoing.domain import CATEGORIES, WAITS, Delivery, Endpoint
from prosecution_hook.outgoing.errors import EndpointNotFound
from prosecution_hook.partners import handlers as partners
from shared.config import ServiceSettings
from shared.database import Transaction
from shared.events import Event
from shared.housekeeping import PAGE
from shared.webhooks import Answer, Outcome, Outgoing

KEPT = timedelta(days=90)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery that was cleared: what to send, under which consent."""

    delivery_id: UUID
    message: Outgoing


async def announce(event: Event, about: UUID, tx: Transaction) -> None:
    """An intent per endpoint that listens: the checks come when it is sent."""
    name = event.type.split(".")[2]
    for endpoint in await repository.list_listening(tx, event.site, name):
        delivery = Delivery(
            endpoint_id=endpoint.id,
            site=event.site,
            participant_key=event.subject,
            type=name,
            about=about,
            occurred_at=event.occurred_at,
            next_attempt_at=tx.now,
        )
        tx.add(delivery)
    tx.signal(repository.WAKE)


async def claim_jobs(tx: Transaction) -> tuple[list[Job], int]:
    """Claim what is due and clear each at this moment (R-02); returns how many were claimed too."""
    claimed = await repository.claim(tx)
    jobs, approved = [], dict[tuple[str, str], bool]()
    for delivery in claimed:
        endpoint = await repository.find_endpoint(tx, delivery.endpoint_id)
        if endpoint is None or endpoint.disabled_at is not None:
            delivery.end("undelivered", "endpoint_disabled", tx.now)
        elif not await _approved(endpoint, approved, tx):
            delivery.end("suppressed", "partner_not_approved", tx.now)
        elif (clearance := await _cleared(delivery, endpoint, tx)) is not None:
            secrets = endpoint.secrets(tx.ring, tx.now)
            body = delivery.body(clearance)
            message = Outgoing(str(delivery.id), endpoint.url, body, secrets)
            jobs.append(Job(delivery.id, message))
    return jobs, len(claimed)


async def _approved(
    endpoint: Endpoint, known: dict[tuple[str, str], bool], tx: Transaction
) -> bool:
    """Asked once per partner and claim."""
    key = (endpoint.site, endpoint.org)
    if key not in known:
        known[key] = await partners.may_be_told(*key, CATEGORIES, tx)
    return known[key]


async def _cleared(delivery: Delivery, endpoint: Endpoint, tx: Transaction) -> Clearance | None:
    proposal = delivery.proposal(endpoint)
    decision = await cover(proposal, tx)
    if isinstance(decision, Clearance) and delivery.disclosure_id is not None:
        # A repeat of what is on record: the same disclosure, if it is still covered.
        return decision
    if isinstance(decision, Withheld) and decision.reason is Withholding.CONSENT_UNKNOWN:
        delivery.hold_back(decision.reason, tx.now)
        return None
    put_on_record(proposal, decision, tx)
    if isinstance(decision, Withheld):
        delivery.end("suppressed", decision.reason, tx.now)
        return None
    delivery.disclosure_id = decision.disclosure_id
    return decision


async def record_answer(job: Job, answer: Answer, tx: Transaction) -> None:
    """An unknown is tried again too: its id stays, so the receiver can tell a repeat."""
    delivery = await repository.get_delivery(tx, job.delivery_id)
    if answer.outcome is Outcome.DELIVERED:
        delivery.end("delivered", answer.detail, tx.now)
    elif answer.outcome is Outcome.GONE or delivery.attempts > len(WAITS):
        delivery.end("undelivered", answer.detail, tx.now)
        await _disable(delivery, answer, tx)
    elif answer.outcome is Outcome.PERMANENT:
        delivery.end("undelivered", answer.detail, tx.now)
    else:
        delivery.postpone(answer.detail, tx.now, answer.retry_after or 0)


async def _disable(delivery: Delivery, answer: Answer, tx: Transaction) -> None:
    """Whoever looks after webhooks sees it in the list; the log is what alarms are made of."""
    endpoint = await repository.find_endpoint(tx, delivery.endpoint_id)
    if endpoint is not None and endpoint.disabled_at is None:
        because = "gone" if answer.outcome is Outcome.GONE else "no_answer_for_days"
        endpoint.disable(because, tx.now)
        log.error("webhooks.endpoint_disabled", endpoint=str(endpoint.id), because=because)


async def resend(endpoint: Endpoint, delivery_id: UUID, tx: Transaction) -> Delivery:
    """Send again what ended, under the same id and today's checks."""
    delivery = await repository.get_delivery(tx, delivery_id)
    if delivery.endpoint_id != endpoint.id:
        raise EndpointNotFound
    delivery.state, delivery.attempts, delivery.ended_at = "queued", 0, None
    # Another telling is another disclosure.
    delivery.disclosure_id, delivery.next_attempt_at = None, tx.now
    tx.signal(repository.WAKE)
    return delivery


async def forget_deliveries(tx: Transaction, _: ServiceSettings) -> int:
    return await repository.forget_deliveries(tx, tx.now - KEPT, PAGE)
