"""The names under which services store that they handled an event; stored data, kept for good."""

import importlib
import json
from pathlib import Path

from shared.events.export import services

ROOT = Path(__file__).parents[2]
STORED: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parent / "handler_names.json").read_text()
)


def names_today() -> dict[str, dict[str, str]]:
    """Per service, the handler name of each event type that it subscribes to."""
    return {
        service: {
            event.type: subscription.name
            for event, subscription in importlib.import_module(
                f"{package}.consumers"
            ).SUBSCRIPTIONS.items()
        }
        for service, package in services(ROOT).items()
    }


def test_a_name_once_stored_is_kept() -> None:
    """Under another name, every event that arrives again would be handled again."""
    today = names_today()
    assert today.keys() == STORED.keys()
    changed = {
        (service, event): (name, today[service][event])
        for service, names in STORED.items()
        for event, name in names.items()
        if today[service].get(event, name) != name
    }
    assert changed == {}


def test_every_name_is_recorded() -> None:
    """A new subscription is added to handler_names.json, where the test above keeps it."""
    unrecorded = {
        service: names
        for service, known in names_today().items()
        if (names := {e: n for e, n in known.items() if e not in STORED[service]})
    }
    assert unrecorded == {}
