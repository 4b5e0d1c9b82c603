"""Actions of the work group."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE workgroup_action (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        owner text NOT NULL,
        sealed text NOT NULL,
        due_at timestamptz NOT NULL,
        assigned_by text NOT NULL,
        assigned_at timestamptz NOT NULL,
        done_at timestamptz,
        done_by text
    )""",
    "CREATE INDEX workgroup_action_participant ON workgroup_action (participant_key)",
)


def upgrade() -> None:
    """Create what is new."""
    for statement in STATEMENTS:
        op.execute(statement)
