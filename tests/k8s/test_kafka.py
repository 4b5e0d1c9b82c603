"""Topics, rights and autoscaling on lag are those of the code."""

import pytest
from tests.architecture.source import SERVICES
from tests.architecture.test_compose import topics as table
from tests.architecture.test_services import LISTENERS
from tests.k8s.rendered import Rendered, Resource, each_operated

from shared.events import ALL, TOPICS, dead_letter_topic

HOUR_MS = 3_600_000

Right = tuple[str, str, str]

each_service = pytest.mark.parametrize("service", SERVICES)


def rights(user: Resource) -> set[Right]:
    """(resource type, name, operation); all of them literal names that are allowed."""
    found = set()
    for acl in user["spec"]["authorization"]["acls"]:
        resource = acl["resource"]
        assert acl.get("type", "allow") == "allow"
        assert resource.get("patternType", "literal") == "literal"
        assert resource["name"] != "*"
        found |= {(resource["type"], resource["name"], what) for what in acl["operations"]}
    return found


def subscribed(service: str) -> set[str]:
    return {event.topic for event in LISTENERS.get(service, ())}


@each_operated
def test_the_topics_are_the_code_s(rendered: Rendered) -> None:
    """No more and no fewer; as many partitions, and kept as long, as under compose."""
    topics = {topic["metadata"]["name"]: topic["spec"] for topic in rendered.of("KafkaTopic")}
    assert set(topics) == {*TOPICS, *(dead_letter_topic(service) for service in SERVICES)}
    for name, (partitions, hours) in table().items():
        assert topics[name]["partitions"] == partitions
        assert topics[name]["config"]["retention.ms"] == hours * HOUR_MS
        assert topics[name]["replicas"] == 3
        assert topics[name]["config"]["min.insync.replicas"] == 2


@each_operated
@each_service
def test_a_service_may_do_what_its_code_does(rendered: Rendered, service: str) -> None:
    """Write what it publishes and its dead letters, read what it subscribes to; nothing else."""
    written = {event.topic for event in ALL if event.service == service}
    written.add(dead_letter_topic(service))
    expected = {("topic", name, "Write") for name in written}
    expected |= {("topic", name, "Read") for name in subscribed(service)}
    expected |= {("topic", name, "Describe") for name in written | subscribed(service)}
    expected |= {("group", service, "Read"), ("group", service, "Describe")}
    user = rendered.get("KafkaUser", service)
    assert rights(user) == expected
    assert user["spec"]["authentication"]["type"] == "scram-sha-512"


@each_operated
def test_nobody_else_reads_or_writes(rendered: Rendered) -> None:
    """Whoever watches the lag may look at it, and at nothing in the topics."""
    others = [u for u in rendered.of("KafkaUser") if u["metadata"]["name"] not in SERVICES]
    assert [user["metadata"]["name"] for user in others] == ["keda"]
    assert {what for _, _, what in rights(others[0])} == {"Describe"}


@each_operated
def test_one_writer_per_topic(rendered: Rendered) -> None:
    """A topic belongs to the service that it is named after."""
    for user in rendered.of("KafkaUser"):
        for kind, name, what in rights(user):
            if kind == "topic" and what == "Write":
                assert name.startswith(f"lead.{user['metadata']['name']}.")


@each_operated
def test_kafka_loses_nothing_by_itself(rendered: Rendered) -> None:
    """Copies, no topics by accident, rights for everybody, disks that outlive mistakes."""
    kafka = next(rendered.of("Kafka"))["spec"]["kafka"]
    config = kafka["config"]
    assert config["auto.create.topics.enable"] is False
    assert (config["default.replication.factor"], config["min.insync.replicas"]) == (3, 2)
    assert kafka["authorization"] == {"type": "simple"}
    assert all(listener["tls"] for listener in kafka["listeners"])
    pools = list(rendered.of("KafkaNodePool"))
    assert {role for pool in pools for role in pool["spec"]["roles"]} == {"broker", "controller"}
    for pool in pools:
        assert pool["spec"]["replicas"] == 3
        assert all(v["deleteClaim"] is False for v in pool["spec"]["storage"]["volumes"])
    longest = max(hours for _, hours in table().values())
    assert config["offsets.retention.minutes"] > longest * 60


@each_operated
def test_consumers_scale_on_everything_they_read(rendered: Rendered) -> None:
    """On the lag of each topic and its own group; never to more pods than partitions."""
    partitions = {name: number for name, (number, _) in table().items()}
    scaled = list(rendered.of("ScaledObject"))
    assert {s["metadata"]["name"] for s in scaled} == {"casework", "notifier"}
    for scaler in scaled:
        name, spec = scaler["metadata"]["name"], scaler["spec"]
        triggers = [t["metadata"] for t in spec["triggers"] if t["type"] == "kafka"]
        assert {trigger["topic"] for trigger in triggers} == subscribed(name)
        assert spec["maxReplicaCount"] <= max(partitions[t["topic"]] for t in triggers)
        assert spec["minReplicaCount"] >= 2
        assert spec["fallback"]["replicas"] >= spec["minReplicaCount"]
        for trigger in triggers:
            assert trigger["consumerGroup"] == name
            assert trigger["offsetResetPolicy"] == "earliest"
            assert all(isinstance(value, str) for value in trigger.values())
            bootstrap = rendered.settings(name)["KAFKA_BOOTSTRAP_SERVERS"]
            assert trigger["bootstrapServers"] == bootstrap
        assert all(t["authenticationRef"] for t in spec["triggers"] if t["type"] == "kafka")


@each_operated
def test_the_one_who_reads_the_lag_may(rendered: Rendered) -> None:
    """KEDA's user may describe every topic and group that a trigger names."""
    allowed = rights(rendered.get("KafkaUser", "keda"))
    for scaler in rendered.of("ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            if trigger["type"] == "kafka":
                about = trigger["metadata"]
                assert ("topic", about["topic"], "Describe") in allowed
                assert ("group", about["consumerGroup"], "Describe") in allowed
    login = rendered.get("ConfigMap", "kafka-lag")["data"]
    assert login == {"sasl": "scram_sha512", "tls": "enable", "username": "keda"}


@each_operated
def test_databases_survive_a_machine_and_a_mistake(rendered: Rendered) -> None:
    """Two copies of every commit before it counts; archived, and backed up every day."""
    clusters = {c["metadata"]["name"]: c["spec"] for c in rendered.of("Cluster")}
    assert set(clusters) == {f"{service}-db" for service in SERVICES}
    backups = {b["spec"]["cluster"]["name"]: b["spec"] for b in rendered.of("ScheduledBackup")}
    assert set(backups) == set(clusters)
    for name, spec in clusters.items():
        assert spec["instances"] == 3
        synchronous = spec["postgresql"]["synchronous"]
        assert (synchronous["number"], synchronous["dataDurability"]) == (1, "required")
        assert [p["name"] for p in spec["plugins"] if p["isWALArchiver"]]
        # With five fields, as cron has them, "0 3 * * *" would be 00:03 of every hour's minute 0.
        assert len(backups[name]["schedule"].split()) == 6
        assert not spec["enableSuperuserAccess"]


@each_operated
def test_the_relay_has_a_server_and_no_pooler(rendered: Rendered) -> None:
    """Session locks and LISTEN do not survive a pooler in transaction mode."""
    assert list(rendered.of("Pooler")) == []
