"""What several messages about no alert have in common: they are one notice, by several ways."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    "ALTER TABLE delivery ADD COLUMN notice uuid",
    "CREATE INDEX delivery_notice ON delivery (notice) WHERE notice IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
