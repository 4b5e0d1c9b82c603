"""What casework tells the hook: matched charges, releases of information, and that it is there."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.events import (
    ChargePart,
    ConsentGranted,
    ConsentRevoked,
    ConsentsConfirmed,
    GrantPart,
    MatchTier,
    ParticipantRecontacted,
    RecontactCause,
)
from shared.testing import Stage

KEY = "p_0123456789abcdef01234567"


def recontacted(stage: Stage, **changes: Any) -> ParticipantRecontacted:
    """What casework publishes for a matched charge."""
    now = stage.clock.now()
    values: dict[str, Any] = {
        "site": "king-county",
        "subject": KEY,
        "occurred_at": now,
        "cause": RecontactCause.NEW_CHARGE,
        "tier": MatchTier.EXACT,
        "receipt": uuid4(),
        "reported_by": "pcms-kcpao",
        "source_record_id": "26-1-00456-3/1",
        "received_at": now,
        "display_name": "Canary Testperson",
        "case_manager": "alice-canary",
        "cause_number": "26-1-00456-3",
        "charges": (ChargePart(seq=1, text="Theft 3", incident_at=now - timedelta(days=90)),),
    }
    return ParticipantRecontacted(**(values | changes))


def granted(
    stage: Stage, consent_id: UUID | None = None, days: int = 365, **changes: Any
) -> ConsentGranted:
    """A release of information to the liaison prosecutor."""
    now = stage.clock.now()
    grant = {
        "recipient_org": "kcpao",
        "recipient_role": "liaison-prosecutor",
        "categories": ("engagement_fact",),
        "purposes": ("case_coordination",),
    }
    return ConsentGranted(
        site="king-county",
        subject=KEY,
        occurred_at=now,
        consent_id=consent_id or uuid4(),
        grants=(GrantPart(**(grant | changes)),),
        effective_from=now.date() - timedelta(days=1),
        expires_on=now.date() + timedelta(days=days),
    )


def revoked(stage: Stage, consent_id: UUID) -> ConsentRevoked:
    """The participant takes the release back."""
    now = stage.clock.now()
    return ConsentRevoked(
        site="king-county", subject=KEY, occurred_at=now, consent_id=consent_id, revoked_at=now
    )


async def consents_confirmed(stage: Stage) -> None:
    """Casework's word that the hook knows every consent as of now, after the clock was moved."""
    word = ConsentsConfirmed(
        site="every-site", subject="consents", occurred_at=stage.clock.now(), every_seconds=15
    )
    await stage.deliver_and_handle(word)
