"""Events as the other services publish them, about made-up people, and a case worked so far."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.events import (
    AlertRaised,
    ContactReported,
    IdentifierPart,
    NewChargeFiled,
    ParticipantReferred,
    PersonPart,
)
from shared.ids import new_id, new_participant_key
from shared.testing import Stage

SITE = "king-county"
NUMBER = IdentifierPart(system="spd-local", value="1629")
SAM = PersonPart(
    given="Samuel", surname="Testperson", dob=date(1980, 1, 2), sex="M", identifiers=(NUMBER,)
)
Headers = Callable[..., dict[str, str]]


def numbered(number: str) -> PersonPart:
    """Somebody known by a number alone."""
    return PersonPart(identifiers=(IdentifierPart(system="spd-local", value=number),))


def now() -> datetime:
    return datetime.now(UTC)


def referred(person: PersonPart = SAM, site: str = SITE, **changes: Any) -> ParticipantReferred:
    """An arrest diversion."""
    values = {
        "site": site,
        "subject": new_participant_key(),
        "occurred_at": now() - timedelta(hours=2),
        "referral_id": new_id(),
        "referral_type": "arrest_diversion",
        "source_system": "rms-spd",
        "person": person,
        "received_at": now() - timedelta(hours=2),
    }
    return ParticipantReferred(**(values | changes))


def _report(person: PersonPart, site: str, record: str) -> dict[str, Any]:
    receipt = new_id()
    return {
        "site": site,
        "subject": str(receipt),
        "receipt": receipt,
        "occurred_at": now() - timedelta(minutes=30),
        "received_at": now(),
        "source_record_id": record,
        "record_version": 1,
        "person": person,
    }


def booking(
    person: PersonPart = SAM, site: str = SITE, record: str = "BK-0001234", **changes: Any
) -> ContactReported:
    """A jail's report."""
    values = _report(person, site, record) | {
        "source_system": "jms-county-a",
        "contact_type": "booking",
        "facility": "County A Main",
        "booking_number": "BK-0001234",
        "arrest_basis": "warrant",
    }
    return ContactReported(**(values | changes))


def charge(person: PersonPart = SAM, site: str = SITE, **changes: Any) -> NewChargeFiled:
    """A prosecutor's report."""
    values = _report(person, site, "26-1-00456-3/1") | {
        "source_system": "pcms-kcpao",
        "kind": "filed",
        "cause_number": "26-1-00456-3",
    }
    return NewChargeFiled(**(values | changes))


def alert_for(report: ContactReported | NewChargeFiled, key: str) -> AlertRaised:
    """What the notifier answers to a re-contact."""
    return AlertRaised(
        site=report.site,
        subject=key,
        occurred_at=now(),
        alert_id=new_id(),
        alert_number=1,
        receipt=report.receipt,
        recipient="alice",
        due_at=now() + timedelta(minutes=30),
    )


async def open_a_file(stage: Stage, person: PersonPart = SAM, site: str = SITE) -> str:
    """Refer somebody; returns the participant key."""
    referral = referred(person, site)
    await stage.deliver_and_handle(referral)
    return referral.subject


def consent() -> dict[str, Any]:
    """A release of information as `api.md` shows it, signed just now."""
    return {
        "template_version": "roi-2026-1",
        "signed_at": now().isoformat(),
        "language": "en",
        "signature_evidence": "paper:scan-77",
        "grants": [
            {
                "recipient": {"org": "kcpao", "role": "liaison-prosecutor"},
                "categories": ["engagement_fact", "goals", "barriers"],
                "purposes": ["case_coordination"],
            }
        ],
        "effective_from": (now() - timedelta(days=1)).date().isoformat(),
        "expires": {"on": (now() + timedelta(days=365)).date().isoformat()},
    }


def intake() -> dict[str, Any]:
    return {"completed_at": now().isoformat(), "domains": ["housing", "health"]}


async def post(stage: Stage, path: str, body: Any, headers: dict[str, str]) -> Any:
    """POST that must succeed; returns the JSON answer."""
    answer = await stage.client.post(path, json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def enroll(stage: Stage, key: str, headers: Headers, case_manager: str = "alice") -> None:
    """Assign, complete intake, sign a release."""
    file = f"/v1/participants/{key}"
    body = {"case_manager": case_manager, "backup": "ben"}
    await post(stage, f"{file}/assignments", body, headers("supervisor", sub="carla"))
    alice = headers("case-manager", sub="alice")
    await post(stage, f"{file}/intake", intake(), alice)
    await post(stage, f"{file}/consents", consent(), alice)


async def tables_containing(stage: Stage, text: str) -> list[str]:
    """Every table of the database in which some value holds this text, in any case."""
    tables = await stage.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = [table["tablename"] for table in tables]
    return [name for name in names if text.lower() in await _everything_in(stage, name)]


async def _everything_in(stage: Stage, table: str) -> str:
    rows = await stage.rows(f"SELECT * FROM {table}")  # noqa: S608 - a table's own name
    values = [value for row in rows for value in row.values()]
    texts = [v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in values]
    return "\n".join(texts).lower()
