"""The time zones that sites set in their policies."""

from collections.abc import Callable

STATEMENTS = (
    # A zone of null was taken back: the deployment's holds again.
    """CREATE TABLE site_time_zone (
        site text PRIMARY KEY,
        time_zone text,
        set_at timestamptz NOT NULL
    )""",
)


def upgrade(execute: Callable[[str], object]) -> None:
    """Create the table through alembic's `op.execute`."""
    for statement in STATEMENTS:
        execute(statement)
