"""What prosecution-hook listens for."""

from prosecution_hook.coordination import handlers as coordination
from prosecution_hook.disclosure import handlers as disclosure
from prosecution_hook.erasure import forget
from prosecution_hook.holds import handlers as holds
from prosecution_hook.holds import repository as hold_rows
from prosecution_hook.holds.commands import StartHold
from prosecution_hook.ledger import handlers as ledger
from prosecution_hook.ledger.commands import KeepReport
from prosecution_hook.outgoing.handlers import announce
from shared.database import Transaction
from shared.events import (
    ChargeHoldDeadlinePassed,
    ChargeHoldExpiring,
    ChargeHoldResolved,
    ChargeHoldStarted,
    ConsentGranted,
    ConsentReinstated,
    ConsentRevoked,
    ConsentsConfirmed,
    CoordinationReplied,
    CoordinationRequested,
    IdentityCorrected,
    IntakeCompleted,
    ParticipantErased,
    ParticipantRecontacted,
    ParticipantReferred,
    RecontactCause,
    SiteTimeZoneSet,
)
from shared.messages import Subscription, Subscriptions
from shared.site_zones import keep_zone


async def on_participant_referred(event: ParticipantReferred, tx: Transaction) -> None:
    await holds.start_hold(StartHold(event), tx)


async def on_participant_recontacted(event: ParticipantRecontacted, tx: Transaction) -> None:
    if event.cause is RecontactCause.NEW_REFERRAL:
        await holds.link_referral(tx, event.receipt, event.subject)
    elif kept := await ledger.keep_report(KeepReport(event), tx):
        await coordination.follow(*kept, tx)


async def on_identity_corrected(event: IdentityCorrected, tx: Transaction) -> None:
    if empty := await ledger.withdraw_report(tx, event.receipt):
        await coordination.withdraw(empty, tx)
        await tx.delete(empty)


async def on_coordination_replied(event: CoordinationReplied, tx: Transaction) -> None:
    await coordination.keep_reply(event, tx)


async def on_intake_completed(event: IntakeCompleted, tx: Transaction) -> None:
    await hold_rows.note_intake(tx, event.subject, event.completed_at)


async def on_participant_erased(event: ParticipantErased, tx: Transaction) -> None:
    await forget(event, tx)


async def on_consent_granted(event: ConsentGranted, tx: Transaction) -> None:
    await disclosure.keep_consent(event, tx)


async def on_consent_revoked(event: ConsentRevoked, tx: Transaction) -> None:
    await disclosure.revoke_consent(event, tx)


async def on_consent_reinstated(event: ConsentReinstated, tx: Transaction) -> None:
    await disclosure.reinstate_consent(event, tx)


async def on_consents_confirmed(event: ConsentsConfirmed, tx: Transaction) -> None:
    await disclosure.confirm_consents(event, tx)


HoldEvent = ChargeHoldStarted | ChargeHoldExpiring | ChargeHoldDeadlinePassed | ChargeHoldResolved


async def on_hold_changed(event: HoldEvent, tx: Transaction) -> None:
    """Our own event: partners' systems are told of it, once it is a fact."""
    await announce(event, event.hold_id, tx)


async def on_coordination_requested(event: CoordinationRequested, tx: Transaction) -> None:
    """Our own event, too. Without a consent the item is the case manager's alone."""
    if event.visible_to_liaison:
        await announce(event, event.coordination_id, tx)


SUBSCRIPTIONS: Subscriptions = {
    ParticipantReferred: Subscription("on_participant_referred", on_participant_referred),
    ParticipantRecontacted: Subscription("on_participant_recontacted", on_participant_recontacted),
    IdentityCorrected: Subscription("on_identity_corrected", on_identity_corrected),
    CoordinationReplied: Subscription("on_coordination_replied", on_coordination_replied),
    IntakeCompleted: Subscription("on_intake_completed", on_intake_completed),
    ParticipantErased: Subscription("on_participant_erased", on_participant_erased),
    ConsentGranted: Subscription("on_consent_granted", on_consent_granted),
    ConsentRevoked: Subscription("on_consent_revoked", on_consent_revoked),
    ConsentReinstated: Subscription("on_consent_reinstated", on_consent_reinstated),
    ConsentsConfirmed: Subscription("on_consents_confirmed", on_consents_confirmed),
    ChargeHoldStarted: Subscription("on_hold_changed", on_hold_changed),
    ChargeHoldExpiring: Subscription("on_hold_changed", on_hold_changed),
    ChargeHoldDeadlinePassed: Subscription("on_hold_changed", on_hold_changed),
    ChargeHoldResolved: Subscription("on_hold_changed", on_hold_changed),
    CoordinationRequested: Subscription("on_coordination_requested", on_coordination_requested),
    SiteTimeZoneSet: Subscription("keep_zone", keep_zone),
}
