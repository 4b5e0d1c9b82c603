"""Who was entered before names were told is told of once, when the service starts."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Telling needs the service's keys: it does that itself.
    op.execute(
        """INSERT INTO timer (id, kind, subject, due_at)
        SELECT gen_random_uuid(), 'staff.tell-names', 'once', now()
        WHERE EXISTS (SELECT FROM staff)"""
    )
