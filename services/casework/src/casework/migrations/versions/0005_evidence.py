"""Why a match is thought to be one, kept with its review; people are found by narrower keys."""

from alembic import op

from casework.matching.rekeying import rekey

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; find everybody on file under the new keys."""
    op.execute("ALTER TABLE identity_review ADD COLUMN evidence jsonb")
    rekey(op.get_bind())
