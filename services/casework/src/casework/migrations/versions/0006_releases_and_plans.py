"""Drafts and ends of releases; agreed plans that are superseded."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE consent_draft (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        site text NOT NULL,
        version integer NOT NULL,
        terms jsonb NOT NULL,
        written_by text NOT NULL,
        written_at timestamptz NOT NULL
    )""",
    "CREATE INDEX consent_draft_participant ON consent_draft (participant_key)",
    "ALTER TABLE signed_consent ADD COLUMN disclosers text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE signed_consent ADD COLUMN witness text",
    "ALTER TABLE signed_consent ADD COLUMN copy_hash text",
    "ALTER TABLE signed_consent ADD COLUMN supersedes uuid REFERENCES signed_consent",
    "ALTER TABLE signed_consent ADD COLUMN ended_at timestamptz",
    """ALTER TABLE signed_consent ADD COLUMN state text NOT NULL DEFAULT 'signed'
       CHECK (state IN ('signed', 'expired', 'revoked', 'superseded'))""",
    """UPDATE signed_consent SET state = 'revoked', ended_at = revoked_at
       WHERE revoked_at IS NOT NULL""",
    # The clock of a release that was signed before there was one; a day off at most, never early.
    """INSERT INTO timer (id, kind, subject, due_at)
       SELECT gen_random_uuid(), 'consent-expires', id::text, expires_on + interval '1 day'
       FROM signed_consent WHERE state = 'signed' AND expires_on IS NOT NULL""",
    """INSERT INTO timer (id, kind, subject, due_at)
       SELECT gen_random_uuid(), 'consent-expiry-notice', id::text, expires_on - interval '30 days'
       FROM signed_consent WHERE state = 'signed' AND expires_on IS NOT NULL""",
    "ALTER TABLE plan_version ADD COLUMN superseded_at timestamptz",
    """INSERT INTO timer (id, kind, subject, due_at)
       SELECT gen_random_uuid(), 'plan-review', participant_key,
              coalesce(max(review_on)::timestamptz, max(agreed_at) + interval '90 days')
       FROM plan_version WHERE agreed_at IS NOT NULL GROUP BY participant_key""",
)


def upgrade() -> None:
    """Releases and plans of before get their states and clocks."""
    for statement in STATEMENTS:
        op.execute(statement)
