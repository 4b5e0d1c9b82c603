"""Logs: JSON lines in which no exception, argument or library repeats data."""

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.telemetry import configure_logging

CANARY = "Canary-Name"


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """The lines that a service would print; the run's own logging returns afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    configure_logging("INFO")
    yield capsys
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def lines(logs: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    out, err = logs.readouterr()
    assert CANARY not in out + err
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def raise_canary() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as cause:
        raise RuntimeError(f"after {CANARY}") from cause


def test_an_exception_leaves_its_class_and_place(logs: pytest.CaptureFixture[str]) -> None:
    """Ours, however it is passed."""
    try:
        raise_canary()
    except RuntimeError as error:
        structlog.get_logger().error("it.failed", exc_info=error)
        structlog.get_logger().exception("it.failed")
        logging.getLogger("library").exception("failed for %s", CANARY)
    found = lines(logs)
    assert [line["error"] for line in found] == ["RuntimeError"] * 3
    assert all("test_telemetry.py" in str(line["at"]) for line in found)
    assert found[2]["event"] == "failed for <str>"


def test_a_librarys_arguments_and_further_lines_are_dropped(
    logs: pytest.CaptureFixture[str],
) -> None:
    """asyncio and aiokafka quote exceptions in theirs; numbers may stay."""
    logging.getLogger("aiokafka").error("node %d: %r", 7, ValueError(CANARY))
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: {CANARY}")
    logging.getLogger("library").error("%(name)s", {"name": CANARY})
    assert [line["event"] for line in lines(logs)][:2] == [
        "node 7: '<ValueError>'",
        "Task exception was never retrieved",
    ]


async def test_a_forgotten_task_prints_no_data(logs: pytest.CaptureFixture[str]) -> None:
    """The loop's own report of an exception that nobody looked at."""
    loop = asyncio.get_running_loop()
    try:
        raise_canary()
    except RuntimeError as error:
        loop.call_exception_handler({"message": "Task failed", "exception": error})
    [line] = lines(logs)
    assert line["error"] == "RuntimeError"


def test_the_server_prints_through_us(logs: pytest.CaptureFixture[str]) -> None:
    """Uvicorn has handlers of its own, which would print tracebacks with their texts."""
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler())
    configure_logging("INFO")
    try:
        raise_canary()
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    [line] = lines(logs)
    assert line["event"] == "Exception in ASGI application"
