"""Rules of assignments."""

from shared.errors import Conflict, Invalid, NotFound


class CaseloadFull(Conflict):
    """This case manager has a full caseload; a supervisor may override with a reason."""


class StaffUnreachable(Conflict):
    """Alerts cannot reach somebody named here: let them verify a contact method first."""


class NoSuchStaff(Invalid):
    """Nobody at this site has a login that is named here; nothing overrides that."""


class NoSuchTransfer(NotFound):
    """There is no such transfer at this caller's sites."""


class TransferOpen(Conflict):
    """A transfer of this participant is waiting for an answer already."""


class TransferDecided(Conflict):
    """This transfer was answered before."""


class NotAssigned(Conflict):
    """Nobody is assigned yet: assign somebody instead of handing on."""


class NotTheirs(Conflict):
    """Only the one whom the transfer was offered to, or a supervisor, can answer it."""


class SameCaseManager(Conflict):
    """This case manager is responsible already."""
