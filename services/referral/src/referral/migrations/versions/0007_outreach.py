"""When somebody first went to see the person, as casework tells it."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of earlier referrals it is not known; their clocks stay as they are."""
    op.execute("ALTER TABLE referral ADD COLUMN outreach_at timestamptz")
