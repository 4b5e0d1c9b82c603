"""Putting casework on its restored database changes that, and nothing else."""

import shutil
from pathlib import Path

import pytest
import yaml
from tests.k8s.conftest import RenderFolder
from tests.k8s.references import made_by_operators, references
from tests.k8s.rendered import OPERATED, Rendered, Resource, named, pod, pod_labels, render, selects
from tests.k8s.schemas import faults, is_built_in

RESTORED = "casework-db-restored"
CHANGED = {"Deployment/casework", "Job/casework-migrate"}


def named_all(rendered: Rendered) -> dict[str, Resource]:
    return {named(resource): resource for resource in rendered.resources}


@pytest.fixture(scope="module", params=OPERATED)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def switched(manifests: Path, overlay: str) -> Rendered:
    """An overlay with the component, as the page on restoring has one write it."""
    folder = manifests / "overlays" / f"{overlay}-restored"
    shutil.copytree(folder.with_name(overlay), folder)
    file = folder / "kustomization.yaml"
    content = yaml.safe_load(file.read_text())
    content.setdefault("components", []).append("../../examples/restored-casework")
    file.write_text(yaml.safe_dump(content))
    return render(folder)


def test_only_casework_changes_its_database(
    build: RenderFolder, switched: Rendered, overlay: str
) -> None:
    """Every other object is the one that runs now; the new ones are the restored database's."""
    before, after = named_all(build(f"overlays/{overlay}")), named_all(switched)
    assert {name for name in before if after[name] != before[name]} == CHANGED
    new = {f"{kind}/{RESTORED}" for kind in ("Cluster", "ScheduledBackup", "NetworkPolicy")}
    assert after.keys() - before.keys() == new
    for name in CHANGED:
        secrets = {wanted for wanted in references(after[name]) if "-db" in wanted}
        assert secrets == {f"Secret/{RESTORED}-app", f"Secret/{RESTORED}-ca"}


def test_the_restored_database_is_reached_backed_up_and_valid(switched: Rendered) -> None:
    """By casework and its migrations only, which their own policies let out to it."""
    there = {named(resource) for resource in switched.resources} | set(made_by_operators(switched))
    assert {n for resource in switched.resources for n in references(resource)} <= there
    cluster = switched.get("Cluster", RESTORED)
    assert cluster["spec"]["inheritedMetadata"]["labels"]["reachable-as"] == "casework-db"
    [rule] = switched.get("NetworkPolicy", RESTORED)["spec"]["ingress"]
    [peer] = rule["from"]
    let_in = {
        named(workload)
        for workload in switched.of("Deployment", "Job")
        if selects(peer["podSelector"], pod_labels(workload))
    }
    assert let_in == CHANGED
    backup = switched.get("ScheduledBackup", RESTORED)
    assert backup["spec"]["cluster"]["name"] == RESTORED
    for resource in (cluster, backup):
        assert not is_built_in(resource)
        assert faults(resource) == []
    spaces = {resource["metadata"].get("namespace") for resource in (cluster, backup)}
    assert spaces == {switched.get("Deployment", "casework")["metadata"]["namespace"]}
    assert pod(switched.get("Deployment", "casework"))["serviceAccountName"] == "casework"
