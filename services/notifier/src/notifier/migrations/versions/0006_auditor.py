"""The auditor's heartbeat and its timers."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    """CREATE TABLE alert_audit (
        id integer PRIMARY KEY CHECK (id = 1),
        swept_at timestamptz NOT NULL,
        open integer NOT NULL,
        stuck integer NOT NULL
    )""",
    # They set themselves again whenever they fire.
    """INSERT INTO timer (id, kind, subject, due_at) VALUES
        (gen_random_uuid(), 'audit.sweep', '', now()),
        (gen_random_uuid(), 'audit.test-pages', '', now())""",
    "CREATE INDEX alert_open ON alert (state, due_at) WHERE state IN ('waiting', 'unanswered')",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
