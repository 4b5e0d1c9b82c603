"""What a report is called on a page: by its kind, and by what it says happened. Pure."""

from shared.events import ContactType

KINDS: dict[str, str] = {
    ContactType.COMMUNITY_COMPLAINT_911_311: "Complaint to 911 or 311",
    ContactType.ARREST_DIVERTED_AGAIN: "Arrested, diverted again",
    ContactType.CHARGE_REFERRED: "Charge sent to the prosecutor",
    ContactType.CHARGE_FILED: "New charge filed",
    ContactType.WARRANT_ISSUED: "Warrant issued",
    ContactType.WARRANT_SERVED: "Arrested on a warrant",
    ContactType.WARRANT_QUASHED: "Warrant quashed",
}
# What prosecutors and courts may say became of something: prosecution-hook's closed lists.
OUTCOMES: dict[tuple[str, str], str] = {
    (ContactType.WARRANT_QUASHED, "stayed"): "Warrant stayed",
    (ContactType.PROSECUTION_DECISION, "file"): "Prosecutor decided to file",
    (ContactType.PROSECUTION_DECISION, "decline"): "Prosecutor declined to file",
    (ContactType.PROSECUTION_DECISION, "use_in_other_case"): "Prosecutor uses it in another case",
    (ContactType.PROSECUTION_DECISION, "return_for_evidence"): "Prosecutor asks for more evidence",
    (ContactType.COURT_EVENT_SET, "moved"): "Court date moved",
    (ContactType.COURT_EVENT_SET, "canceled"): "Court date canceled",
    (ContactType.DISPOSITION, "dismissed"): "Case dismissed",
    (ContactType.DISPOSITION, "acquitted"): "Acquitted",
    (ContactType.DISPOSITION, "convicted"): "Convicted",
    (ContactType.DISPOSITION, "deferred"): "Case deferred by the court",
    (ContactType.DISPOSITION, "vacated"): "Judgment vacated",
    (ContactType.DISPOSITION, "transferred"): "Case moved to another court",
}


def title_of(kind: str | None, outcome: str | None) -> str | None:
    """None for a kind that needs no words of its own. A quashed warrant must not read as issued."""
    return OUTCOMES.get((kind or "", outcome or "")) or KINDS.get(kind or "")
