"""What referral refuses."""

from shared.errors import Conflict, Gone, Invalid, NotFound


class ReferralNotFound(NotFound):
    """No such referral for this caller."""


class ReferralErasedBefore(Gone):
    """What this referral said was erased, with the person's data."""


class ReferralContradicted(Conflict):
    """This record was referred before with other content."""


class ReferralIsOver(Conflict):
    """This referral was closed, declined or withdrawn before."""


class NotAtThisPoint(Conflict):
    """The referral has not come to this step, or is past it: read it again."""


class DoorClosed(Invalid):
    """The site takes no referrals through this door."""


class ScreeningIncomplete(Invalid):
    """The criteria do not allow this decision as it stands; `errors` says what is missing."""
