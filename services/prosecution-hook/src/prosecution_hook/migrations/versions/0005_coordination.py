"""Coordination items and the case manager's structured answers."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """CREATE TABLE coordination (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL,
        matter_id uuid NOT NULL,
        hold_id uuid,
        concerning text NOT NULL,
        office text NOT NULL,
        owner text NOT NULL,
        opened_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        state text NOT NULL,
        decision text,
        outcome text,
        rationale text,
        decided_by text,
        decided_at timestamptz,
        version int NOT NULL,
        CHECK ((state = 'decided') = (decided_by IS NOT NULL AND outcome IS NOT NULL))
    )""",
    """CREATE UNIQUE INDEX coordination_one_open ON coordination (matter_id, concerning)
        WHERE state = 'open'""",
    "CREATE INDEX coordination_participant ON coordination (participant_key)",
    "CREATE INDEX coordination_list ON coordination (site, state, due_at)",
    """CREATE TABLE coordination_reply (
        coordination_id uuid PRIMARY KEY,
        consent_id uuid NOT NULL,
        replied_at timestamptz NOT NULL,
        engaged boolean,
        goals_summary text,
        barriers text[] NOT NULL,
        would_help text[] NOT NULL,
        nothing_helpful_to_share boolean NOT NULL
    )""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
