"""What is refused about criteria."""

from shared.errors import Conflict, NotFound


class CriteriaNotFound(NotFound):
    """This site has no criteria of that version."""


class CriteriaVersionTaken(Conflict):
    """This site has a version of that name: a version never changes, so give a new name."""


class CriteriaAlreadyPublished(Conflict):
    """This version was published before."""


class CriteriaNotPreviewed(Conflict):
    """Look at the preview first: which open and recent referrals this version would change."""
