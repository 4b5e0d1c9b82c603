"""What turned out to be wrong: disowned alerts, records taken back, merged and excluded people."""

from alembic import op

from casework.matching.rekeying import rekey

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE identity_review ADD COLUMN reason text NOT NULL DEFAULT 'match'",
    "ALTER TABLE contact DROP CONSTRAINT contact_outcome_check",
    """ALTER TABLE contact ADD CONSTRAINT contact_outcome_check CHECK (outcome IN (
        'matched', 'matched_alerted', 'to_review', 'unmatched', 'unmatched_purged', 'retracted'))
        NOT VALID""",
    """CREATE INDEX contact_record ON contact (source_system, source_record_id)
       WHERE source_record_id IS NOT NULL""",
    # A matched report's sealed body is kept for the look-back, then forgotten.
    """CREATE INDEX contact_lookback ON contact (purge_due_at)
       WHERE outcome IN ('matched', 'matched_alerted') AND purge_due_at IS NOT NULL""",
    """CREATE TABLE person_merge (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        merged text NOT NULL REFERENCES participant_file,
        into_key text NOT NULL REFERENCES participant_file,
        reason text NOT NULL,
        merged_by text NOT NULL,
        merged_at timestamptz NOT NULL,
        unmerged_by text,
        unmerged_at timestamptz,
        CHECK (merged <> into_key)
    )""",
    "CREATE UNIQUE INDEX person_merge_present ON person_merge (merged) WHERE unmerged_at IS NULL",
    "CREATE INDEX person_merge_into ON person_merge (into_key) WHERE unmerged_at IS NULL",
    """CREATE TABLE excluded_person (
        participant_key text PRIMARY KEY REFERENCES participant_file,
        reason text NOT NULL,
        excluded_by text NOT NULL,
        excluded_at timestamptz NOT NULL
    )""",
)


def upgrade() -> None:
    """Add what corrections need, and the keys of this release."""
    for statement in STATEMENTS:
        op.execute(statement)
    rekey(op.get_bind())
