"""What referral listens for."""

from referral.referrals import handlers
from referral.referrals.commands import (
    AdvanceReferral,
    AttachReferral,
    EraseReferrals,
    NoteOutreach,
)
from referral.referrals.domain import ReferralState
from shared.database import Transaction
from shared.events import (
    IntakeCompleted,
    IntakeScheduled,
    OutreachMade,
    ParticipantEnrolled,
    ParticipantErased,
    ReferralAttached,
)
from shared.messages import Subscriptions


async def on_outreach_made(event: OutreachMade, tx: Transaction) -> None:
    await handlers.note_outreach(NoteOutreach(event.subject, event.made_at), tx)


async def on_intake_scheduled(event: IntakeScheduled, tx: Transaction) -> None:
    await handlers.advance_referral(
        AdvanceReferral(event.subject, ReferralState.INTAKE_SCHEDULED), tx
    )


async def on_intake_completed(event: IntakeCompleted, tx: Transaction) -> None:
    await handlers.advance_referral(
        AdvanceReferral(event.subject, ReferralState.INTAKE_COMPLETED), tx
    )


async def on_participant_enrolled(event: ParticipantEnrolled, tx: Transaction) -> None:
    await handlers.advance_referral(AdvanceReferral(event.subject, ReferralState.ENROLLED), tx)


async def on_referral_attached(event: ReferralAttached, tx: Transaction) -> None:
    await handlers.attach_referral(AttachReferral(event.referral_id, event.subject, event.tier), tx)


async def on_participant_erased(event: ParticipantErased, tx: Transaction) -> None:
    await handlers.erase_referrals(EraseReferrals(event.erasure_id, event.site, event.subject), tx)


SUBSCRIPTIONS: Subscriptions = {
    OutreachMade: on_outreach_made,
    IntakeScheduled: on_intake_scheduled,
    IntakeCompleted: on_intake_completed,
    ParticipantEnrolled: on_participant_enrolled,
    ReferralAttached: on_referral_attached,
    ParticipantErased: on_participant_erased,
}
