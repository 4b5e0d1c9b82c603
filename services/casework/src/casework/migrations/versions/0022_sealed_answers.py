"""Answers kept for idempotency keys are sealed."""

from alembic import op

from shared.migrations import spine_0004

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    spine_0004.upgrade(op.execute)
