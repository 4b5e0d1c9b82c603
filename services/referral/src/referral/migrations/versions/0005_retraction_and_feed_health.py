"""Records taken back, and what sites expect of their feeds."""

from alembic import op

revision = "0005"
down_revision = "0004"


STATEMENTS = (
    # Receipts only: whom it was about is gone with the report.
    """CREATE TABLE retraction (
        receipt uuid PRIMARY KEY,
        site text NOT NULL,
        source text NOT NULL,
        reason text NOT NULL,
        retracted_by text NOT NULL,
        retracted_at timestamptz NOT NULL
    )""",
    """CREATE TABLE feed_policy (
        site text NOT NULL,
        source text NOT NULL,
        version integer NOT NULL,
        max_silence_minutes integer,
        floor_per_day integer,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL,
        PRIMARY KEY (site, source, version)
    )""",
    "ALTER TABLE feed ADD COLUMN alarm text, ADD COLUMN alarm_since timestamptz",
    """CREATE TABLE feed_gap (
        site text NOT NULL,
        source text NOT NULL,
        alarm text NOT NULL,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        PRIMARY KEY (site, source, since)
    )""",
    "INSERT INTO timer (id, kind, subject, due_at)"
    " VALUES (gen_random_uuid(), 'feed-floors', '', now())",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
