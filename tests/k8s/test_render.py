"""Everything builds, is valid, and refers to nothing that is not there."""

import importlib
import importlib.util
from copy import deepcopy
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.architecture.source import ROOT
from tests.k8s.conftest import RenderFolder
from tests.k8s.references import made_by_operators, references
from tests.k8s.rendered import (
    COMPONENTS,
    OPERATED,
    OVERLAYS,
    SOURCE,
    Rendered,
    each_overlay,
    named,
    render,
    unhashed,
)
from tests.k8s.schemas import faults, is_built_in

FOLDERS = (*(f"overlays/{name}" for name in OVERLAYS), "examples/restore-casework")
# Three at a time are supported upstream; preStop sleep and matchLabelKeys need 1.30 or newer.
VERSIONS = ("1.35", "1.36", "1.37")
# Its operator's schema is not among ours: written from its documentation, checked by nothing.
UNCHECKED = {"barmancloud.cnpg.io/v1"}

each_folder = pytest.mark.parametrize("folder", FOLDERS)


def test_the_folders_are_all_here() -> None:
    """A new overlay or component must be in the lists that the tests go through."""
    assert {path.name for path in (SOURCE / "overlays").iterdir()} == set(OVERLAYS)
    assert {path.name for path in (SOURCE / "components").iterdir()} == {*COMPONENTS, "operated"}
    readmes = {path.parent.name for path in SOURCE.glob("components/*/README.md")}
    assert readmes == {*COMPONENTS, "operated"}


@each_folder
def test_it_builds(build: RenderFolder, folder: str) -> None:
    """With no resource twice."""
    names = [
        (r["apiVersion"], r["metadata"].get("namespace"), named(r)) for r in build(folder).resources
    ]
    assert names
    assert len(names) == len(set(names))


PAIRS = [*((name,) for name in COMPONENTS), *combinations(COMPONENTS, 2)]


@pytest.mark.parametrize("chosen", PAIRS, ids="+".join)
def test_every_combination_of_components_builds(
    manifests: Path, build: RenderFolder, chosen: tuple[str, ...]
) -> None:
    """Components stand in each other's way in pairs, or not at all."""
    folder = manifests / "combinations" / "-".join(chosen)
    folder.mkdir(parents=True)
    wanted = {
        "resources": ["../../base"],
        "components": [f"../../components/{name}" for name in chosen],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(wanted))
    more = {named(r) for r in render(folder).resources} - {
        named(r) for r in build("base").resources
    }
    assert more


def test_overlays_have_the_same_parts(build: RenderFolder) -> None:
    """What is promoted from staging to production is the same set of objects."""

    def parts(overlay: str) -> set[str]:
        found = set()
        for resource in build(f"overlays/{overlay}").resources:
            everywhere = resource["kind"] in ("Namespace", "PriorityClass")
            found.add(f"{resource['kind']}/{'' if everywhere else unhashed(resource)}")
        return found

    staging, production, site = (parts(overlay) for overlay in OPERATED)
    assert staging == production == site


@each_folder
def test_custom_resources_fit_their_schemas(build: RenderFolder, folder: str) -> None:
    """Strictly: an unknown field is an error, though the API server would only drop it."""
    custom = [r for r in build(folder).resources if not is_built_in(r)]
    unchecked = {r["apiVersion"] for r in custom} & UNCHECKED
    checked = [r for r in custom if r["apiVersion"] not in unchecked]
    assert [fault for resource in checked for fault in faults(resource)] == []
    assert checked or folder == "overlays/local"


FAULTS: dict[str, tuple[str, tuple[str | int, ...], Any]] = {
    "an unknown field": ("Kafka", ("spec", "kafka", "listener"), []),
    "a value that is not allowed": ("KafkaUser", ("spec", "authentication", "type"), "scram"),
    "a number out of range": ("KafkaTopic", ("spec", "partitions"), 0),
    "a number for a text": (
        "ScaledObject",
        ("spec", "triggers", 0, "metadata", "lagThreshold"),
        500,
    ),
    "a text for a number": ("Cluster", ("spec", "instances"), "three"),
    "a kind that nobody knows": ("Certificate", ("kind",), "Certificat"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_validator_sees(build: RenderFolder, fault: str) -> None:
    """Each of the faults that it is for."""
    kind, path, value = FAULTS[fault]
    resource = deepcopy(next(build("overlays/production").of(kind)))
    assert faults(resource) == []
    inner: Any = resource
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    assert faults(resource) != []


@pytest.mark.parametrize("version", VERSIONS)
@each_folder
def test_built_in_resources_fit_kubernetes(build: RenderFolder, folder: str, version: str) -> None:
    """Strictly, against the API schemas of the versions in support."""
    if importlib.util.find_spec("kubernetes_validate") is None:
        pytest.skip(
            "NOT validated against Kubernetes' own schemas: "
            "pip install --no-deps -r tests/k8s/validators.lock"
        )
    kubernetes_validate = importlib.import_module("kubernetes_validate")
    for resource in build(folder).resources:
        if is_built_in(resource):
            kubernetes_validate.validate(resource, version, strict=True)


@each_overlay
def test_what_is_referred_to_exists(rendered: Rendered) -> None:
    """No API server reports a Secret that nobody makes: the pod would just never start."""
    there = {named(resource) for resource in rendered.resources} | set(made_by_operators(rendered))
    wanted = {name for resource in rendered.resources for name in references(resource)}
    assert len(wanted) > 20
    assert sorted(wanted - there) == []


def test_the_generator_is_the_one_source() -> None:
    """Topics, users and rights as committed are those that the code asks for now."""
    path = SOURCE / "generate_kafka.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stale = [
        str(file.relative_to(ROOT))
        for file, text in module.documents().items()
        if file.read_text() != text
    ]
    assert stale == [], "run deploy/k8s/generate_kafka.py"
