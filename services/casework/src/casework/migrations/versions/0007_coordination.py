"""Prosecutors' questions, holds and disclosures as they were heard."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE coordination_item (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        concerning text NOT NULL,
        cause_number text,
        recipient_org text,
        visible_to_liaison boolean NOT NULL,
        requested_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'told', 'kept')),
        sealed text,
        consent_id uuid,
        answered_by text,
        answered_at timestamptz
    )""",
    "CREATE INDEX coordination_item_participant ON coordination_item (participant_key)",
    "CREATE INDEX coordination_item_open ON coordination_item (site, due_at) WHERE state = 'open'",
    # Without a foreign key: what is heard may come before the file is opened.
    """CREATE TABLE heard_fact (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        subject text NOT NULL,
        kind text NOT NULL,
        occurred_at timestamptz NOT NULL,
        detail jsonb NOT NULL
    )""",
    "CREATE INDEX heard_fact_subject ON heard_fact (subject)",
    """CREATE INDEX heard_fact_resolved ON heard_fact ((detail->>'hold_id'))
       WHERE kind = 'hold_resolved'""",
    """CREATE TABLE disclosure_record (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        subject text NOT NULL,
        recipient text NOT NULL,
        categories text[] NOT NULL,
        purpose text NOT NULL,
        consent_id uuid,
        suppressed_because text,
        occurred_at timestamptz NOT NULL
    )""",
    "CREATE INDEX disclosure_record_subject ON disclosure_record (subject)",
    "CREATE INDEX attached_referral_referred_as ON attached_referral (referred_as)",
)


def upgrade() -> None:
    """Create what is new."""
    for statement in STATEMENTS:
        op.execute(statement)
