"""What a contact means: a new alert, news for an open one, or only an entry. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from notifier.choosing import Incident, choose
from notifier.domain import AlertState, StepKind
from notifier.headline import headline_of
from notifier.history import is_old
from notifier.incidents import Known, News
from notifier.policy import CLASSES, AlertClass, answer_by, more_urgent, send_at, sooner
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
        alert = replace(thread.alert, headline=_headline(arrival, incident))
        return Record(contact, fact, incident, alert, (), noted)
    old = is_old(contact, arrival.around.ages, now)
    if thread and thread.state is AlertState.WAITING:
        if old and thread.alert.alert_class is AlertClass.HISTORY:
            return _add_to_history(arrival, thread, news)
        return _page_again(arrival, thread, news, now)
    kind = AlertClass.HISTORY if old else CLASSES[contact.cause]
    return _open_alert(arrival, incident, news, now, kind)


def _add_to_history(arrival: Arrival, thread: OpenThread, news: tuple[News, ...]) -> Record:
    """One more old contact of an incident of which nobody was told yet: one message tells both."""
    alert = replace(thread.alert, headline=_headline(arrival, thread.incident))
    noted = ((StepKind.HELD, alert.recipient, StepKind.HISTORY),)
    return Record(arrival.contact, arrival.fact, thread.incident, alert, news, noted)


def _headline(arrival: Arrival, incident: Incident | None) -> UUID:
    """The most urgent open fact of the thread, this contact included."""
    known = incident.known if incident else Known()
    return headline_of(known.learn(arrival.fact).told) or arrival.contact.id


def _open_alert(
    arrival: Arrival,
    incident: Incident | None,
    news: tuple[News, ...],
    now: datetime,
    kind: AlertClass,
) -> Record:
    contact, around = arrival.contact, arrival.around
    passed, stop = next_stop(around.stops, ())
    who, role = (sub_of(stop), stop.role) if stop else (PROGRAM_LINE, Role.PROGRAM_LINE)
    zone = zone_of(contact.site)
    alert = AlertDraft(
        id=new_id(),
        alert_class=kind,
        recipient=who,
        due_at=_due(arrival, kind, now, stop.patience(kind) if stop else None),
        headline=_headline(arrival, incident),
        manager_then=around.manager_then,
        manager_now=around.manager_now,
        send_at=send_at(kind, around.quiet, now, zone),
    )
    skipped = [(StepKind.PASSED_OVER, p.stop.sub, f"{p.stop.role}:{p.reason}") for p in passed]
    steps = (*skipped, (StepKind.RAISED, who, str(role)), *held(alert, now))
    return Record(contact, arrival.fact, incident, alert, news, steps, starts_clock=True)


def held(alert: AlertDraft, now: datetime) -> tuple[tuple[StepKind, str, str | None], ...]:
    """That a message waits is part of the record."""
    if alert.alert_class is AlertClass.HISTORY:
        return ((StepKind.HELD, alert.recipient, StepKind.HISTORY),)
    if alert.send_at is None or alert.send_at <= now:
        return ()
    return ((StepKind.HELD, alert.recipient, None),)


def _page_again(
    arrival: Arrival, thread: OpenThread, news: tuple[News, ...], now: datetime
) -> Record:
    """Whoever is being asked hears the news; the clock may only become shorter."""
    contact, old = arrival.contact, thread.alert
    kind = CLASSES[contact.cause]
    due = _due(arrival, kind, now)
    both = more_urgent(kind, old.alert_class)
    alert = AlertDraft(
        id=old.id,
        alert_class=both,
        recipient=old.recipient,
        due_at=sooner(due, old.due_at),
        headline=_headline(arrival, thread.incident),
        send_at=send_at(both, arrival.around.quiet, now, zone_of(contact.site)),
    )
    steps = ((StepKind.UPDATED, old.recipient, ",".join(news)), *held(alert, now))
    starts_clock = alert.due_at != old.due_at
    return Record(contact, arrival.fact, thread.incident, alert, news, steps, starts_clock)


def _due(
    arrival: Arrival, kind: AlertClass, now: datetime, patience: int | None = None
) -> datetime | None:
    """By the class's clock, and before the next appearance where that is known (T8)."""
    zone = zone_of(arrival.contact.site)
    clock = answer_by(kind, arrival.around.clocks, now, zone, patience)
    court = arrival.contact.next_court
    if clock is None or court is None or court.at - BEFORE_COURT <= now:
        return clock
    return sooner(clock, court.at - BEFORE_COURT)
