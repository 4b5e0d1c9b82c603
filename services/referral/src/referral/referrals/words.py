"""The desk's pages in words: glossary and plain language (domain.md 6)."""

from typing import Any

DOORS = {
    "arrest_diversion": "Arrest diversion",
    "social_contact": "Social contact",
    "community": "Community referral",
    "prosecutor": "From a prosecutor",
    "self": "Came themselves",
}
STATES = {
    "received": "To be screened",
    "awaiting_approval": "Waits for an approval",
    "waitlisted": "On the waiting list",
    "ineligible": "Presumptively ineligible",
    "eligible": "Eligible",
    "handoff_pending": "Handoff under way",
    "handed_off": "With the program",
    "outreach": "Outreach",
    "intake_scheduled": "Intake scheduled",
    "intake_completed": "Intake completed",
    "enrolled": "Enrolled",
    "declined": "Declined",
    "withdrawn": "Withdrawn by the agency",
    "closed": "Closed",
}
OUTCOMES = {
    "eligible": "Eligible",
    "presumptively_ineligible": "Presumptively ineligible",
    "needs_agency_approval": "Needs an agency's approval",
    "waitlisted": "Waiting list",
    "declined_by_person": "The person said no",
    "declined_by_officer": "The officer said no",
    "rejected_by_prosecutor": "The prosecutor said no",
}
MET = {"met": "Met", "unmet": "Not met", "unknown": "Not known yet"}
EVIDENCE = {
    "records": "records",
    "direct_observation": "seen by the officer",
    "reliable_information": "reliable information",
    "the_person": "the person says so",
}
REASONS = {
    "handed_off": "Handed off",
    "not_eligible": "Not eligible",
    "declined": "Declined",
    "unable_to_locate": "Unable to locate",
    "duplicate": "Duplicate",
}
# Nothing is left for the referral desk to do.
DONE_AT_THE_DESK = frozenset(
    {"handed_off", "outreach", "intake_scheduled", "intake_completed", "enrolled", "closed"}
)
FOR_PAGES: dict[str, Any] = {
    "doors": DOORS,
    "states": STATES,
    "done_at_the_desk": DONE_AT_THE_DESK,
    "outcomes": OUTCOMES,
    "met_words": MET,
    "evidence_words": EVIDENCE,
    "reason_words": REASONS,
}
