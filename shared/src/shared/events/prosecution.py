"""What prosecution-hook publishes: prosecutors' and courts' reports, holds, coordination.

For holds, coordination and disclosures `subject` is the participant key.
"""

from uuid import UUID

from pydantic import AwareDatetime

from shared.events.base import Event
from shared.events.report import Report
from shared.sealing import Program, Public


class CaseReport(Report):
    """A report about one case of a prosecutor's office or a court."""

    service = "prosecution-hook"

    cause_number: Public[str | None] = None
    court: Public[str | None] = None
    incident_at: Public[AwareDatetime | None] = None


class NewChargeFiled(CaseReport):
    """Sent when a prosecutor's or court's system reports a charge that was referred or filed.

    Incident, filing and receipt are three times: a charge for conduct before enrollment is not new
    conduct. `occurred_at` is the filing.
    """

    kind: Public[str]
    filed_at: Public[AwareDatetime | None] = None


class ProsecutionDecisionMade(CaseReport):
    """Sent when a prosecutor decides: file, decline, use in another case, return for evidence."""

    decision: Public[str]


class WarrantIssued(CaseReport):
    """Sent when a warrant is issued, for a failure to appear among others."""

    warrant_number: Public[str | None] = None
    basis: Public[str | None] = None


class WarrantCleared(CaseReport):
    """Sent when a warrant is stayed, quashed or served."""

    warrant_number: Public[str | None] = None
    outcome: Public[str]


class CourtDateSet(CaseReport):
    """Sent when a court sets or moves an appearance, or reports that it was missed."""

    kind: Public[str]


class CaseDisposed(CaseReport):
    """Sent when a court disposes of a case."""

    disposition: Public[str]


class ProsecutionEvent(Event):
    """Published by prosecution-hook about a participant."""

    service = "prosecution-hook"


class ChargeHoldStarted(ProsecutionEvent):
    """Sent when filing of a diverted charge is held while the person takes up the program."""

    hold_id: Program[UUID]
    deadline_at: Program[AwareDatetime]


class ChargeHoldExpiring(ProsecutionEvent):
    """Sent when a hold's deadline is 7, 3 or 1 days off, for the case manager and the liaison."""

    hold_id: Program[UUID]
    deadline_at: Program[AwareDatetime]
    days_left: Program[int]


class ChargeHoldDeadlinePassed(ProsecutionEvent):
    """Sent when a hold's deadline passes. It opens a review by people; it decides nothing."""

    hold_id: Program[UUID]
    deadline_at: Program[AwareDatetime]


class ChargeHoldResolved(ProsecutionEvent):
    """Sent when a prosecutor's person or system says how a held charge ended."""

    hold_id: Program[UUID]
    resolution: Public[str]


class CoordinationRequested(ProsecutionEvent):
    """Sent when a charge, a warrant or a hold's review wants the case manager's word.

    `visible_to_liaison` is false without a consent: then it is the case manager's alone.
    """

    coordination_id: Program[UUID]
    concerning: Program[str]
    cause_number: Public[str | None] = None
    due_at: Program[AwareDatetime]
    visible_to_liaison: Program[bool]
    # Whose office asks; without it any office's liaison prosecutor is meant.
    recipient_org: Program[str | None] = None


class CoordinationClosed(ProsecutionEvent):
    """Sent when a coordination item ends: decided by the liaison prosecutor, or withdrawn.

    `decision`, `outcome` and `rationale` are codes of closed lists.
    """

    coordination_id: Program[UUID]
    ending: Program[str]
    decision: Program[str | None] = None
    outcome: Program[str | None] = None
    rationale: Program[str | None] = None


class DisclosureMade(ProsecutionEvent):
    """Sent when something about a participant was disclosed, for the accounting of disclosures."""

    disclosure_id: Program[UUID]
    recipient: Program[str]
    categories: Program[tuple[str, ...]]
    purpose: Program[str]
    consent_id: Program[UUID]


class DisclosureSuppressed(ProsecutionEvent):
    """Sent when a disclosure was stopped by the gatekeeper, with the reason."""

    disclosure_id: Program[UUID]
    recipient: Program[str]
    categories: Program[tuple[str, ...]]
    purpose: Program[str]
    reason: Program[str]


class EmergencyAccessChanged(ProsecutionEvent):
    """Sent when a partner is let in in an emergency, when that is over, and when it is reviewed.

    About no participant: `subject` is the entry in the list of partners. `change` is `opened`,
    `ended` or `reviewed`.
    """

    partner_id: Public[UUID]
    org: Public[str]
    change: Public[str]
    ends_at: Public[AwareDatetime]


class ProsecutionErased(ProsecutionEvent):
    """Sent when prosecution-hook has destroyed what it held about an erased participant."""

    erasure_id: Program[UUID]
    records: Program[int]
