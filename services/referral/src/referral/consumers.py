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
    SiteTimeZoneSet,
)
from shared.messages import Subscription, Subscriptions
from shared.site_zones import keep_zone
from shared.stored_answers import forget_answers


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
    await forget_answers(tx, event.subject)
    await handlers.erase_referrals(EraseReferrals(event.erasure_id, event.site, event.subject), tx)


SUBSCRIPTIONS: Subscriptions = {
    OutreachMade: Subscription("on_outreach_made", on_outreach_made),
    IntakeScheduled: Subscription("on_intake_scheduled", on_intake_scheduled),
    IntakeCompleted: Subscription("on_intake_completed", on_intake_completed),
    ParticipantEnrolled: Subscription("on_participant_enrolled", on_participant_enrolled),
    ReferralAttached: Subscription("on_referral_attached", on_referral_attached),
    ParticipantErased: Subscription("on_participant_erased", on_participant_erased),
    SiteTimeZoneSet: Subscription("keep_zone", keep_zone),
}
