"""What the notifier refuses."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class AlertNotFound(NotFound):
    """No alert of this id is in your inbox or at your site."""


class AlertEnded(Conflict):
    """This alert has ended: nobody is being asked any more, so there is nothing to hand over."""


class AlertWithdrawn(Conflict):
    """This alert was withdrawn already."""


class NobodyLeft(Conflict):
    """Everybody on the route was asked already: take it, or hand it over to somebody by name."""


class LinkOver(NotFound):
    """This link does not lead anywhere any more: sign in to see what waits for you."""


class StaffNotFound(NotFound):
    """The notifier knows nobody of this name at the site."""


class NothingSigned(Conflict):
    """Only what is sent to a webhook is signed: this method has no secret."""


class OnlySupervisors(Forbidden):
    """Who opens emergency access does not say who hears of it: a supervisor must change this."""


class NotReachable(Conflict):
    """The person has no contact method at this site, so nothing can be handed over to them."""


class AddressRefused(Invalid):
    """This is not an address that mail can be sent to."""


class ChannelNotOffered(Invalid):
    """Messages cannot be sent this way here."""


class MethodNotFound(NotFound):
    """You have no contact method of this id at the site."""


class WouldBeUnreachable(Conflict):
    """This would leave no way to reach you: keep the old one until the code of a new one is in."""


class TooManyCodes(Conflict):
    """Too many codes were sent within the hour: wait before you ask for another."""


class AbsenceOverlaps(Conflict):
    """This person is away at that time already: cancel the other absence first."""


class OnlyTheirOwn(Forbidden):
    """A colleague's absence is entered by a supervisor."""


class AbsenceNotFound(NotFound):
    """No absence of this id is in force at your site."""


class RotationNotFound(NotFound):
    """No rotation of this name is in force at the site."""


class SwapNotFound(NotFound):
    """No swap of this id is in force at your site."""


class LinkEnded(NotFound):
    """This calendar link has been replaced: take the new one from your own page."""


class CodeWrong(Invalid):
    """The code is not the one that was sent, or it is too old: have a new one sent."""
