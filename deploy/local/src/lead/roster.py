"""A nightly roster as a whole: what is new, changed, gone and back, compared with what was sent.

A record that is new is a booking. One whose content changed is a new version of the same booking.
One that is missing from as many rosters in a row as the mapping says is a release. One that is back
after its release is a new booking if its booking time is another; otherwise the release is taken
back, because the person never left.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from lead.errors import Failure

Body = dict[str, Any]
# What a release says besides the person: enough to be joined to its booking.
_RELEASE_KEEPS = ("site", "source_system", "agency_ori", "incident_number", "booking", "person")
_VERSIONS = ("record_version", "supersedes")


class RosterShrank(Failure):
    """Too many are missing from the roster for it to be believed."""


class OlderRoster(Failure):
    """The roster is older than the one taken before it."""


class Kind(StrEnum):
    """What is sent about a record."""

    BOOKING = "booking"
    CHANGE = "change"
    RELEASE = "release"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a record. `record` is the number that it was sent under.

    `body` is what a release will say; it is gone once the release is accepted.
    """

    record: str
    version: int
    digest: str
    booked: str
    body: Body | None
    missing: int = 0
    missing_since: str | None = None
    refused: bool = False
    releases: int = 0
    release_receipt: str | None = None

    @property
    def released(self) -> bool:
        return self.body is None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to be sent about a record, and what is known once it is accepted."""

    key: str
    kind: Kind
    record: str
    version: int
    body: Body
    after: Entry


@dataclass(frozen=True, slots=True)
class State:
    """What was known after the last roster; `sending` is what was not finished."""

    as_of: datetime | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    sending: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster: the body of each record by its number.

    `unclear` are the numbers of records that are there but could not be read; `nameless` counts
    rows whose number could not be read, so that anybody might be among them.
    """

    as_of: datetime
    bodies: Mapping[str, Body]
    unclear: frozenset[str] = frozenset()
    nameless: int = 0

    def __contains__(self, key: str) -> bool:
        return key in self.bodies or key in self.unclear


@dataclass(frozen=True, slots=True)
class Rules:
    """When somebody missing counts as released, and when a roster is not believed."""

    nights: int = 2
    shrink_percent: float = 50
    accept_shrink: bool = False


def content_digest(body: Body) -> str:
    """Changes with what the record says, not with its version."""
    said = {name: value for name, value in body.items() if name not in _VERSIONS}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def plan(state: State, roster: Roster, rules: Rules) -> State:
    """What is known after this roster, with everything to be sent.

    The same roster again changes nothing. Raises RosterShrank, OlderRoster.
    """
    if state.as_of is not None and roster.as_of < state.as_of:
        raise OlderRoster(
            f"This roster is of {roster.as_of.isoformat()}, the one before it of "
            f"{state.as_of.isoformat()}. If the file's time is wrong, give the right one: --as-of."
        )
    _believe(state, roster, rules)
    entries, events = dict(state.entries), list(state.sending)
    under_way = {event.key for event in events}
    for key, body in roster.bodies.items():
        if key not in under_way:
            events += _about(key, body, entries.get(key))
    for key in entries.keys() & (roster.bodies.keys() | roster.unclear):
        entries[key] = replace(entries[key], missing=0, missing_since=None)
    if not roster.nameless and state.as_of != roster.as_of:
        entries |= {key: _missed(entry, roster) for key, entry in entries.items()
                    if not entry.released and key not in roster}  # fmt: skip
    events += (e for e in _releases(entries, roster, rules) if e.key not in under_way)
    return State(roster.as_of, entries, tuple(events))


def baseline(roster: Roster) -> State:
    """Everybody in the roster is known from now on; nothing is sent about them."""
    entries = {key: _entry(key, body, _version(body)) for key, body in roster.bodies.items()}
    return State(roster.as_of, entries)


def settle(state: State, event: Event, receipt: str | None, *, accepted: bool) -> State:
    """What is known once an event is finished."""
    entries = dict(state.entries)
    if accepted and event.kind is Kind.RELEASE:
        entries[event.key] = replace(event.after, release_receipt=receipt)
    elif accepted:
        entries[event.key] = event.after
    elif event.kind in (Kind.BOOKING, Kind.CHANGE):
        # The same row is not sent every night: it is refused until the agency changes it.
        known = entries.get(event.key, event.after)
        refused = event.kind is Kind.BOOKING or known.refused
        entries[event.key] = replace(known, digest=event.after.digest, refused=refused)
    sending = tuple(other for other in state.sending if other is not event)
    return State(state.as_of, entries, sending)


def _believe(state: State, roster: Roster, rules: Rules) -> None:
    held = [key for key, entry in state.entries.items() if not entry.released]
    gone = sum(key not in roster for key in held)
    if rules.accept_shrink or not held:
        return
    there = len(roster.bodies) + len(roster.unclear)
    if not there or gone * 100 > rules.shrink_percent * len(held):
        raise RosterShrank(
            f"{gone} of {len(held)} people are missing from this roster, which has {there} records;"
            f" more than {rules.shrink_percent:g} percent is not believed. Nothing was sent. "
            "If the roster is right, run it again with --accept-shrink."
        )


def _about(key: str, body: Body, known: Entry | None) -> Iterator[Event]:
    """What a record in the roster gives to send."""
    digest = content_digest(body)
    if known is None:
        yield _booking(key, key, body, _version(body))
    elif known.released:
        yield from _back(key, body, known)
    elif known.digest != digest and known.refused:
        yield _booking(key, known.record, body, known.version)
    elif known.digest != digest:
        yield _change(key, body, known)


def _back(key: str, body: Body, known: Entry) -> Iterator[Event]:
    """A record that was released and is in the roster again."""
    if body.get("occurred_at") != known.booked:
        # The number of the booking was used again: another booking needs a number of its own.
        yield _booking(key, f"{key}/{known.releases + 1}", body, 1, known.releases)
        return
    here = replace(known, body=body, missing=0, missing_since=None, release_receipt=None)
    taken_back = {"receipt": known.release_receipt, "source_record_id": _release_number(known, 0)}
    yield Event(key, Kind.RETURN, _release_number(known, 0), 1, taken_back, here)
    if known.digest != content_digest(body):
        yield _change(key, body, here)


def _booking(key: str, record: str, body: Body, version: int, releases: int = 0) -> Event:
    sent = {**body, "source_record_id": record, "record_version": version}
    after = replace(_entry(record, body, version), releases=releases)
    return Event(key, Kind.BOOKING, record, version, sent, after)


def _change(key: str, body: Body, known: Entry) -> Event:
    version = max(_version(body), known.version + 1)
    sent = {**body, "source_record_id": known.record, "record_version": version,
            "supersedes": known.version}  # fmt: skip
    after = replace(
        _entry(known.record, body, version),
        releases=known.releases, release_receipt=known.release_receipt,
    )  # fmt: skip
    return Event(key, Kind.CHANGE, known.record, version, sent, after)


def _missed(entry: Entry, roster: Roster) -> Entry:
    since = entry.missing_since or roster.as_of.isoformat()
    return replace(entry, missing=entry.missing + 1, missing_since=since)


def _releases(entries: dict[str, Entry], roster: Roster, rules: Rules) -> Iterator[Event]:
    """Releases of those missing for long enough; who was never accepted is forgotten."""
    for key, entry in list(entries.items()):
        if entry.body is None or key in roster or entry.missing < rules.nights:
            continue
        if entry.refused:
            del entries[key]
            continue
        record = _release_number(entry, 1)
        body = {name: entry.body[name] for name in _RELEASE_KEEPS if name in entry.body}
        body |= {"source_record_id": record, "record_version": 1, "contact_type": "release",
                 "occurred_at": entry.missing_since}  # fmt: skip
        after = replace(entry, body=None, releases=entry.releases + 1)
        yield Event(key, Kind.RELEASE, record, 1, body, after)


def _release_number(entry: Entry, further: int) -> str:
    """The number of a record's release: a record of its own beside the booking."""
    number = entry.releases + further
    return f"{entry.record}/release" + (f"/{number}" if number > 1 else "")


def _entry(record: str, body: Body, version: int) -> Entry:
    booked = str(body.get("occurred_at", ""))
    return Entry(record, version, content_digest(body), booked, body)


def _version(body: Body) -> int:
    return int(body.get("record_version", 1))
