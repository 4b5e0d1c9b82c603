"""The manifests, rendered once each, from a copy that has sample secrets beside it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.architecture.source import ROOT
from tests.architecture.test_compose import load
from tests.k8s.rendered import SOURCE, Rendered, render

RenderFolder = Callable[[str], Rendered]


@pytest.fixture(scope="session")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of deploy/k8s with the secrets that the local overlay's README has one make."""
    folder = tmp_path_factory.mktemp("manifests") / "k8s"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("secrets", "__pycache__"))
    compose = ROOT / "deploy" / "compose"
    with pytest.MonkeyPatch.context() as patch:
        # Changing owners is for the container's root; here the files must stay readable.
        patch.setattr("os.geteuid", lambda: 1)
        make = load(compose / "make_secrets.py").make
        make(folder / "overlays" / "local" / "secrets", compose / "realm.json")
    return folder


@pytest.fixture(scope="session")
def build(manifests: Path) -> RenderFolder:
    """`build("overlays/production")`."""
    known: dict[str, Rendered] = {}

    def once(folder: str) -> Rendered:
        if folder not in known:
            known[folder] = render(manifests / folder)
        return known[folder]

    return once


@pytest.fixture
def rendered(build: RenderFolder, overlay: str) -> Rendered:
    """The overlay that the test is about."""
    return build(f"overlays/{overlay}")
