"""Every pod is hardened, drains, and is spread; every number fits the others."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.architecture.source import ROOT, SERVICES
from tests.k8s.rendered import (
    COMPONENT,
    NAME,
    Rendered,
    Resource,
    amount,
    containers,
    each_operated,
    each_overlay,
    named,
    pod,
    pod_labels,
    selects,
)

from shared import supervisor
from shared.config import ServiceSettings
from shared.operations import PROBES

STANDARD = {"name", "instance", "version", "component", "part-of", "managed-by"}
STABLE = {NAME, COMPONENT}


@each_overlay
def test_every_service_runs(rendered: Rendered) -> None:
    """One Deployment per service of the workspace, with a Service and a migration."""
    assert set(rendered.services()) == set(SERVICES)
    assert set(SERVICES) <= {service["metadata"]["name"] for service in rendered.of("Service")}
    jobs = {job["metadata"]["name"] for job in rendered.of("Job")}
    assert {f"{service}-migrate" for service in SERVICES} <= jobs


@each_overlay
def test_ports_have_names_and_are_asked_for_by_name(rendered: Rendered) -> None:
    """The API server takes a probe of a port that is not there; the pod would never be ready."""
    for workload in rendered.workloads():
        for container in containers(workload):
            ports = {port["name"] for port in container.get("ports", ())}
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                asked = container.get(kind, {})
                for way in ("httpGet", "tcpSocket"):
                    assert asked.get(way, {}).get("port", "http") in ports or not asked.get(way)


@each_overlay
def test_services_lead_to_pods_and_their_ports(rendered: Rendered) -> None:
    """Each selects exactly one kind of pod, and each target port is one of that pod's."""
    for service in rendered.of("Service"):
        selector = {"matchLabels": service["spec"]["selector"]}
        chosen = [w for w in rendered.workloads() if selects(selector, pod_labels(w))]
        assert len(chosen) == 1, named(service)
        ports = {p["name"] for c in containers(chosen[0]) for p in c.get("ports", ())}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports, named(service)


@each_overlay
def test_labels_are_the_standard_ones_and_selectors_stable(rendered: Rendered) -> None:
    """A selector never names what a release or a site changes."""
    for workload in rendered.workloads():
        for labels in (workload["metadata"]["labels"], pod_labels(workload)):
            assert {key.removeprefix("app.kubernetes.io/") for key in labels} >= STANDARD
        if workload["kind"] != "Job":
            selector = workload["spec"]["selector"]
            assert selects(selector, pod_labels(workload))
            assert set(selector["matchLabels"]) == STABLE


@each_overlay
def test_every_pod_is_restricted(rendered: Rendered) -> None:
    """As the namespace enforces, samples included; no token for the Kubernetes API."""
    namespace = next(rendered.of("Namespace"))["metadata"]["labels"]
    assert namespace["pod-security.kubernetes.io/enforce"] == "restricted"
    for workload in rendered.workloads():
        spec = pod(workload)
        assert spec["automountServiceAccountToken"] is False, named(workload)
        assert spec["enableServiceLinks"] is False, named(workload)
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(workload):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}
            # Throttling would delay alerts while the node has time to spare.
            assert "cpu" not in container["resources"]["limits"]


@each_overlay
def test_our_root_is_read_only_and_our_user_the_image_s(rendered: Rendered) -> None:
    """What must be written goes to a /tmp of limited size."""
    recipe = (ROOT / "Dockerfile").read_text()
    user = re.search(r"^USER (\d+):(\d+)", recipe, re.M)
    assert user is not None
    migrations = [j for j in rendered.of("Job") if j["metadata"]["name"] != "topics"]
    assert len(migrations) == len(SERVICES)
    for workload in (*rendered.deployments(), *migrations):
        context = pod(workload)["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"]) == tuple(map(int, user.groups()))
        tmp = next(v for v in pod(workload)["volumes"] if v["name"] == "tmp")
        assert amount(tmp["emptyDir"]["sizeLimit"]) > 0
        for container in containers(workload):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert "/tmp" in [mount["mountPath"] for mount in container["volumeMounts"]]  # noqa: S108


@each_overlay
def test_every_deployment_has_an_account_of_its_own(rendered: Rendered) -> None:
    """That nothing else uses, and that is given no token either."""
    accounts = {a["metadata"]["name"]: a for a in rendered.of("ServiceAccount")}
    for deployment in rendered.deployments():
        name = deployment["metadata"]["name"]
        assert pod(deployment)["serviceAccountName"] == name
        assert accounts[name]["automountServiceAccountToken"] is False


@each_overlay
def test_every_deployment_may_lose_one_pod_at_a_time(rendered: Rendered) -> None:
    """By one budget each, which a broken pod does not use up."""
    for deployment in rendered.deployments():
        budgets = [
            budget["spec"]
            for budget in rendered.of("PodDisruptionBudget")
            if selects(budget["spec"]["selector"], pod_labels(deployment))
        ]
        assert len(budgets) == 1, named(deployment)
        assert budgets[0]["maxUnavailable"] == 1
        assert budgets[0]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@each_overlay
def test_every_deployment_is_spread_and_rolled_out_without_a_gap(rendered: Rendered) -> None:
    """A new pod is ready before an old one goes; pods of one version do not share a host."""
    for deployment in rendered.deployments():
        spec = deployment["spec"]
        assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert spec["minReadySeconds"] >= 10
        assert spec["progressDeadlineSeconds"] > _slowest_start(deployment)
        assert spec["revisionHistoryLimit"] == 5
        spread = pod(deployment)["topologySpreadConstraints"]
        assert "kubernetes.io/hostname" in {rule["topologyKey"] for rule in spread}
        for rule in spread:
            assert selects(rule["labelSelector"], pod_labels(deployment))
            assert rule["matchLabelKeys"] == ["pod-template-hash"]


def _slowest_start(deployment: Resource) -> int:
    probe = pod(deployment)["containers"][0]["startupProbe"]
    seconds: int = probe["periodSeconds"] * probe["failureThreshold"]
    return seconds


@each_overlay
def test_probes_ask_what_they_are_for(rendered: Rendered) -> None:
    """Liveness never asks the database or Kafka: their outage must not end processes."""
    assert {"/healthz", "/readyz"} <= set(PROBES)
    for deployment in rendered.services().values():
        container = pod(deployment)["containers"][0]
        for kind, path in (
            ("startupProbe", "/healthz"),
            ("livenessProbe", "/healthz"),
            ("readinessProbe", "/readyz"),
        ):
            assert container[kind]["httpGet"] == {"path": path, "port": "http"}
        # Two questions of up to two seconds each (shared/operations.py).
        assert container["readinessProbe"]["timeoutSeconds"] > 4
        assert [port["containerPort"] for port in container["ports"]] == [8000]


@each_overlay
def test_a_drain_fits_into_the_grace(rendered: Rendered) -> None:
    """preStop, open requests, background tasks one after another, the last spans; and a margin."""
    recipe = (ROOT / "Dockerfile").read_text()
    requests = re.search(r"--timeout-graceful-shutdown (\d+)", recipe)
    assert requests is not None
    for deployment in rendered.deployments():
        stop = pod(deployment)["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert stop >= 5
        sum_of_all = float(stop)
        if pod_labels(deployment)[COMPONENT] == "service":
            # A task that is late is cancelled, and given a second for that: about ten of them.
            sum_of_all += int(requests.group(1)) + supervisor.GRACE_SECONDS + 10 + 3
        assert pod(deployment)["terminationGracePeriodSeconds"] >= sum_of_all + 10


@each_overlay
def test_nobody_starts_before_the_schema(rendered: Rendered) -> None:
    """The Job brings it, with the same image; the pods wait for it and change nothing."""
    for service, deployment in rendered.services().items():
        (first,) = pod(deployment)["initContainers"]
        assert "wait_for_schema.py" in first["command"][1]
        job = rendered.get("Job", f"{service}-migrate")
        image = pod(deployment)["containers"][0]["image"]
        assert {c["image"] for c in (*containers(job), first)} == {image}
        assert "shared.migrations.runner" in pod(job)["containers"][0]["command"][2]
        assert job["spec"]["backoffLimit"] > 0
        assert job["spec"]["ttlSecondsAfterFinished"] > 0
        assert "replicas" not in job["spec"]


def autoscalers(rendered: Rendered) -> Iterator[tuple[str, int, int]]:
    """Deployment, least and most pods."""
    for scaler in rendered.of("HorizontalPodAutoscaler"):
        spec = scaler["spec"]
        yield spec["scaleTargetRef"]["name"], spec["minReplicas"], spec["maxReplicas"]
    for scaler in rendered.of("ScaledObject"):
        spec = scaler["spec"]
        yield spec["scaleTargetRef"]["name"], spec["minReplicaCount"], spec["maxReplicaCount"]


@each_operated
def test_each_service_is_scaled_by_one_only(rendered: Rendered) -> None:
    """Two autoscalers of one Deployment fight; one beside `replicas` is reset by each apply."""
    scaled = [name for name, _, _ in autoscalers(rendered)]
    assert sorted(scaled) == sorted(SERVICES)
    for name, deployment in rendered.services().items():
        assert "replicas" not in deployment["spec"], name
    assert all(1 < least < most for _, least, most in autoscalers(rendered))


def most_pods(rendered: Rendered) -> dict[str, int]:
    """By Deployment: the autoscaler's most, or the fixed number; and one more during a rollout."""
    most = {d["metadata"]["name"]: d["spec"].get("replicas", 0) for d in rendered.deployments()}
    most |= {name: number for name, _, number in autoscalers(rendered)}
    return {name: number + 1 for name, number in most.items()}


@each_operated
def test_the_database_has_a_connection_for_everybody(rendered: Rendered) -> None:
    """Both pools, relay, intake writer and migration of every pod at the largest scale."""
    fields = ServiceSettings.model_fields
    pool = fields["database_pool_size"].default + fields["database_work_pool_size"].default
    for service in SERVICES:
        cluster = rendered.get("Cluster", f"{service}-db")
        limit = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
        # The operator's own, replication and a human's.
        assert most_pods(rendered)[service] * (pool + 5) + 20 <= limit


def demands(rendered: Rendered) -> Iterator[tuple[int, dict[str, Any]]]:
    """Everything at its largest: how many of each, and what one of them asks for."""
    for deployment in rendered.deployments():
        for container in pod(deployment)["containers"]:
            yield most_pods(rendered)[deployment["metadata"]["name"]], container
    for job in rendered.of("Job"):
        yield 1, pod(job)["containers"][0]
    sidecar = next(rendered.of("ObjectStore"))["spec"]["instanceSidecarConfiguration"]
    for cluster in rendered.of("Cluster"):
        yield cluster["spec"]["instances"], cluster["spec"]
        yield cluster["spec"]["instances"], sidecar
    for pool in rendered.of("KafkaNodePool"):
        yield pool["spec"]["replicas"], pool["spec"]
    kafka = next(rendered.of("Kafka"))["spec"]
    for part in (*kafka["entityOperator"].values(), kafka["kafkaExporter"]):
        yield 1, part


@each_operated
def test_the_quota_has_room_for_all_of_it(rendered: Rendered) -> None:
    """At the largest scale, in the middle of a rollout."""
    quota = next(rendered.of("ResourceQuota"))["spec"]["hard"]
    asked = [(number, part["resources"]["requests"]) for number, part in demands(rendered)]
    cpu = sum(number * amount(requests["cpu"]) for number, requests in asked)
    memory = sum(number * amount(requests["memory"]) for number, requests in asked)
    assert sum(number for number, _ in asked) <= int(quota["pods"])
    assert cpu <= amount(quota["requests.cpu"])
    assert memory <= amount(quota["requests.memory"])
    # And no more than that: a quota of ten times the need stops nothing.
    assert cpu > amount(quota["requests.cpu"]) / 3


@each_operated
def test_alerts_go_first(rendered: Rendered) -> None:
    """When nodes are short, the notifier is the last to be moved away."""
    urgent = {name for name, d in rendered.services().items() if "priorityClassName" in pod(d)}
    assert urgent == {"notifier"}
    (priority,) = rendered.of("PriorityClass")
    assert priority["value"] > 0
    assert not priority.get("globalDefault", False)


@pytest.mark.parametrize(
    ("quantity", "number"), [("100m", 0.1), ("2Gi", 2**31), ("64Mi", 2**26), (3, 3), ("1.5", 1.5)]
)
def test_quantities_are_read_right(quantity: str | int, number: float) -> None:
    """The sums above stand on this."""
    assert amount(quantity) == number
