"""Who watches over emergency access, and the accesses that they have not settled yet."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    "ALTER TABLE staff ADD COLUMN privacy_officer boolean NOT NULL DEFAULT false",
    """CREATE TABLE emergency_access (
        partner_id uuid PRIMARY KEY,
        site text NOT NULL,
        org text NOT NULL,
        opened_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        ended_at timestamptz,
        reviewed_at timestamptz
    )""",
    "CREATE INDEX emergency_access_site ON emergency_access (site)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
