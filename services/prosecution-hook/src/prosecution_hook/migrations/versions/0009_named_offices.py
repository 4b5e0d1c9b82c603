"""A new accounting record names the office that was told, or from which it was withheld."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Records from before may lack one: nobody can say any more which office it was.
STATEMENTS = (
    "ALTER TABLE disclosure ADD CONSTRAINT disclosure_names_an_office"
    " CHECK (recipient_org IS NOT NULL) NOT VALID",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE disclosure DROP CONSTRAINT disclosure_names_an_office")
