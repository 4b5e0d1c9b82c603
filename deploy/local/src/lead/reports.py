"""What the simulated city's systems post: the bodies of `api.md`, about made-up people."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from lead.people import MadeUpPerson

FACILITY = "County A Main"
STOLEN = "Theft 3"


def referral(site: str, person: MadeUpPerson, now: datetime) -> dict[str, Any]:
    """An officer diverts an arrest."""
    at = (now - timedelta(minutes=20)).isoformat()
    charge = {
        "seq": 1,
        "statute": "RCW 69.50.4013",
        "text": "Possession",
        "severity": "misdemeanor",
        "nibrs": "35A",
        "incident_at": at,
    }
    return {
        "site": site,
        "referral_type": "arrest_diversion",
        "source_system": "rms-spd",
        "source_record_id": f"GO-{_number()}",
        "occurred_at": at,
        "referrer": {
            "agency_ori": "WASPD0000",
            "name": "Ofc. Rivera",
            "badge": "7781",
            "callback": "+12065550100",
        },
        "person": person.as_police_say,
        "location": {"text": "3rd & Pine", "beat": "K3"},
        "charges": [charge],
        "observed_needs": ["substance", "poverty"],
        "person_response": "accepted",
    }


def booking(site: str, person: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A jail books somebody on a warrant."""
    number = f"BK-{_number()}"
    return {
        "site": site,
        "source_system": "jms-county-a",
        "source_record_id": number,
        "record_version": 1,
        "contact_type": "booking",
        "occurred_at": (now - timedelta(minutes=2)).isoformat(),
        "agency_ori": "WA0170000",
        "arrest_basis": "warrant",
        "person": person,
        "booking": {"number": number, "facility": FACILITY},
        "next_court": {"court": "Municipal", "at": (now + timedelta(days=1)).isoformat()},
    }


def charge(site: str, person: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A prosecutor files a charge."""
    number = f"26-1-{_number()}"
    return {
        "site": site,
        "source_system": "pcms-kcpao",
        "source_record_id": f"{number}/1",
        "record_version": 1,
        "kind": "filed",
        "cause_number": number,
        "incident_number": f"2025-{_number()}",
        "incident_at": (now - timedelta(days=90)).isoformat(),
        "filed_at": (now - timedelta(minutes=1)).isoformat(),
        "court": "King County District",
        "person": person,
        "charges": [
            {"seq": 1, "statute": "RCW 9A.56.050", "text": STOLEN, "severity": "misdemeanor",
             "nibrs": "23H"}
        ],
        "next_court": {
            "court": "King County District", "at": (now + timedelta(days=14)).isoformat(),
        },
    }  # fmt: skip


def consent(now: datetime) -> dict[str, Any]:
    """A release of information for the liaison prosecutor, for one year."""
    today = now.date()
    return {
        "template_version": "roi-2026-1",
        "signed_at": now.isoformat(),
        "language": "en",
        "signature_evidence": "paper:scan-77",
        "grants": [
            {
                "recipient": {"org": "kcpao", "role": "liaison-prosecutor"},
                "categories": ["engagement_fact", "goals", "barriers"],
                "purposes": ["case_coordination"],
            }
        ],
        # The site's day may still be yesterday's.
        "effective_from": (today - timedelta(days=1)).isoformat(),
        "expires": {"on": (today + timedelta(days=365)).isoformat()},
    }


def plan(now: datetime) -> dict[str, Any]:
    """The participant's own first goals."""
    return {
        "goals": [
            {"domain": "housing", "statement": "A room of my own.", "steps": ["Housing list"]},
            {"domain": "identity_documents", "statement": "Get my ID back."},
        ],
        "agreed_at": now.isoformat(),
        "review_on": (now + timedelta(days=30)).date().isoformat(),
    }


def _number() -> str:
    return f"{uuid4().int % 10**10:010}"
