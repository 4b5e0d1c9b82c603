"""Rules of matching and review."""

from shared.errors import Conflict, NotFound


class NoSuchReview(NotFound):
    """There is no such review at this caller's sites."""


class ReviewNotOpen(Conflict):
    """This review was decided before, or its report has reached its retention bound."""


class PersonNoLongerMatched(Conflict):
    """This person's file was closed; reports are not matched to it any more."""


class AlreadyMerged(Conflict):
    """One of the two is part of a merge already, or both are the same: unmerge first."""


class NotMerged(Conflict):
    """This person is not merged into another."""
