"""Names are read anew: every apostrophe is one, and what means "unknown" is no name and no date."""

from alembic import op

from casework.matching.rekeying import spell_again

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The keys of everybody on file, from what was written down of them."""
    spell_again(op.get_bind())
