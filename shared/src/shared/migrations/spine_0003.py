"""What a service remembers of Kafka: settings it joined with, and where it skipped events."""

from collections.abc import Callable

STATEMENTS = (
    # `settings` is a keyed digest: it must not tell the password.
    """CREATE TABLE kafka_join (
        settings bytea PRIMARY KEY,
        joined_at timestamptz NOT NULL
    )""",
    """CREATE TABLE skipped_event (
        type text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        first_offset bigint NOT NULL,
        PRIMARY KEY (type, topic, partition)
    )""",
)


def upgrade(execute: Callable[[str], object]) -> None:
    """Create the tables through alembic's `op.execute`."""
    for statement in STATEMENTS:
        execute(statement)
