"""Referrals of people who have a file, and of people whose data was erased."""

from alembic import op

revision = "0006"
down_revision = "0005"


STATEMENTS = (
    """ALTER TABLE referral
        ADD COLUMN attached_to text,
        ADD COLUMN looks_like text,
        ADD COLUMN erased_at timestamptz""",
    "CREATE INDEX referral_attached_to ON referral (attached_to) WHERE attached_to IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
