"""Values that several events share: who was reported, for what, and what comes next."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime

from shared.events.base import EventPart


class IdentifierPart(EventPart):
    """A number under which a source system knows the person."""

    system: str
    value: str


class PersonPart(EventPart):
    """The person as a source describes them. Always inside a sealed field."""

    given: str | None = None
    middle: str | None = None
    surname: str | None = None
    suffix: str | None = None
    aliases: tuple[str, ...] = ()
    dob: date | None = None
    age_from: int | None = None
    age_to: int | None = None
    sex: str | None = None
    identifiers: tuple[IdentifierPart, ...] = ()


class ChargePart(EventPart):
    """One charge as the agency wrote it: state statute, text, severity and NIBRS offense code."""

    seq: int
    statute: str | None = None
    text: str | None = None
    severity: str | None = None
    nibrs: str | None = None
    incident_at: AwareDatetime | None = None


class CourtDatePart(EventPart):
    """The next appearance."""

    court: str | None = None
    at: AwareDatetime


class ContactType(StrEnum):
    """The closed list of contacts with justice and emergency systems (domain.md 1.9)."""

    FIELD_CONTACT_NO_ENFORCEMENT = "field_contact_no_enforcement"
    COMMUNITY_COMPLAINT_911_311 = "community_complaint_911_311"
    CITATION_OR_SUMMONS = "citation_or_summons"
    ARREST_DIVERTED_AGAIN = "arrest_diverted_again"
    ARREST_TAKEN_INTO_CUSTODY = "arrest_taken_into_custody"
    BOOKING = "booking"
    CUSTODY_STATUS_CHANGE = "custody_status_change"
    RELEASE = "release"
    CHARGE_REFERRED = "charge_referred"
    CHARGE_FILED = "charge_filed"
    PROSECUTION_DECISION = "prosecution_decision"
    WARRANT_ISSUED = "warrant_issued"
    WARRANT_SERVED = "warrant_served"
    WARRANT_QUASHED = "warrant_quashed"
    COURT_EVENT_SET = "court_event_set"
    FAILURE_TO_APPEAR = "failure_to_appear"
    DISPOSITION = "disposition"
    VICTIM_OF_CRIME_CONTACT = "victim_of_crime_contact"
    OVERDOSE_OR_WELFARE_RESPONSE = "overdose_or_welfare_response"


class MatchTier(StrEnum):
    """How sure casework is that a report is about a person (domain.md 7.6)."""

    EXACT = "exact"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    NONE = "none"
