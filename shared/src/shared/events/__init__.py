"""The event catalogue: one class per event, one tuple of them all."""

from shared.events.base import Event, EventPart, sealed_classes
from shared.events.casework import (
    CaseManagerAssigned,
    ConsentGranted,
    ConsentRevoked,
    GrantPart,
    IdentityReviewRaised,
    IntakeCompleted,
    ParticipantEnrolled,
    ParticipantRecontacted,
    PlanUpdated,
    RecontactCause,
)
from shared.events.notifier import AlertAcknowledged, AlertDelivered, AlertEscalated, AlertRaised
from shared.events.parts import (
    ChargePart,
    ContactType,
    CourtDatePart,
    IdentifierPart,
    MatchTier,
    PersonPart,
)
from shared.events.prosecution import NewChargeFiled
from shared.events.referral import ContactReported, ParticipantReferred
from shared.events.report import Report

ALL: tuple[type[Event], ...] = (
    ParticipantReferred,
    ContactReported,
    NewChargeFiled,
    ParticipantEnrolled,
    IntakeCompleted,
    CaseManagerAssigned,
    ConsentGranted,
    ConsentRevoked,
    PlanUpdated,
    ParticipantRecontacted,
    IdentityReviewRaised,
    AlertRaised,
    AlertDelivered,
    AlertAcknowledged,
    AlertEscalated,
)

TOPICS: tuple[str, ...] = tuple(sorted({event.topic for event in ALL}))


def dead_letter_topic(service: str) -> str:
    """Where one service's dead letters go."""
    return f"lead.{service}.dead-letters"


__all__ = [
    "ALL",
    "TOPICS",
    "AlertAcknowledged",
    "AlertDelivered",
    "AlertEscalated",
    "AlertRaised",
    "CaseManagerAssigned",
    "ChargePart",
    "ConsentGranted",
    "ConsentRevoked",
    "ContactReported",
    "ContactType",
    "CourtDatePart",
    "Event",
    "EventPart",
    "GrantPart",
    "IdentifierPart",
    "IdentityReviewRaised",
    "IntakeCompleted",
    "MatchTier",
    "NewChargeFiled",
    "ParticipantEnrolled",
    "ParticipantRecontacted",
    "ParticipantReferred",
    "PersonPart",
    "PlanUpdated",
    "RecontactCause",
    "Report",
    "dead_letter_topic",
    "sealed_classes",
]
