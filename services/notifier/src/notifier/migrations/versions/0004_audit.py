"""The audit trail."""

from alembic import op

from shared.migrations import spine_0002

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    spine_0002.upgrade(op.execute)
