"""Answers kept for idempotency keys are sealed; those that were readable are forgotten."""

from collections.abc import Callable

STATEMENTS = (
    "ALTER TABLE idempotency_key ADD about text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE idempotency_key ADD sealed boolean NOT NULL DEFAULT false",
    # That the requests were carried out stays known: they are not carried out again.
    "UPDATE idempotency_key SET body = NULL, etag = NULL WHERE body IS NOT NULL",
    # What a process of the release before still writes while this one is rolled out.
    """CREATE INDEX idempotency_key_readable ON idempotency_key (created_at)
       WHERE body IS NOT NULL AND NOT sealed""",
)


def upgrade(execute: Callable[[str], object]) -> None:
    """Change the table through alembic's `op.execute`."""
    for statement in STATEMENTS:
        execute(statement)
