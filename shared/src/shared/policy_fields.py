"""Every field that may stand in an answer to the justice system, by name: the firewall's last list.

A field is told to a role on the ground of its kind. A new field of a justice-facing answer, page or
webhook fails the build until it has a row here.
"""

from collections.abc import Mapping

from shared.policy import IDENTITY, LIAISON, PARTNER, PROGRAM, PUBLIC, REPORTERS, Origin
from shared.sealing import DataClass

Kind = tuple[DataClass, Origin]
SYSTEM: Kind = (PUBLIC, Origin.SYSTEM)
RECORD: Kind = (PUBLIC, Origin.JUSTICE)
STATE: Kind = (PUBLIC, Origin.PROGRAM)
FACT: Kind = (PROGRAM, Origin.PROGRAM)
PERSON: Kind = (IDENTITY, Origin.JUSTICE)

_REPORT: dict[str, Kind] = {
    "receipt": SYSTEM,
    "line": SYSTEM,
    "status": SYSTEM,
    "detail": SYSTEM,
    # A referral's state as its own agency sees it: open or not.
    "id": SYSTEM,
    "links": SYSTEM,
    # On whose clock a site lives.
    "site": SYSTEM,
    "time_zone": SYSTEM,
    "state": STATE,
    # The warm handoff at the scene, which the officer is part of: its times.
    **dict.fromkeys(
        (
            "referral_id",
            "called_at",
            "due_at",
            "overdue_at",
            "dispatched_at",
            "eta_at",
            "arrived_at",
            "completed_at",
        ),
        STATE,
    ),
}
# What a prosecutor's office knows of its own cases anyway, and of the holds on them.
_CASES: dict[str, Kind] = {
    **dict.fromkeys(
        ("id", "site", "time_zone", "version", "items", "next", "notice", "consent_id"), SYSTEM
    ),
    **dict.fromkeys(
        ("cause_number", "incident_number", "warrant_number", "court", "office", "reported_by",
         "incident_at", "filed_at", "received_at", "next_court_at", "charges", "decision",
         "disposition", "status", "text", "statute", "severity"),
        RECORD,
    ),
    **dict.fromkeys(
        ("state", "started_at", "deadline_at", "policy_version", "extensions", "from_at",
         "until_at", "reason", "approved_by", "rationale", "resolved_at"),
        STATE,
    ),
}  # fmt: skip
_LIAISON: Mapping[str, Kind] = {
    **_CASES,
    **dict.fromkeys(
        ("alignment", "participant", "participant_key", "intake_completed_on",
         # A coordination item and the case manager's structured answer, part by part.
         "concerning", "owner", "hold_id", "opened_at", "due_at", "matter", "outcome",
         "decided_at", "reply", "replied_at", "engaged", "goals", "barriers", "would_help"),
        FACT,
    ),
    # A state's law and its versions: about no person.
    **dict.fromkeys(
        ("title", "nibrs", "effective_from", "effective_to", "source"),
        SYSTEM,
    ),
    **dict.fromkeys(
        ("policy", "hold_days", "longest_hold_days", "warn_days", "review_days",
         "filing_decision_days", "court_lead_hours", "diversion_office", "offices", "liaisons",
         "published_at", "published_by"),
        STATE,
    ),
}  # fmt: skip
_PARTNER: Mapping[str, Kind] = {
    **dict.fromkeys(("type", "timestamp", "data", "id", "notice", "consent_id"), SYSTEM),
    **dict.fromkeys(("subject",), FACT),
}

TOLD: Mapping[str, Mapping[str, Kind]] = {
    **dict.fromkeys(REPORTERS, _REPORT),
    "prosecutor-system": _REPORT | _CASES,
    LIAISON: _LIAISON,
    PARTNER: _PARTNER,
}
# Parts that an answer's model allows and that this role never gets, with the test that shows it.
NOT_TOLD: Mapping[tuple[str, str], str] = {
    ("agency-reporter", "OpenedReferral"): "tests/integration/referral/test_referrals.py",
    ("agency-reporter", "DeskReferral"): "tests/integration/referral/test_referrals.py",
    ("prosecutor-system", "Taking"): "tests/integration/prosecution",
}
