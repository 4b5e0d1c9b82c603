"""Outcomes can be followed: a position that no later commit can come before. Why a service that is
not active was linked."""

from alembic import op

revision = "0023"
down_revision = "0022"

STATEMENTS = (
    # Rows from before come first, in the order of their receipts; a constant rewrites no table.
    "ALTER TABLE contact ADD COLUMN recorded_in xid8 NOT NULL DEFAULT '0'",
    "ALTER TABLE contact ALTER COLUMN recorded_in SET DEFAULT pg_current_xact_id()",
    "CREATE INDEX contact_position ON contact (recorded_in, receipt)",
    "ALTER TABLE linkage ADD COLUMN although text",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
