"""Fixtures for feeds."""

from pathlib import Path

import pytest
from tests.unit.local.feeding import Runs, Server

from lead.mapping import Mapping, load


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def seattle() -> Mapping:
    return load("seattle-terry-stops")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("Bearer good\n")
    return path


@pytest.fixture
def run(server: Server, seattle: Mapping, token_file: Path, tmp_path: Path) -> Runs:
    return Runs(server, seattle, token_file, tmp_path)
