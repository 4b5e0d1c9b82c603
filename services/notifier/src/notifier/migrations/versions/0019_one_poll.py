"""One poll of a process serves all its streams: it reads changes of every site in order."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX inbox_item_seq ON inbox_item (seq)")
