"""What is known of people is put right with a history; an erasure finds every file."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE person_correction (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        field text NOT NULL CHECK (field IN ('dob', 'sex', 'number')),
        old_value text,
        new_value text,
        reason text NOT NULL,
        corrected_by text NOT NULL,
        corrected_at timestamptz NOT NULL
    )""",
    "CREATE INDEX person_correction_participant ON person_correction (participant_key)",
    """CREATE TABLE refused_number (
        participant_key text NOT NULL REFERENCES participant_file,
        digest bytea NOT NULL,
        PRIMARY KEY (participant_key, digest)
    )""",
    "ALTER TABLE erasure ADD COLUMN files text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE erasure ADD COLUMN maybe text[] NOT NULL DEFAULT '{}'",
)


def upgrade() -> None:
    """Create what is new."""
    for statement in STATEMENTS:
        op.execute(statement)
