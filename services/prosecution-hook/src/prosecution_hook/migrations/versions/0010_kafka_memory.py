"""The settings that reached the broker, and where events were skipped."""

from alembic import op

from shared.migrations import spine_0003

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    spine_0003.upgrade(op.execute)
