"""What is known of a roster, in a file beside it that is replaced whole or not at all.

It holds what the roster says of everybody in custody, because the release of somebody who is no
longer in the roster must say who it is about; only its owner may read it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from lead.errors import Failure
from lead.roster import Entry, Event, Kind, State

_FORM = 1


class BadRosterState(Failure):
    """The file is not what a roster left behind."""


class RosterInUse(Failure):
    """Another run is at work with this roster."""


@contextmanager
def only_run(path: Path) -> Iterator[None]:
    """Keeps a second run away. Raises RosterInUse."""
    lock = path.with_name(f"{path.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RosterInUse(f"Another run is at work with {path}.") from None
    finally:
        os.close(descriptor)


def load_state(path: Path, source: str) -> State:
    """What the last run left; nothing where there was none. Raises BadRosterState."""
    if not path.exists():
        return State()
    try:
        said = json.loads(path.read_text("utf-8"))
        if said["form"] != _FORM or said["source"] != source:
            raise BadRosterState(
                f"{path} is about {said['source']}, not about {source}. "
                "Give each source a state of its own: --state."
            )
        return _state(said)
    except (ValueError, KeyError, TypeError) as error:
        raise BadRosterState(f"{path} cannot be read ({type(error).__name__}).") from None


def save_state(path: Path, source: str, state: State) -> None:
    """On the disk, whole, when this returns."""
    said = {
        "form": _FORM,
        "source": source,
        "as_of": state.as_of.isoformat() if state.as_of else None,
        "entries": {key: asdict(entry) for key, entry in state.entries.items()},
        "sending": [asdict(event) for event in state.sending],
    }
    write_whole(path, json.dumps(said, separators=(",", ":")))


def write_whole(path: Path, text: str) -> None:
    """Replace the file; a crash leaves the old one or the new one."""
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _state(said: dict[str, Any]) -> State:
    as_of = datetime.fromisoformat(said["as_of"]) if said["as_of"] else None
    entries = {key: Entry(**entry) for key, entry in said["entries"].items()}
    return State(as_of, entries, tuple(map(_event, said["sending"])))


def _event(said: dict[str, Any]) -> Event:
    return Event(**said | {"kind": Kind(said["kind"]), "after": Entry(**said["after"])})
