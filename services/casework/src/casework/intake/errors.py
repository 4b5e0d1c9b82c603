"""Rules of the way to intake."""

from shared.errors import Conflict, NotFound


class NoSuchAppointment(NotFound):
    """This participant has no such appointment."""


class AppointmentIsOver(Conflict):
    """This appointment was held, moved or called off before."""
