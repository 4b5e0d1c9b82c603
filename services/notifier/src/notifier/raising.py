"""What a contact means: a new alert, news for an open one, or only an entry. Pure."""

from datetime import datetime, timedelta

from notifier.domain import AlertState, StepKind
from notifier.incidents import Incident, News, choose
from notifier.policy import CLASSES, AlertClass, due_at, more_urgent, sooner
from notifier.recording import AlertDraft, Arrival, OpenThread, Record
from notifier.routing import PROGRAM_LINE, Role, next_stop, sub_of
from shared.ids import new_id
from shared.sites import zone_of

# Somebody must have the alert while there is still time to be in the courtroom.
BEFORE_COURT = timedelta(hours=1)


def decide(arrival: Arrival, now: datetime) -> Record:
    """Page the person on duty, or add to what they know; in any case say which alert has it."""
    contact, fact = arrival.contact, arrival.fact
    incident = choose([thread.incident for thread in arrival.threads], fact)
    thread = next((t for t in arrival.threads if t.incident is incident), None)
    news = thread.incident.known.news_in(fact) if thread else (News.FIRST,)
    if thread and not news:
        noted = ((StepKind.NOTED, None, None),)
        return Record(contact, fact, incident, thread.alert, (), noted)
    if thread and thread.state is AlertState.WAITING:
        return _page_again(arrival, thread, news, now)
    return _open_alert(arrival, incident, news, now)


def _open_alert(
    arrival: Arrival, incident: Incident | None, news: tuple[News, ...], now: datetime
) -> Record:
    contact, around = arrival.contact, arrival.around
    passed, stop = next_stop(around.stops, ())
    who, role = (sub_of(stop), stop.role) if stop else (PROGRAM_LINE, Role.PROGRAM_LINE)
    kind = CLASSES[contact.cause]
    alert = AlertDraft(
        id=new_id(),
        alert_class=kind,
        recipient=who,
        due_at=_due(arrival, kind, now),
        headline=contact.id,
        manager_then=around.manager_then,
        manager_now=around.manager_now,
    )
    skipped = [(StepKind.PASSED_OVER, p.stop.sub, f"{p.stop.role}:{p.reason}") for p in passed]
    steps = (*skipped, (StepKind.RAISED, who, str(role)))
    return Record(contact, arrival.fact, incident, alert, news, steps, starts_clock=True)


def _page_again(
    arrival: Arrival, thread: OpenThread, news: tuple[News, ...], now: datetime
) -> Record:
    """Whoever is being asked hears the news; the clock may only become shorter."""
    contact, old = arrival.contact, thread.alert
    kind = CLASSES[contact.cause]
    due = _due(arrival, kind, now)
    alert = AlertDraft(
        id=old.id,
        alert_class=more_urgent(kind, old.alert_class),
        recipient=old.recipient,
        due_at=sooner(due, old.due_at),
        headline=contact.id,
    )
    steps = ((StepKind.UPDATED, old.recipient, ",".join(news)),)
    starts_clock = alert.due_at != old.due_at
    return Record(contact, arrival.fact, thread.incident, alert, news, steps, starts_clock)


def _due(arrival: Arrival, kind: AlertClass, now: datetime) -> datetime | None:
    """By the class's clock, and before the next appearance where that is known (T8)."""
    clock = due_at(kind, arrival.around.clocks, now, zone_of(arrival.contact.site))
    court = arrival.contact.next_court
    if clock is None or court is None or court.at - BEFORE_COURT <= now:
        return clock
    return sooner(clock, court.at - BEFORE_COURT)
