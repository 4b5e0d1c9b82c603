"""Erasures and their receipts."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE participant_file ADD COLUMN erased_at timestamptz",
    """CREATE TABLE erasure (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL UNIQUE REFERENCES participant_file,
        site text NOT NULL,
        keys text[] NOT NULL,
        reason text NOT NULL,
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        records integer NOT NULL
    )""",
    """CREATE TABLE erasure_receipt (
        erasure_id uuid NOT NULL REFERENCES erasure,
        service text NOT NULL,
        subject text NOT NULL,
        records integer NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (erasure_id, service, subject)
    )""",
)


def upgrade() -> None:
    """Create what is new."""
    for statement in STATEMENTS:
        op.execute(statement)
