"""The time zones of sites."""

from alembic import op

from shared.migrations import spine_0005

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    spine_0005.upgrade(op.execute)
