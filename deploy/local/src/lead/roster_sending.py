"""Sending what a roster gives: contacts as a feed does, releases taken back one by one.

What is to be sent is in the state file before the first request; each answer is settled there. A
run that is killed at any moment is finished by the next, and the system knows each record and
version, so that nothing is reported twice.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lead.client import Api, Refused, read_token
from lead.feed import Feed
from lead.feed_state import FeedState, Finished
from lead.mapping import Mapping
from lead.roster import Event, Kind, State, settle
from lead.roster_state import write_whole
from lead.rows import FileRow

RETRACTION = "/referral/v1/contacts/{receipt}/retraction"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an event ended, with the reasons when it was refused."""

    event: Event
    accepted: bool
    receipt: str | None = None
    reasons: tuple[dict[str, str], ...] = ()


class Bodies(Feed):
    """A feed of bodies that are ready to be sent, a line each."""

    def body(self, row: FileRow) -> dict[str, Any]:
        """The line as it is."""
        return row.values


@dataclass(frozen=True, slots=True)
class Sender:
    """Where and how to send. `feed` makes the feed of a file of bodies, `api` the caller."""

    feed: Callable[[Path, FeedState], Bodies]
    api: Callable[[], Api]
    spool: Path

    def send(self, state: State) -> tuple[State, list[Outcome]]:
        """Send all that is to be sent; what is known then, and how each ended. FeedStopped."""
        outcomes = [*self._take_back(state), *self._report(state)]
        for outcome in outcomes:
            state = settle(state, outcome.event, outcome.receipt, accepted=outcome.accepted)
        return state, outcomes

    def clean(self) -> None:
        """Remove what was only needed to send."""
        self.spool.unlink(missing_ok=True)
        self._progress.unlink(missing_ok=True)

    @property
    def _progress(self) -> Path:
        return self.spool.with_name(f"{self.spool.name}.feed-state")

    def _take_back(self, state: State) -> Iterator[Outcome]:
        wrong = [event for event in state.sending if event.kind is Kind.RETURN]
        if not wrong:
            return
        with self.api() as api:
            for event in wrong:
                yield _taken_back(api, event)

    def _report(self, state: State) -> Iterator[Outcome]:
        events = [event for event in state.sending if event.kind is not Kind.RETURN]
        if not events:
            return
        write_whole(self.spool, "".join(json.dumps(event.body) + "\n" for event in events))
        with FeedState(self._progress) as finished:
            feed = self.feed(self.spool, finished)
            try:
                feed.run()
                for row, end in list(feed.results()):
                    yield _reported(events[row.line - 1], end)
            finally:
                feed.close()


def _reported(event: Event, end: Finished) -> Outcome:
    return Outcome(event, end.accepted, end.receipt, end.reasons)


def _taken_back(api: Api, event: Event) -> Outcome:
    path = RETRACTION.format(receipt=event.body["receipt"])
    body = {"source_record_id": event.record, "record_version": event.version, "reason": "error"}
    try:
        api.post(path, body)
    except Refused as refused:
        if refused.status not in (404, 422):
            raise
        reason = {"pointer": "", "code": str(refused.status), "hint": "The release stays."}
        return Outcome(event, accepted=False, reasons=(reason,))
    return Outcome(event, accepted=True)


def sender(
    plan: Mapping,
    state_path: Path,
    *,
    url: str,
    token_file: Path,
    patience: float = 300,
    transport: httpx.BaseTransport | None = None,
) -> Sender:
    """The way to the system at `url`, with what it needs beside the state file."""
    ready = plan.model_copy(update={"encoding": "utf-8", "one_row_per": "record"})

    def feed(path: Path, finished: FeedState) -> Bodies:
        return Bodies(
            path, ready, finished, url=url, token_file=token_file, patience=patience,
            transport=transport,
        )  # fmt: skip

    def api() -> Api:
        return Api(url, read_token(token_file), transport=transport)

    return Sender(feed, api, state_path.with_name(f"{state_path.name}.sending.ndjson"))
