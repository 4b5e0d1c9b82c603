"""`lead feed --snapshot`: a nightly roster as a whole."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
import typer

from lead.errors import Failure
from lead.feed_state import Finished
from lead.mapping import Mapping
from lead.rejects import write_rejects
from lead.roster import Entry, Event, Kind, Roster, Rules, State, baseline, plan
from lead.roster_choices import Options
from lead.roster_reading import Reading, read_roster
from lead.roster_sending import Outcome, Sender, sender
from lead.roster_state import load_state, only_run, save_state
from lead.rows import FileRow, header

_WORDS = {
    Kind.BOOKING: "bookings", Kind.CHANGE: "changes", Kind.RELEASE: "releases",
    Kind.RETURN: "taken back",
}  # fmt: skip


class NothingAccepted(Failure):
    """The roster gave something to send, and the system took none of it."""

    exit_code = 3


class NotFirst(Failure):
    """A baseline was asked for where a roster was taken before."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a roster comes from and goes to, and where its state is."""

    file: Path
    state: Path
    rejects: Path
    url: str
    token_file: Path
    patience: float = 300
    transport: httpx.BaseTransport | None = None


@dataclass(slots=True)
class Run:
    """One run: the state file and the way to the system."""

    path: Path
    source: str
    way: Sender
    outcomes: list[Outcome]

    def send(self, state: State) -> State:
        """Send what is to be sent, if anything, and keep how it ended."""
        if not state.sending:
            return state
        state, outcomes = self.way.send(state)
        self.outcomes += outcomes
        save_state(self.path, self.source, state)
        self.way.clean()
        return state


def take_roster(mapping: Mapping, place: Place, options: Options) -> None:
    """Take a roster, send what it gives, and say how it ended. Raises Failure."""
    source = f"{mapping.constants.get('site')}/{mapping.constants.get('source_system')}"
    reading, roster = read_roster(place.file, mapping, options.as_of)
    with only_run(place.state):
        state = load_state(place.state, source)
        if options.dry_run:
            _say_plan(_next(state, roster, mapping, options), reading)
            return
        way = sender(
            mapping, place.state, url=place.url, token_file=place.token_file,
            patience=place.patience, transport=place.transport,
        )  # fmt: skip
        run = Run(place.state, source, way, [])
        # What an earlier run did not finish comes first: it is part of what is known.
        state = _next(run.send(state), roster, mapping, options)
        save_state(place.state, source, state)
        state = run.send(state)
    _report(place, mapping, state, reading, run.outcomes)


def _next(state: State, roster: Roster, mapping: Mapping, options: Options) -> State:
    if options.baseline:
        if state.as_of is not None:
            raise NotFirst("A roster was taken before: --baseline is for the first one only.")
        return baseline(roster)
    rules = mapping.snapshot
    nights = rules.nights if options.nights is None else options.nights
    return plan(state, roster, Rules(nights, rules.shrink_percent, options.accept_shrink))


def _say_plan(state: State, reading: Reading) -> None:
    """What a run would do, by record number."""
    _say_roster(state, reading)
    for kind, number in _counted(state.sending):
        typer.echo(f"{_WORDS[kind]:13}{number}")
    typer.echo(f"missing      {len(_missing(state))}")
    for event in state.sending:
        typer.echo(f"  {event.kind:8} {event.record} (version {event.version})")
    for entry in _missing(state):
        typer.echo(f"  missing  {entry.record} ({entry.missing} in a row)")
    typer.echo("Nothing was sent, and nothing is remembered: this was a dry run.")


def _report(
    place: Place, mapping: Mapping, state: State, reading: Reading, outcomes: list[Outcome]
) -> None:
    rejected = [*reading.rejected, *_refused_rows(reading, outcomes)]
    columns = header(place.file, mapping) or mapping.columns
    _say_roster(state, reading)
    accepted = [outcome.event for outcome in outcomes if outcome.accepted]
    for kind, number in _counted(accepted):
        typer.echo(f"{_WORDS[kind]:13}{number}")
    typer.echo(f"refused      {len(outcomes) - len(accepted)}")
    typer.echo(f"not read     {len(reading.rejected)}")
    typer.echo(f"missing      {len(_missing(state))}")
    _say_reasons(reading, outcomes)
    if write_rejects(place.rejects, rejected, columns):
        typer.echo(f"Rejected rows are in {place.rejects}")
    if outcomes and not accepted:
        raise NothingAccepted("The roster gave something to send, and nothing was accepted.")


def _say_roster(state: State, reading: Reading) -> None:
    held = sum(not entry.released for entry in state.entries.values())
    typer.echo(f"records      {len(reading.bodies) + len(reading.unclear)}")
    typer.echo(f"known        {held}")
    if reading.nameless:
        typer.echo(f"{reading.nameless} rows have no record number: nobody counts as missing.")


def _say_reasons(reading: Reading, outcomes: Iterable[Outcome]) -> None:
    reasons = [reason for _, end in reading.rejected for reason in end.reasons]
    reasons += [reason for outcome in outcomes for reason in outcome.reasons]
    words = Counter(f"{r['pointer'] or '/'} {r['hint']} ({r['code']})" for r in reasons)
    for text, times in words.most_common():
        typer.echo(f"{times:8}  {text}")
    for outcome in outcomes:
        if not outcome.accepted:
            typer.echo(f"  refused: {outcome.event.kind} {outcome.event.record}")


def _refused_rows(
    reading: Reading, outcomes: Iterable[Outcome]
) -> Iterable[tuple[FileRow, Finished]]:
    for outcome in outcomes:
        if not outcome.accepted:
            end = Finished(0, "", 422, outcome.reasons)
            yield from reading.rejects_of(outcome.event.key, end)


def _counted(events: Iterable[Event]) -> Iterable[tuple[Kind, int]]:
    found = Counter(event.kind for event in events)
    return [(kind, found[kind]) for kind in Kind]


def _missing(state: State) -> list[Entry]:
    """Who is missing and not yet released."""
    return [entry for entry in state.entries.values() if entry.missing and not entry.released]
