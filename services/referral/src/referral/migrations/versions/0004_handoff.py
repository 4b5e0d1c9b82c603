"""The warm handoff with its clock, and systems that follow it."""

from alembic import op

revision = "0004"
down_revision = "0003"


STATEMENTS = (
    """CREATE TABLE handoff (
        referral_id uuid PRIMARY KEY REFERENCES referral,
        site text NOT NULL,
        called_by text NOT NULL,
        called_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        overdue_at timestamptz,
        dispatched_at timestamptz,
        eta_at timestamptz,
        arrived_at timestamptz,
        completed_at timestamptz,
        case_manager text,
        meeting_place text
    )""",
    # The secret is sealed: whoever has it can speak as this system.
    """CREATE TABLE follower (
        site text NOT NULL,
        source text NOT NULL,
        url text NOT NULL,
        secret text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (site, source)
    )""",
    """CREATE TABLE follow_up (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        source text NOT NULL,
        body text NOT NULL,
        state text NOT NULL DEFAULT 'queued'
            CHECK (state IN ('queued', 'delivered', 'undelivered')),
        attempts integer NOT NULL DEFAULT 0,
        lease uuid,
        leased_until timestamptz,
        next_attempt_at timestamptz NOT NULL,
        outcome text,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        traceparent text
    )""",
    "CREATE INDEX follow_up_due ON follow_up (next_attempt_at) WHERE state = 'queued'",
    "CREATE INDEX follow_up_source ON follow_up (site, source, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
