"""Site policy, open items, the intake clock, transfers, and who can be reached."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE casework_policy (
        site text NOT NULL,
        version integer NOT NULL,
        body jsonb NOT NULL,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL,
        PRIMARY KEY (site, version)
    )""",
    """CREATE TABLE work_item (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        kind text NOT NULL,
        reference text NOT NULL,
        assignee text,
        opened_at timestamptz NOT NULL,
        due_at timestamptz,
        closed_at timestamptz,
        closed_by text,
        outcome text
    )""",
    """CREATE UNIQUE INDEX work_item_open ON work_item (participant_key, kind, reference)
       WHERE closed_at IS NULL""",
    "CREATE INDEX work_item_due ON work_item (site, due_at) WHERE closed_at IS NULL",
    "ALTER TABLE participant_file ADD COLUMN intake_due_at timestamptz",
    # Who was referred before there was a clock gets the usual one.
    """UPDATE participant_file SET intake_due_at = opened_at + interval '30 days'
       WHERE state = 'referred' AND intake_completed_at IS NULL""",
    """INSERT INTO timer (id, kind, subject, due_at)
       SELECT gen_random_uuid(), 'intake-deadline', participant_key,
              intake_due_at - interval '7 days'
       FROM participant_file WHERE intake_due_at IS NOT NULL""",
    "ALTER TABLE signed_consent ADD COLUMN revocation_channel text",
    """CREATE TABLE case_transfer (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        site text NOT NULL,
        from_case_manager text NOT NULL,
        to_case_manager text NOT NULL,
        backup text,
        state text NOT NULL CHECK (state IN ('offered', 'accepted', 'declined')),
        offered_by text NOT NULL,
        offered_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz
    )""",
    """CREATE UNIQUE INDEX case_transfer_offered ON case_transfer (participant_key)
       WHERE state = 'offered'""",
    "CREATE INDEX case_transfer_participant ON case_transfer (participant_key)",
    """CREATE TABLE staff_reachability (
        site text NOT NULL,
        staff text NOT NULL,
        reachable boolean NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (site, staff)
    )""",
)


def upgrade() -> None:
    """Create what is new; a file that waits for intake gets its clock."""
    for statement in STATEMENTS:
        op.execute(statement)
