"""What is refused about partners."""

from shared.errors import DomainError, Forbidden, NotFound


class PartnerNotFound(NotFound):
    """No such partner at your sites."""


class PartnerNotApproved(DomainError):
    """This partner has no approved entry at the site: let the privacy officer approve it first."""


class OfficeNotApproved(Forbidden):
    """Your office has no approved entry at this site: ask its privacy officer for the approval."""


class NothingToReview(DomainError):
    """Only emergency access that has not been reviewed yet can be reviewed."""
