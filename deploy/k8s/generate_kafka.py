"""Writes the Kafka topics, users and access rights that the code needs, as Strimzi resources.

`.venv/bin/python deploy/k8s/generate_kafka.py` after a change of events, subscriptions or
`deploy/compose/topics.txt` (partitions and hours per topic). A test compares the result.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from shared.events import ALL, dead_letter_topic
from shared.events.export import listeners, services

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "deploy" / "compose" / "topics.txt"
FOLDER = ROOT / "deploy" / "k8s" / "components" / "strimzi"
HEADER = "# Written by deploy/k8s/generate_kafka.py from the code; do not edit.\n"
HOUR_MS = 3_600_000
# Consumer lag is read by whoever scales on it, and by nobody else.
LAG_READER = "keda"

Resource = dict[str, Any]


def table() -> dict[str, tuple[int, int]]:
    """Partitions and hours kept, per topic."""
    rows = [line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return {name: (int(partitions), int(hours)) for name, partitions, hours in rows}


def topics() -> Iterator[Resource]:
    """Three copies, two of which must have a record before it counts as written."""
    for name, (partitions, hours) in table().items():
        config = {
            "cleanup.policy": "delete",
            "min.insync.replicas": 2,
            "retention.ms": hours * HOUR_MS,
            # Closed hourly, so that what is past its time does go.
            "segment.ms": HOUR_MS,
        }
        spec = {"partitions": partitions, "replicas": 3, "config": config}
        yield _resource("KafkaTopic", name, spec)


def users() -> Iterator[Resource]:
    """One user per service, allowed what its code does; and one that only looks at lag."""
    heard = listeners(ROOT)
    for service in services(ROOT):
        written = {event.topic for event in ALL if event.service == service}
        read = {event.topic for event in heard.get(service, ())}
        acls = [
            # A service may listen to itself.
            *(
                _allow("topic", name, "Describe", "Write", *["Read"] * (name in read))
                for name in sorted(written)
            ),
            _allow("topic", dead_letter_topic(service), "Describe", "Write"),
            *(_allow("topic", name, "Describe", "Read") for name in sorted(read - written)),
            _allow("group", service, "Describe", "Read"),
        ]
        yield _user(service, acls)
    read_by_any = {event.topic for events in heard.values() for event in events}
    acls = [_allow("topic", name, "Describe") for name in sorted(read_by_any)]
    yield _user(LAG_READER, [*acls, *(_allow("group", name, "Describe") for name in heard)])


def _user(name: str, acls: list[Resource]) -> Resource:
    spec = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": acls},
    }
    return _resource("KafkaUser", name, spec)


def _allow(kind: str, name: str, *operations: str) -> Resource:
    return {"resource": {"type": kind, "name": name}, "operations": list(operations)}


def _resource(kind: str, name: str, spec: Resource) -> Resource:
    metadata = {"name": name, "labels": {"strimzi.io/cluster": "kafka"}}
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }


def documents() -> dict[Path, str]:
    """Every generated file with its text."""
    found = {"topics.yaml": topics(), "users.yaml": users()}
    return {
        FOLDER / name: HEADER + yaml.safe_dump_all(resources, sort_keys=False)
        for name, resources in found.items()
    }


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text)
