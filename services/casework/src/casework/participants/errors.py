"""Rules of the person's file."""

from shared.errors import Conflict, Gone, NotFound


class NoSuchParticipant(NotFound):
    """There is no such participant at this caller's sites."""


class ParticipantExited(Conflict):
    """The participant has exited the program; the file is closed."""


class NotEnrolled(Conflict):
    """Only an enrolled participant can be active or inactive."""


class IntakeAlreadyCompleted(Conflict):
    """Intake was completed before; it happens once."""


class TransferNeedsConsent(Conflict):
    """A transfer needs a release in force, for the purpose `transfer_of_care`, signed for it."""


class FileErased(Gone):
    """This participant was erased; nothing is kept that could be shown."""
