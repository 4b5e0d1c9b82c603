"""What referral listens for."""

from referral.referrals import handlers
from referral.referrals.commands import AdvanceReferral
from referral.referrals.domain import ReferralState
from shared.database import Transaction
from shared.events import IntakeCompleted, ParticipantEnrolled
from shared.messages import Subscriptions


async def on_intake_completed(event: IntakeCompleted, tx: Transaction) -> None:
    await handlers.advance_referral(
        AdvanceReferral(event.subject, ReferralState.INTAKE_COMPLETED), tx
    )


async def on_participant_enrolled(event: ParticipantEnrolled, tx: Transaction) -> None:
    await handlers.advance_referral(AdvanceReferral(event.subject, ReferralState.ENROLLED), tx)


SUBSCRIPTIONS: Subscriptions = {
    IntakeCompleted: on_intake_completed,
    ParticipantEnrolled: on_participant_enrolled,
}
