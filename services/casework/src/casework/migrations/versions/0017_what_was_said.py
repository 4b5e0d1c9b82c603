"""What a prosecutor's or court's report says happened, beside its kind: stayed is not quashed."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE contact ADD COLUMN said text")
