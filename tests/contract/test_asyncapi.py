"""The AsyncAPI document is right in the eyes of the AsyncAPI project's own parser."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.npm import installed

from shared.events.export import ASYNCAPI, listeners

ROOT = Path(__file__).parents[2]
TOOL = Path(__file__).parent / "asyncapi"


@pytest.fixture(scope="module")
def parser(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the parser as locked."""
    spare = tmp_path_factory.mktemp("asyncapi")
    return installed(TOOL, pytestconfig, spare, "AsyncAPI was not validated")


def validate(parser: Path, document: dict[str, Any], tmp_path: Path) -> tuple[int, str]:
    """Exit code and diagnostics; 0 when there is neither error nor warning."""
    path = tmp_path / "asyncapi.json"
    path.write_text(json.dumps(document))
    command = ["node", "validate.mjs", str(path)]
    done = subprocess.run(command, cwd=parser, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / ASYNCAPI).read_text())
    return loaded


def test_the_parser_accepts_the_document(
    parser: Path, document: dict[str, Any], tmp_path: Path
) -> None:
    """No errors and no warnings."""
    code, findings = validate(parser, document, tmp_path)
    assert code == 0, findings


def test_the_parser_refuses_a_wrong_one(
    parser: Path, document: dict[str, Any], tmp_path: Path
) -> None:
    """An operation on a channel that does not exist is found: the check above can fail."""
    operation = next(iter(document["operations"].values()))
    operation["channel"] = {"$ref": "#/channels/lead.nowhere.events"}
    code, findings = validate(parser, document, tmp_path)
    assert code == 1
    assert "lead.nowhere.events" in findings


def test_operations_are_what_services_publish_and_listen_to(document: dict[str, Any]) -> None:
    """Every subscription is a receive operation with exactly those messages."""
    received = {
        (operation["tags"][0]["name"], reference["$ref"].rsplit("/", 1)[1])
        for operation in document["operations"].values()
        if operation["action"] == "receive"
        for reference in operation["messages"]
    }
    heard = {(s, event.type) for s, events in listeners(ROOT).items() for event in events}
    assert received == heard
    sent = [o for o in document["operations"].values() if o["action"] == "send"]
    messages = {m["$ref"].rsplit("/", 1)[1] for operation in sent for m in operation["messages"]}
    assert messages == set(document["components"]["messages"])
