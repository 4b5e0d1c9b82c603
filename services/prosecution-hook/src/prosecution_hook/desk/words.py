"""Plain words of the desk. Codes in, sentences out."""

from typing import Any

from prosecution_hook.coordination.domain import Concerning, Decision, Outcome, Rationale
from prosecution_hook.holds.domain import (
    ExtensionReason,
    HoldState,
    Resolution,
    ResolutionReason,
)
from prosecution_hook.ledger.domain import Alignment, MatterState, MatterStatus

CONCERNING = {
    Concerning.NEW_CHARGE: "Charge",
    Concerning.WARRANT: "Warrant",
    Concerning.HOLD_REVIEW: "Review of a hold",
}
DECISIONS = {
    Decision.FILE: "File",
    Decision.DECLINE: "Decline",
    Decision.USE_IN_OTHER_CASE: "Use as part of another case",
    Decision.RETURN_FOR_EVIDENCE: "Return for more evidence",
}
OUTCOMES = {
    Outcome.HOLD: "Hold",
    Outcome.DEFER: "Defer",
    Outcome.QUASH_WARRANT: "Quash the warrant",
    Outcome.PR_RELEASE: "Release on personal recognizance",
    Outcome.CONDITIONS_ALIGNED: "Conditions aligned with the plan",
    Outcome.GLOBAL_RESOLUTION: "Resolve all cases together",
    Outcome.DISMISS: "Dismiss",
    Outcome.STANDARD: "Standard prosecution",
}
RATIONALES = {
    Rationale.SUPPORTS_THE_PLAN: "Supports the plan",
    Rationale.RESOLVED_WITH_OTHER_CASE: "Resolved with another case",
    Rationale.INSUFFICIENT_EVIDENCE: "Not enough evidence",
    Rationale.INTERESTS_OF_JUSTICE: "Interests of justice",
    Rationale.COMMUNITY_SAFETY: "Community safety",
    Rationale.VICTIM_WISHES: "Wishes of the victim",
    Rationale.OFFICE_POLICY: "Office policy",
    Rationale.COURT_ORDER: "Court order",
}
STATES = {
    MatterState.DIVERTED: "Diverted",
    MatterState.PRE_EXISTING: "From before enrollment",
    MatterState.POST_ENROLLMENT: "After enrollment",
    MatterState.WARRANT: "Warrant",
}
STATUSES = {
    MatterStatus.OPEN: "open",
    MatterStatus.DISPOSED: "closed",
    MatterStatus.ACTIVE: "active",
    MatterStatus.STAYED: "stayed",
    MatterStatus.QUASHED: "quashed",
    MatterStatus.SERVED: "served",
}
ALIGNMENTS = {
    Alignment.NOT_REVIEWED: "not looked at yet",
    Alignment.IN_COORDINATION: "being coordinated",
    Alignment.ALIGNED: "aligned with the plan",
    Alignment.STANDARD: "standard prosecution",
}
HOLDS = {
    HoldState.HELD: "Held",
    HoldState.UNDER_REVIEW: "Deadline passed: review",
    HoldState.FILED: "Filed",
    HoldState.NOT_FILED: "Not filed",
    HoldState.DECLINED: "Declined",
}
RESOLUTIONS = {
    Resolution.NOT_FILED: "Do not file",
    Resolution.DECLINED: "Decline",
    Resolution.FILED: "File",
}
RESOLUTION_REASONS = {
    ResolutionReason.INTAKE_COMPLETED: "Intake completed",
    ResolutionReason.DEADLINE_PASSED: "Deadline passed",
    ResolutionReason.NOT_DIVERTIBLE: "Not a divertible charge",
    ResolutionReason.INSUFFICIENT_EVIDENCE: "Not enough evidence",
    ResolutionReason.RESOLVED_WITH_OTHER_CASE: "Resolved with another case",
    ResolutionReason.INTERESTS_OF_JUSTICE: "Interests of justice",
}
EXTENSION_REASONS = {
    ExtensionReason.INTAKE_SCHEDULED: "Intake is scheduled",
    ExtensionReason.PERSON_NOT_REACHED_YET: "The person was not reached yet",
    ExtensionReason.PERSON_IN_CUSTODY: "The person is in custody",
    ExtensionReason.PROGRAM_CAPACITY: "The program had no room",
    ExtensionReason.PROSECUTOR_REVIEW: "Review by the prosecutor",
}


def plain(code: str) -> str:
    """A code of the case manager's form as words."""
    return code.replace("_", " ")


TEMPLATE_WORDS: dict[str, Any] = {
    "concerning": CONCERNING,
    "decisions": DECISIONS,
    "outcomes": OUTCOMES,
    "rationales": RATIONALES,
    "states": STATES,
    "statuses": STATUSES,
    "alignments": ALIGNMENTS,
    "hold_states": HOLDS,
    "resolutions": RESOLUTIONS,
    "resolution_reasons": RESOLUTION_REASONS,
    "extension_reasons": EXTENSION_REASONS,
    "plain": plain,
}
