"""Criteria in versions, screenings, and how far a referral came."""

from alembic import op

revision = "0002"
down_revision = "0001"


STATEMENTS = (
    """ALTER TABLE referral
        ADD COLUMN criteria_version text NOT NULL DEFAULT 'unwritten',
        ADD COLUMN outcome text,
        ADD COLUMN outreach_due_at timestamptz,
        ADD COLUMN called_at timestamptz,
        ADD COLUMN handed_off_at timestamptz""",
    # A version is written once: what was decided under it stays explainable.
    """CREATE TABLE criteria (
        site text NOT NULL,
        version text NOT NULL,
        content text NOT NULL,
        written_by text NOT NULL,
        written_at timestamptz NOT NULL,
        previewed_at timestamptz,
        published_by text,
        published_at timestamptz,
        PRIMARY KEY (site, version)
    )""",
    # Answers speak of somebody's past: sealed. Decisions are added, never changed.
    """CREATE TABLE screening (
        id uuid PRIMARY KEY,
        referral_id uuid NOT NULL REFERENCES referral,
        criteria_version text NOT NULL,
        proposed text,
        outcome text NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL,
        sealed text NOT NULL
    )""",
    "CREATE INDEX screening_referral ON screening (referral_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
