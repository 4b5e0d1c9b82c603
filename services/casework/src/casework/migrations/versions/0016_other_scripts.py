"""Names in other scripts are also found by their spelling in Latin letters, version r1."""

from alembic import op

from casework.matching.rekeying import spell_again

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only of people who have such a name."""
    spell_again(op.get_bind())
