"""What is refused about partners."""

from shared.errors import DomainError, Forbidden, NotFound


class PartnerNotFound(NotFound):
    """No such partner at your sites."""


class PartnerNotApproved(DomainError):
    """This partner has no approved entry at the site: let the privacy officer approve it first."""


class OfficeNotApproved(Forbidden):
    """Your office is not known or not approved here: ask the program manager or privacy officer."""


class NothingToReview(DomainError):
    """Only emergency access that has not been reviewed yet can be reviewed."""
