"""What referral refuses."""

from shared.errors import Conflict, NotFound


class ReferralNotFound(NotFound):
    """No such referral for this caller."""


class ReferralContradicted(Conflict):
    """This record was referred before with other content."""


class ReferralIsOver(Conflict):
    """This referral was closed or withdrawn before."""
