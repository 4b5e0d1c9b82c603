"""First outreach and its clock, and the appointment for the intake interview."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    """ALTER TABLE participant_file
        ADD COLUMN outreach_due_at timestamptz,
        ADD COLUMN outreach_referral uuid,
        ADD COLUMN outreach_at timestamptz,
        ADD COLUMN reached_at timestamptz,
        ADD COLUMN intake_scheduled_for timestamptz""",
    "ALTER TABLE encounter ADD COLUMN reached boolean NOT NULL DEFAULT true",
    """CREATE TABLE intake_appointment (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        scheduled_for timestamptz NOT NULL,
        place text NOT NULL,
        interviewer text NOT NULL,
        state text NOT NULL CHECK (state IN ('set', 'held', 'moved', 'not_held')),
        set_by text NOT NULL,
        set_at timestamptz NOT NULL,
        ended_by text,
        ended_at timestamptz
    )""",
    "CREATE INDEX intake_appointment_participant ON intake_appointment (participant_key)",
    """CREATE UNIQUE INDEX intake_appointment_standing ON intake_appointment (participant_key)
        WHERE state = 'set'""",
    # Who was met before this was kept: the first encounter with the person themselves.
    """UPDATE participant_file f SET outreach_at = e.first, reached_at = e.first
       FROM (SELECT participant_key, min(began_at) AS first FROM encounter
             WHERE kind <> 'collateral' GROUP BY participant_key) AS e
       WHERE e.participant_key = f.participant_key""",
)


def upgrade() -> None:
    """Create what is new."""
    for statement in STATEMENTS:
        op.execute(statement)
