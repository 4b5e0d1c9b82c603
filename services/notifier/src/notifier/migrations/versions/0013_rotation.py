"""A webhook's secret is replaced without a gap: the one before signs too for a while."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE contact_method ADD COLUMN old_sealed_secret text,"
        " ADD COLUMN old_until timestamptz"
    )
