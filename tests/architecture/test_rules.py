"""House rules that no linter has: time, errors, settings, sizes."""

import ast
import re
from collections.abc import Iterator

import pytest
from tests.architecture.source import Module, calls, deployed, functions, modules

NOW = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today)$")

# Where any failure must be met, and why. Everywhere else an exception is named.
ANY_FAILURE = {
    "notifier/stream.py:Hub.announce_changes": "raised again unless the database is away",
    "shared/dispatch.py:Dispatcher.handle": "finds the message that made a batch fail",
    "shared/dispatch.py:Dispatcher._handle_alone": "a message that cannot succeed is set aside",
    "shared/consumer.py:Consumer.run": "reconnects on transient faults; others end the process",
    "shared/dispatch.py:Dispatcher._settle": "a dead letter that cannot be kept is tried again",
    "shared/intake.py:Intake._settle": "every waiting request is answered, one way or the other",
    "shared/timers.py:TimerWheel.run": "transient faults are waited out; others end the process",
    "shared/timers.py:TimerWheel._fire_next": "a failing handler must not stop the other timers",
    "shared/joining.py:Joining.joined": "a probe answers without the database, too",
    "shared/operations.py:_answers": "a probe answers 'no' whatever the reason",
    "shared/operations.py:redrive_dead_letter": "a dead letter that fails again says so",
    "shared/operations.py:refresh_gauges": "a gauge that cannot be read must not end the process",
    "shared/site_zones.py:read_zones_or_go_on": "transient faults wait for the next reading",
    "shared/problems.py:Edge.__call__": "every request is answered, and with no text of ours",
}
MAX_FILE, MAX_FUNCTION = 300, 50


def broad_handlers(module: Module) -> Iterator[str]:
    """The functions that catch everything and do not raise it again at once."""
    for name, function in functions(module):
        for node in ast.walk(function):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _re_raises(node):
                yield f"{module.name}:{name}"


def _is_broad(node: ast.ExceptHandler) -> bool:
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    broad = ("Exception", "BaseException")
    return any(c is None or (isinstance(c, ast.Name) and c.id in broad) for c in caught)


def _re_raises(node: ast.ExceptHandler) -> bool:
    return isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None


def test_only_the_edges_catch_everything() -> None:
    """A swallowed error is a lost event: each place that may is listed with its reason."""
    found = {place for module in deployed() for place in broad_handlers(module)}
    assert found - ANY_FAILURE.keys() == set()
    assert ANY_FAILURE.keys() - found == set(), "an exception that is not needed any more"


def test_time_comes_from_the_clock() -> None:
    """A handler that asks the machine for the time cannot be rehearsed, and timers drift apart."""
    found = {
        module.name
        for module in deployed()
        for name, _ in calls(module)
        if NOW.search(name) and module.name != "shared/clock.py"
    }
    assert found == set()


def test_settings_are_made_at_start_up_only() -> None:
    """No module reads the environment when it is imported: an import must not depend on it."""
    found = []
    for module in deployed():
        for node in module.tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                inside = ast.walk(node.value)
                made = [ast.unparse(n.func) for n in inside if isinstance(n, ast.Call)]
                found += [f"{module.name}: {n}" for n in made if n.endswith("Settings")]
    assert found == []


def test_the_environment_is_read_in_few_places() -> None:
    """Settings are read by pydantic-settings; what else looks at the environment is listed."""
    readers = {
        module.name
        for module in deployed()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    }
    assert readers <= {
        "shared/faults.py",  # where a test wants a crash
        "shared/telemetry.py",  # OpenTelemetry's own variables
        "shared/migrations/runner.py",  # its one argument, kept off the command line
    }


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_files_and_functions_stay_readable(module: Module) -> None:
    """Beyond these sizes a file or function is two; size guide of the house style."""
    assert len(module.path.read_text().splitlines()) <= MAX_FILE
    long = {n: f.end_lineno - f.lineno + 1 for n, f in functions(module) if f.end_lineno}
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION} == {}


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_nothing_is_left_for_later(module: Module) -> None:
    """Unfinished work belongs in an issue."""
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImplemented" + r"Error")
    assert marks.findall(module.path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "try:\n        x()\n    except Exception:\n        pass",
        "try:\n        x()\n    except (ValueError, BaseException):\n        return",
        "try:\n        x()\n    except:\n        pass",
    ],
)
def test_the_rule_sees_a_swallowed_error(planted: str) -> None:
    """Planted violations are found; one that only cleans up and raises again is not one."""
    from pathlib import Path

    tree = ast.parse(f"def f():\n    {planted}\n")
    assert list(broad_handlers(Module(Path("a.py"), "a.py", tree))) == ["a.py:f"]
    raising = planted.replace("pass", "raise").replace("return", "raise")
    cleaned = ast.parse(f"def f():\n    {raising}\n")
    assert list(broad_handlers(Module(Path("a.py"), "a.py", cleaned))) == []
