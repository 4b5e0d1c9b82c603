"""Why a report was matched is kept with the contact, also where no reviewer was asked."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Contacts of before have none: what was compared then is not known any more."""
    op.execute("ALTER TABLE contact ADD COLUMN evidence jsonb")
