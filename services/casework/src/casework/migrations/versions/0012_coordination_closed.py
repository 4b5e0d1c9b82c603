"""A prosecutor's question can be over before it was answered."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE coordination_item DROP CONSTRAINT coordination_item_state_check",
    """ALTER TABLE coordination_item ADD CONSTRAINT coordination_item_state_check
       CHECK (state IN ('open', 'told', 'kept', 'closed'))""",
)


def upgrade() -> None:
    """Widen what the state may be; every row of before still holds."""
    for statement in STATEMENTS:
        op.execute(statement)
