"""Plain words for people, reading grade 7, from the glossary. Pure."""

from collections.abc import Callable

from notifier.domain import BY_LINK, AlertStep, StepKind
from notifier.incidents import News
from notifier.policy import AlertClass
from notifier.routing import PROGRAM_LINE, PassedOver, Role
from notifier.trouble import BY, why_not
from notifier.views import StepView
from notifier.withdrawals import WITHDRAWALS, in_words
from shared.contact_titles import title_of
from shared.events import RecontactCause

CAUSES: dict[str, str] = {
    RecontactCause.POLICE_CONTACT: "Contact with police",
    RecontactCause.CITATION: "Citation",
    RecontactCause.ARREST: "Arrest",
    RecontactCause.BOOKING: "Booked",
    RecontactCause.CUSTODY_CHANGE: "Moved in custody",
    RecontactCause.RELEASE: "Released",
    RecontactCause.NEW_CHARGE: "New charge",
    RecontactCause.PROSECUTION_DECISION: "Prosecutor decided",
    RecontactCause.WARRANT: "Warrant",
    RecontactCause.COURT_DATE: "Court date set",
    RecontactCause.FAILURE_TO_APPEAR: "Missed court",
    RecontactCause.DISPOSITION: "Case closed by the court",
    RecontactCause.NEW_REFERRAL: "Referred again",
    RecontactCause.VICTIM_OF_CRIME: "Victim of a crime",
    RecontactCause.OVERDOSE_RESPONSE: "Overdose or welfare call",
    "hold-expiring": "Hold on a charge runs out",
    "hold-review": "Hold on a charge ran out: review",
    "coordination": "Prosecutor asks to coordinate",
}
CLASSES: dict[AlertClass, str] = {
    AlertClass.CUSTODY: "Custody",
    AlertClass.SAFETY: "Safety",
    AlertClass.LEGAL: "Legal",
    AlertClass.FIELD: "Field",
    AlertClass.HISTORY: "History",
}
# How far an item is, by the value in the inbox's address.
PROGRESS = {"not_started": "Not started", "in_progress": "In progress", "done": "Done"}
ROLES: dict[str, str] = {
    Role.CASE_MANAGER: "the case manager",
    Role.BACKUP: "the backup",
    Role.ON_CALL: "the one on call",
    Role.SUPERVISOR: "the supervisor",
    Role.PROGRAM_LINE: "the program line",
}
NEWS: dict[str, str] = {
    News.FIRST: "first report",
    News.CAUSE: "another kind of contact",
    News.CUSTODY: "custody changed",
    News.CHARGE: "a charge was added",
    News.COURT: "a court date was set or changed",
    News.ISSUED: "a warrant was issued",
    News.STAYED: "a warrant was stayed",
    News.QUASHED: "a warrant was quashed",
    News.FILED: "a charge was filed",
    News.DECIDED: "the prosecutor decided",
    News.CANCELED: "a court date was canceled",
    News.MISSED: "a court date was missed",
    News.DISPOSED: "the court closed a case",
    News.CLOCK: "a legal clock is running",
    News.NUMBER: "another case, booking, incident or warrant number",
    News.AGAIN: "the same kind of contact again",
}
ACTIONS: dict[str, str] = {
    "going_to_jail": "going to the jail",
    "going_to_court": "going to court",
    "meeting_participant": "meeting the participant",
    "calling": "calling",
    "already_on_it": "already on it",
    "other": "something else",
}
_PASSED: dict[str, str] = {
    PassedOver.NOBODY: "nobody is named",
    PassedOver.AWAY: "away",
    PassedOver.UNREACHABLE: "no contact method is known",
}
SUPPRESSIONS: dict[str, str] = {
    "participation_ended": "the person is no longer in the program",
    "participation_paused": "the person has paused taking part",
    "recalled": "a report was about somebody else",
    "erased": "the person's data was erased",
}
STUCK: dict[str, str] = {
    "unanswered": "everybody was asked and nobody answered",
    "clock_lost": "its time ran out and nobody was asked",
    "not_sent": "its message has not gone out",
}
_REASONS: dict[str, str] = {
    "no_answer": "because nobody answered in time",
    "not_delivered": "because the message could not be delivered",
    "asked_for": "because whoever had this asked for that",
}
Names = Callable[[str], str]


def step_view(step: AlertStep, names: Names) -> StepView:
    return StepView(
        at=step.at, kind=step.kind, who=step.who, by=step.by, text=sentence(step, names)
    )


def sentence(step: AlertStep, names: Names) -> str:
    """What happened, in one sentence."""
    who = "The program line" if step.who == PROGRAM_LINE else names(step.who or "")
    role, _, reason = (step.detail or "").partition(":")
    match StepKind(step.kind):
        case StepKind.RAISED:
            return f"{who} was asked, as {ROLES[role]}."
        case StepKind.UPDATED:
            return f"{who} was told of something new: {news(role)}."
        case StepKind.NOTED:
            return "Another report of the same; nobody was told again."
        case StepKind.PASSED_OVER:
            someone = who if step.who else "Nobody"
            return f"{someone} was passed over as {ROLES[role]}: {_PASSED[reason]}."
        case StepKind.ESCALATED:
            return f"{who} was asked, as {ROLES[role]}, {_REASONS[reason]}."
        case StepKind.REASSIGNED:
            return f"{who} was asked: the participant has a new case manager."
        case StepKind.HANDED_OVER:
            return f"{names(step.by or '')} handed this over to {who}."
        case _:
            return _delivery_sentence(step, who)


def _delivery_sentence(step: AlertStep, who: str) -> str:
    detail = step.detail or ""
    match StepKind(step.kind):
        case StepKind.HELD:
            return _held_sentence(detail, _within(who))
        case StepKind.DELIVERED:
            return f"The message to {_within(who)} was handed over {BY[detail]}."
        case StepKind.DELAYED:
            return f"The message to {_within(who)} waits for another try: {why_not(detail)}."
        case StepKind.NOT_DELIVERED:
            return f"The message to {_within(who)} was not delivered: {why_not(detail)}."
        case StepKind.ANOTHER_WAY:
            return f"The message to {_within(who)} goes {BY[detail]} instead."
        case _:
            return _ending_sentence(step, who)


def _held_sentence(detail: str, who: str) -> str:
    """`detail`: why a message waits; empty for quiet hours and digests."""
    if detail == StepKind.HISTORY:
        return f"This was old when it came in: {who} hears of it together with others."
    if detail:
        return f"Many messages to {who} at once: this one comes later, with others."
    return f"The message to {who} waits for the end of quiet hours or a digest."


def _ending_sentence(step: AlertStep, who: str) -> str:
    detail = step.detail or ""
    match StepKind(step.kind):
        case StepKind.TOLD:
            return "No answer was needed: this ended with the message."
        case StepKind.UNANSWERED:
            return f"Escalated, unanswered: nobody is left to ask {_REASONS[detail]}."
        case StepKind.SUPPRESSED:
            return f"Stopped: {SUPPRESSIONS[detail]}. Nobody is asked any more."
        case StepKind.RESUMED:
            return f"The exit was undone: {who} is asked again."
        case StepKind.RECALLED:
            return f"Withdrawn: {in_words(detail if detail in WITHDRAWALS else None)}."
        case StepKind.RECALL_TOLD:
            return f"{who} is told that this was withdrawn."
        case _:
            return _answer_sentence(step, who)


def _answer_sentence(step: AlertStep, who: str) -> str:
    detail = step.detail or ""
    match StepKind(step.kind):
        case StepKind.ACKNOWLEDGED:
            doing = f" ({ACTIONS[detail]})" if detail else ""
            by_link = ", by the link in a message" if step.by == BY_LINK else ""
            return f"{who} has this{doing}{by_link}."
        case StepKind.HISTORY:
            return f"{who} is told of this and of other old contacts in one message."
        case StepKind.DISOWNED:
            return f"{who} says that this is not their client; the match is being looked at."
        case StepKind.STUCK:
            return f"{who} was told that this needs somebody: {STUCK[detail]}."
        case _:
            return f"{who} opened this."


def news(codes: str) -> str:
    return ", ".join(NEWS[code] for code in codes.split(",") if code)


def _within(who: str) -> str:
    return who[0].lower() + who[1:] if who.startswith("The ") else who


def title(cause: str, kind: str | None, outcome: str | None) -> str:
    """What a report is called in the inbox: by its kind and what it says, else by its cause."""
    return title_of(kind, outcome) or CAUSES[cause]


def short_name(name: str) -> str:
    """Given name and initial: what may stand on a screen that somebody else can see."""
    parts = name.split()
    return name if len(parts) < 2 else f"{parts[0]} {parts[-1][0]}."
