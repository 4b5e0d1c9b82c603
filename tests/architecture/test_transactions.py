"""One file commits, edges open transactions, and what lies between does neither."""

import re

import pytest
from tests.architecture.source import Module, calls, deployed, modules, strings

COMMITTING = re.compile(r"(^|\.)(commit|rollback|begin|begin_nested)$")
STATEMENT = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|START\s+TRANSACTION|SAVEPOINT)\b", re.I)
INNER = ("api.py", "commands.py", "handlers.py", "domain.py", "repository.py", "consumers.py")

# (module, call): why it is not a second place that commits a service's writes.
ALLOWED = {
    ("shared/consumer.py", "kafka.commit"): "Kafka offsets, after the database has committed",
    ("shared/migrations/runner.py", "connection.commit"): "schema changes, before the service runs",
}


def committing_calls(module: Module) -> set[str]:
    """Calls that end or begin a transaction on a connection or session."""
    found = {name for name, _ in calls(module) if COMMITTING.search(name)}
    return found | {
        name
        for name, _ in calls(module)
        if name.endswith(".transaction") and not name.endswith("database.transaction")
    }


def test_only_the_database_module_commits() -> None:
    """Every write becomes durable in shared/database.py, so that it is there to be read once."""
    found = {(m.name, call) for m in deployed() for call in committing_calls(m)}
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "an exception that is not needed any more"


def test_nobody_writes_begin_or_commit_in_sql() -> None:
    """A COMMIT in a statement's text goes unseen by the rule above: one file has THE one."""
    found = {
        module.name for module in modules() for _, text in strings(module) if STATEMENT.match(text)
    }
    assert found == {"shared/database.py"}


@pytest.mark.parametrize("name", INNER)
def test_transactions_are_opened_at_the_edges(name: str) -> None:
    """These six receive the transaction; one that opens its own could commit half of a use case."""
    found = [
        module.name
        for module in deployed()
        if module.package != "shared" and module.path.name == name
        for call, _ in calls(module)
        if call.endswith("database.transaction")
    ]
    assert found == []


def test_the_rule_sees_a_commit() -> None:
    """Planted violations are found: the rules above can fail."""
    import ast
    from pathlib import Path

    planted = "async def f(session, tx, c):\n    await session.commit()\n    c.transaction()\n"
    module = Module(Path("handlers.py"), "referral/handlers.py", ast.parse(planted))
    assert committing_calls(module) == {"session.commit", "c.transaction"}
    assert STATEMENT.match("COMMIT")
    assert not STATEMENT.match("SELECT 1")
