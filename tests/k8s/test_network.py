"""Who may talk with whom: exactly the edges that the code has, and no service with another."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.architecture.source import SERVICES, deployed, imported
from tests.k8s.rendered import (
    COMPONENT,
    NAME,
    Rendered,
    Resource,
    each_operated,
    each_overlay,
    named,
    pod,
    pod_labels,
    selects,
)

# What a library is imported for, as an edge of the process that imports it.
CLIENTS = {
    "asyncpg": "database",
    "aiokafka": "kafka",
    "httpx": "identity provider",
    "aiosmtplib": "mail",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter": "collector",
}
# Any other that opens connections would need a line above.
UNUSED = {"aiohttp", "requests", "urllib3", "smtplib", "ftplib", "paramiko", "redis"}
PRIVATE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"}

Edge = tuple[str, int | str]


def edges_of_the_code(service: str) -> set[str]:
    """From the imports of the service and of the library that it stands on."""
    mine = [m for m in deployed() if m.package in (SERVICES[service], "shared")]
    return {CLIENTS[name] for module in mine for name in imported(module) if name in CLIENTS}


def policies(rendered: Rendered, labels: dict[str, str], way: str) -> Iterator[Resource]:
    """The policies that speak about a pod, for `Ingress` or `Egress`."""
    for policy in rendered.of("NetworkPolicy"):
        spec = policy["spec"]
        if way in spec["policyTypes"] and selects(spec["podSelector"], labels):
            yield policy


def outgoing(rendered: Rendered, labels: dict[str, str]) -> Iterator[tuple[dict[str, Any], int]]:
    """Each peer with each port that a pod with these labels may connect to."""
    for policy in policies(rendered, labels, "Egress"):
        for rule in policy["spec"].get("egress", ()):
            for peer in rule.get("to", ({},)):
                for port in rule.get("ports", ({"port": 0},)):
                    yield peer, port["port"]


def edge(peer: dict[str, Any], port: int) -> str:
    """The edge's name in the code's terms; everything unusual keeps its own."""
    if "ipBlock" in peer:
        assert set(peer["ipBlock"]["except"]) >= PRIVATE
        return {443: "identity provider", 587: "mail"}.get(port, f"outside:{port}")
    if "namespaceSelector" in peer and port == 53:
        return "names"
    name = peer.get("podSelector", {}).get("matchLabels", {}).get("reachable-as", "?")
    ports = {"kafka": (9093, "kafka"), "otel-collector": (4318, "collector")}
    if name.endswith("-db"):
        return f"database {name}" if port == 5432 else f"{name}:{port}"
    wanted, known = ports.get(name, (port, f"{peer}:{port}"))
    return known if port == wanted else f"{name}:{port}"


@each_operated
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reaches_what_its_code_connects_to(rendered: Rendered, service: str) -> None:
    """No edge more and none less; of the databases, its own."""
    wanted = edges_of_the_code(service)
    assert "mail" in wanted or service != "notifier"
    wanted = {f"database {service}-db" if name == "database" else name for name in wanted}
    labels = pod_labels(rendered.services()[service])
    assert {edge(*out) for out in outgoing(rendered, labels)} == wanted | {"names"}


def test_no_other_client_library_is_used() -> None:
    """An edge of a new kind must be thought about here."""
    used = {name for module in deployed() for name in imported(module)}
    assert used & UNUSED == set()
    assert set(CLIENTS) <= used


@each_operated
@pytest.mark.parametrize("service", SERVICES)
def test_a_migration_reaches_its_database_only(rendered: Rendered, service: str) -> None:
    """It runs with rights that nothing else has."""
    labels = pod_labels(rendered.get("Job", f"{service}-migrate"))
    edges = {edge(*out) for out in outgoing(rendered, labels)}
    assert edges == {f"database {service}-db", "names"}
    assert [p for p in policies(rendered, labels, "Ingress") if p["spec"].get("ingress")] == []


@each_overlay
def test_the_default_is_silence(rendered: Rendered) -> None:
    """For every pod in the namespace, both ways."""
    deny = rendered.get("NetworkPolicy", "default-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@each_overlay
def test_no_service_talks_with_another(rendered: Rendered) -> None:
    """They only meet in Kafka: whatever a peer selects, it is never a service's pod."""
    everybody = {name: pod_labels(d) for name, d in rendered.services().items()}
    for service, labels in everybody.items():
        for peer, port in outgoing(rendered, labels):
            if "podSelector" not in peer:
                continue
            met = [n for n, other in everybody.items() if selects(peer["podSelector"], other)]
            assert met == [], f"{service} reaches {met} on {port}"


@each_overlay
def test_every_deployment_has_a_policy_of_its_own(rendered: Rendered) -> None:
    """Named like it, both ways; one file per service says all its edges."""
    for deployment in rendered.deployments():
        policy = rendered.get("NetworkPolicy", deployment["metadata"]["name"])["spec"]
        assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
        assert selects(policy["podSelector"], pod_labels(deployment))
        others = [
            d for d in rendered.deployments() if selects(policy["podSelector"], pod_labels(d))
        ]
        assert others == [deployment]


@each_overlay
def test_policies_name_ports_that_exist(rendered: Rendered) -> None:
    """A port's name that no container has lets nobody in, silently."""
    for policy in rendered.of("NetworkPolicy"):
        spec = policy["spec"]
        wanted = {p["port"] for rule in spec.get("ingress", ()) for p in rule.get("ports", ())}
        wanted = {port for port in wanted if isinstance(port, str)}
        chosen = [w for w in rendered.workloads() if selects(spec["podSelector"], pod_labels(w))]
        open_ports = {
            p["name"] for w in chosen for c in pod(w)["containers"] for p in c.get("ports", ())
        }
        assert wanted <= open_ports, named(policy)


@each_operated
def test_only_the_gateway_and_the_scrape_come_in(rendered: Rendered) -> None:
    """From their namespaces, to the one port."""
    for deployment in rendered.services().values():
        found = set()
        for policy in policies(rendered, pod_labels(deployment), "Ingress"):
            for rule in policy["spec"].get("ingress", ()):
                assert rule["ports"] == [{"protocol": "TCP", "port": "http"}]
                for peer in rule["from"]:
                    (labels,) = (s["matchLabels"] for s in peer.values())
                    found.add((*peer, *labels.values()))
        assert found == {
            ("namespaceSelector", "envoy-gateway-system"),
            ("namespaceSelector", "monitoring"),
        }


@each_operated
def test_a_database_lets_its_own_service_in(rendered: Rendered) -> None:
    """And its fellow instances and the operator; Kafka's listener lets services and KEDA in."""
    for service in SERVICES:
        cluster = rendered.get("Cluster", f"{service}-db")
        labels = {"cnpg.io/cluster": f"{service}-db"}
        assert cluster["spec"]["inheritedMetadata"]["labels"]["reachable-as"] == f"{service}-db"
        callers = set()
        for policy in policies(rendered, labels, "Ingress"):
            for rule in policy["spec"].get("ingress", ()):
                for other, deployment in rendered.services().items():
                    peers = [p["podSelector"] for p in rule["from"] if "podSelector" in p]
                    if any(selects(peer, pod_labels(deployment)) for peer in peers):
                        callers.add(other)
        assert callers == {service}


@each_operated
def test_kafka_lets_the_services_in(rendered: Rendered) -> None:
    """By the listener's own peers, from which the operator makes its policies."""
    (listener,) = next(rendered.of("Kafka"))["spec"]["kafka"]["listeners"]
    peers = [p["podSelector"] for p in listener["networkPolicyPeers"] if "podSelector" in p]
    for deployment in rendered.services().values():
        assert any(selects(peer, pod_labels(deployment)) for peer in peers)
    migration = pod_labels(rendered.get("Job", "casework-migrate"))
    assert migration[NAME] == "casework"
    assert migration[COMPONENT] == "migration"
    assert not any(selects(peer, migration) for peer in peers)
    brokers = next(p for p in rendered.of("KafkaNodePool") if "broker" in p["spec"]["roles"])
    assert brokers["spec"]["template"]["pod"]["metadata"]["labels"]["reachable-as"] == "kafka"
