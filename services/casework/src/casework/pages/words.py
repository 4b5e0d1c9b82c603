"""What the pages call things. Glossary words only: nobody "fails" or "complies" here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from casework.matching.recontact import CAUSES
from casework.participants.domain import Step
from shared.contact_titles import title_of
from shared.events import ContactType, RecontactCause

NAMES = {
    "chosen": "What they are called",
    "legal": "In documents",
    "alias": "Also known as",
    "maiden": "Before marriage",
    "transliteration": "In another script or spelling",
}
DOMAINS = {
    "housing": "Housing",
    "income": "Income",
    "employment": "Work",
    "identity_documents": "Identity documents",
    "health": "Health",
    "substance_use": "Substance use",
    "legal": "Legal matters",
    "safety": "Safety",
    "family": "Family",
}
STATES = {"referred": "Referred", "active": "Active", "inactive": "Inactive", "exited": "Exited"}
STEPS = {
    "referred": "Referred",
    "outreach": "Outreach",
    "intake_scheduled": "Intake scheduled",
    "intake_completed": "Intake completed",
}
PLACES = {
    "office": "At the office",
    "where_they_are": "Where they are",
    "partner": "At a partner's",
    "custody": "In custody",
    "phone": "By phone",
    "video": "By video",
}
APPOINTMENTS = {
    "set": "set",
    "held": "held",
    "moved": "moved to another time",
    "not_held": "not held",
}
REASONS = {
    "in_the_wind": "in the wind",
    "incarcerated": "incarcerated",
    "treatment_inpatient": "in treatment",
    "moved": "moved",
    "paused_by_participant": "paused by the participant",
    "goals_reached": "completed: goals reached",
    "moved_away": "completed: moved away",
    "cannot_be_located": "completed: cannot be located",
    "by_participant": "left by their own choice",
    "deceased": "died",
    "transferred": "transferred to another program",
}
UNDONE = {
    "by_mistake": "recorded by mistake",
    "wrong_person": "it was about somebody else",
    "not_so": "it turned out not to be so",
    "came_back": "they came back",
}
WORK = {
    "outreach_due": "Nobody has reached out yet",
    "intake_appointment": "The time for the intake interview has passed",
    "intake_due": "Complete intake",
    "intake_review": "Intake deadline passed: review with the person",
    "transfer_offered": "Somebody is asked to take over",
    "consent_expiring": "A release is about to end",
    "plan_review": "Review the plan together",
    "coordination": "The prosecutor asks",
    "hold_expiring": "A charge hold ends soon",
    "hold_review": "A charge hold has ended: review",
    "workgroup_action": "From the work group",
}
LEGAL_WORK = {"coordination", "hold_expiring", "hold_review"}
ENCOUNTERS = {
    "outreach": "Outreach",
    "in_person": "In person",
    "phone": "Phone",
    "court": "At court",
    "jail_visit": "Jail visit",
    "collateral": "With somebody else",
}
CATEGORIES = {
    "enrollment_fact": "that they are enrolled",
    "engagement_fact": "that we work together",
    "progress": "progress",
    "barriers": "barriers",
    "goals": "goals",
    "legal_matter": "legal matters",
    "location": "where they are",
    "health_sud": "substance use care",
    "health_other": "other health",
}
CHANNELS = {
    "in_person": "In person",
    "phone": "By phone",
    "writing": "In writing",
    "through_counsel": "Through their lawyer",
}
CONSENT_STATES = {
    "draft": "Draft",
    "signed": "Signed",
    "expired": "Expired",
    "revoked": "Taken back",
    "superseded": "Replaced",
}
BARRIERS = {
    "housing": "Housing",
    "transportation": "Getting there",
    "no_phone": "No phone",
    "no_identity_documents": "No identity documents",
    "child_care": "Child care",
    "work_schedule": "Work hours",
    "language": "Language",
    "court_schedule": "Court hours",
    "release_conditions": "Release conditions",
    "open_warrant": "An open warrant",
}
HELP = {
    "defer_filing": "Defer filing",
    "decline": "Decline",
    "personal_recognizance_release": "Release on personal recognizance",
    "quash_warrant": "Quash the warrant",
    "other_court_time": "Another court time",
    "continuance": "A continuance",
    "align_conditions": "Conditions that fit the plan",
    "resolve_together": "Resolve matters together",
}
CHIPS = {
    "contact": "Contacts",
    "encounter": "Encounters",
    "plan": "Plan",
    "linkage": "Services",
    "hold": "Holds",
    "coordination": "Prosecutor",
    "consent": "Releases",
    "disclosure": "Disclosed",
}


def plain(word: Any) -> str:
    """`court_event_set` as people read it."""
    return str(word).replace("_", " ").replace("-", " ")


def _listed(words: Any, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(word, plain(word)).lower() for word in words or ())


def told(category: str, says: str) -> str:
    """A fact of a packet as a sentence: goals by the names of their domains."""
    if category == "goals":
        return f"Goals: {_listed(says.split(', '), DOMAINS)}"
    return plain(says).capitalize()


def _contact(detail: Any) -> str:
    kind = detail["contact_type"]
    title = title_of(kind, detail["said"]) or plain(kind).capitalize()
    return f"{title}, reported by {detail['source_system']}"


def _assignment(detail: Any) -> str:
    backup = f", backup {detail['backup']}" if detail["backup"] else ""
    return f"Case manager is {detail['case_manager']}{backup}"


def _status(detail: Any) -> str:
    reason = f": {REASONS[detail['reason']]}" if detail["reason"] else ""
    undone = detail.get("undone_because")
    before = f"Exit undone, {UNDONE[undone]}. " if undone else ""
    return f"{before}{STATES[detail['state']]}{reason}"


def _consent(detail: Any) -> str:
    ended = detail["state"] != "signed"
    return (
        f"Release signed; since then {CONSENT_STATES[detail['state']].lower()}"
        if ended
        else ("Release signed")
    )


def _plan(detail: Any) -> str:
    kind = "Plan" if detail["agreed_at"] else "Draft of a plan"
    return f"{kind}, version {detail['version']}: {_listed(detail['domains'], DOMAINS)}"


def step(outreach_at: Any, scheduled_for: Any, completed_at: Any) -> str:
    """How far somebody has come who is not enrolled."""
    return STEPS[Step.of(outreach_at, scheduled_for, completed_at)]


def _encounter(detail: Any) -> str:
    found = "" if detail["reached"] else ", not found"
    minutes = f"{detail['minutes']} min"
    return f"{ENCOUNTERS[detail['kind']]}{found}, {minutes}, by {detail['recorded_by']}"


def _appointment(detail: Any) -> str:
    """The time itself stands beside it, in the site's zone."""
    where, state = PLACES[detail["place"]].lower(), APPOINTMENTS[detail["state"]]
    return f"Intake interview {state}: {where}, with {detail['interviewer']}"


moment = datetime.fromisoformat


def _disclosure(detail: Any) -> str:
    told = _listed(detail["categories"], CATEGORIES)
    if detail["suppressed_because"]:
        return f"Stopped: {told} to {detail['recipient']} ({plain(detail['suppressed_because'])})"
    return f"Told {detail['recipient']}: {told}, for {plain(detail['purpose'])}"


_TELL: dict[str, Callable[[Any], str]] = {
    "contact": _contact,
    "referral": lambda d: f"Referred: {plain(d['referral_type'])}, by {d['source_system']}",
    "assignment": _assignment,
    "transfer": lambda d: f"Transfer from {d['from']} to {d['to']}: {d['state']}",
    "intake_appointment": _appointment,
    "intake": lambda d: f"Intake completed: {_listed(d['domains'], DOMAINS)}",
    "consent": _consent,
    "consent_revoked": lambda d: f"Release taken back, recorded by {d['revoked_by']}",
    "plan": _plan,
    "encounter": _encounter,
    "linkage": lambda d: f"Referred to {d['service']}: {plain(d['outcome'])}",
    "status": _status,
    "hold_started": lambda d: "A charge is held",
    "hold_expiring": lambda d: f"The charge hold ends in {d['days_left']} days",
    "hold_deadline_passed": lambda d: "The charge hold's deadline passed; people review it",
    "hold_resolved": lambda d: f"The held charge: {plain(d['resolution'])}",
    "coordination": lambda d: f"The prosecutor asked: {plain(d['concerning'])}, {d['state']}",
    "disclosure": _disclosure,
}
# As the notifier ranks what the same contacts are alerted as.
_URGENCY = {
    RecontactCause.ARREST: "custody",
    RecontactCause.BOOKING: "custody",
    RecontactCause.CUSTODY_CHANGE: "custody",
    RecontactCause.RELEASE: "custody",
    RecontactCause.POLICE_CONTACT: "field",
    RecontactCause.CITATION: "field",
    RecontactCause.VICTIM_OF_CRIME: "safety",
    RecontactCause.OVERDOSE_RESPONSE: "safety",
}
_LEGAL = {"coordination", "hold_started", "hold_expiring", "hold_deadline_passed", "hold_resolved"}


def tell(kind: str, detail: Any) -> str:
    """One entry of the timeline in a line."""
    return _TELL[kind](detail) if kind in _TELL else plain(kind).capitalize()


def urgency(kind: str, detail: Any) -> str:
    """The class that gives an entry its shape; empty for the program's own doings."""
    if kind in _LEGAL:
        return "legal"
    if kind != "contact":
        return ""
    return _URGENCY.get(CAUSES[ContactType(detail["contact_type"])], "legal")
