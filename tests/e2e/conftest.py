"""Embedded systems for the stories."""

from collections.abc import Iterator

import pytest
from tests.e2e.system import RunningSystem, StartSystem, running_system


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """One system for the tests of a file that only add to it."""
    with running_system(tmp_path_factory.mktemp("e2e") / "home") as running:
        yield running


@pytest.fixture
def start_system() -> StartSystem:
    """`with start_system(home, story=True) as system:`"""
    return running_system
