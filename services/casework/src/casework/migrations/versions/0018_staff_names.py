"""What staff are called, as the notifier says: pages name people, not logins."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE staff_name (
            site text NOT NULL,
            staff text NOT NULL,
            name text NOT NULL,
            since timestamptz NOT NULL,
            PRIMARY KEY (site, staff))"""
    )
