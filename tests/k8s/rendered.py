"""What `kubectl kustomize` makes of deploy/k8s, as data."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.architecture.source import ROOT

SOURCE = ROOT / "deploy" / "k8s"
COMPONENTS = (
    "autoscale-http",
    "cnpg",
    "external-secrets",
    "gateway",
    "ingress",
    "keda",
    "monitoring",
    "otel",
    "strimzi",
)
OPERATED = ("staging", "production", "site-king-county")
OVERLAYS = ("local", *OPERATED)
NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"

Resource = dict[str, Any]

each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
each_operated = pytest.mark.parametrize("overlay", OPERATED)


def needed_kubectl() -> str:
    """The renderer, or a loud skip."""
    found = shutil.which("kubectl")
    if found is None:
        pytest.skip("deploy/k8s was NOT rendered: there is no kubectl here")
    return found


@dataclass(frozen=True)
class Rendered:
    """Everything that one folder renders."""

    resources: tuple[Resource, ...]

    def of(self, *kinds: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource["kind"] in kinds)

    def get(self, kind: str, name: str) -> Resource:
        """The one of that name, with or without the hash of a generated one."""
        names = {name: r for r in self.of(kind) for name in (r["metadata"]["name"], unhashed(r))}
        assert name in names, f"no {kind} {name}"
        return names[name]

    def workloads(self) -> Iterator[Resource]:
        return self.of("Deployment", "StatefulSet", "Job")

    def deployments(self) -> Iterator[Resource]:
        """Ours: what the local overlay brings as a sample is not held to production's rules."""
        return (d for d in self.of("Deployment") if d["metadata"]["labels"][COMPONENT] != "sample")

    def services(self) -> dict[str, Resource]:
        """The Deployment of each of the services."""
        return {
            d["metadata"]["name"]: d
            for d in self.of("Deployment")
            if d["metadata"]["labels"][COMPONENT] == "service"
        }

    def settings(self, service: str) -> dict[str, str]:
        """What the service's container finds in its environment, as far as it is written here."""
        container = pod(self.services()[service])["containers"][0]
        maps = [source["configMapRef"]["name"] for source in container["envFrom"]]
        given: dict[str, str] = {}
        for name in maps:
            given |= self.get("ConfigMap", name)["data"]
        return given | {item["name"]: item.get("value", "") for item in container["env"]}


class _Loader(yaml.SafeLoader):
    """As Kubernetes reads YAML: what looks like a time is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def render(folder: Path) -> Rendered:
    """Build one folder. Fails with kustomize's words when it cannot."""
    command = [needed_kubectl(), "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Rendered(tuple(yaml.load_all(done.stdout, Loader=_Loader)))


def pod(workload: Resource) -> Resource:
    spec: Resource = workload["spec"]["template"]["spec"]
    return spec


def containers(workload: Resource) -> list[Resource]:
    """All of its containers, those that run first included."""
    return [*pod(workload).get("initContainers", ()), *pod(workload)["containers"]]


def pod_labels(workload: Resource) -> dict[str, str]:
    labels: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return labels


def selects(selector: Resource, labels: dict[str, str]) -> bool:
    """Does a label selector match? Knows the operators that are used here."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for wanted in selector.get("matchExpressions") or ():
        found = wanted["key"] in labels
        if wanted["operator"] == "In":
            found = labels.get(wanted["key"]) in wanted["values"]
        elif wanted["operator"] != "Exists":
            raise ValueError(f"unknown selector operator {wanted['operator']}")
        if not found:
            return False
    return True


def unhashed(resource: Resource) -> str:
    """Its name without what a generator adds: ten letters and digits of a hash."""
    name = str(resource["metadata"]["name"])
    generated = resource["kind"] in ("ConfigMap", "Secret")
    return re.sub(r"-[bcdfghkmt2-9]{10}$", "", name) if generated else name


def named(resource: Resource) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


_UNITS = {"m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "": 1}


def amount(quantity: str | int) -> float:
    """A Kubernetes quantity as a number, as in `100m` or `2Gi`."""
    text = str(quantity)
    number = text.rstrip("mKMGi")
    return float(number) * _UNITS[text[len(number) :]]
