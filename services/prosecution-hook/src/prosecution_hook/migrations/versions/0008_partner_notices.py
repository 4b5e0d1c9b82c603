"""What the privacy officer is told of emergency access."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    """CREATE TABLE partner_notice (
        id uuid PRIMARY KEY,
        partner_id uuid NOT NULL REFERENCES partner ON DELETE CASCADE,
        site text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('break_glass_opened', 'break_glass_ended')),
        at timestamptz NOT NULL,
        UNIQUE (partner_id, kind)
    )""",
    "CREATE INDEX partner_notice_site ON partner_notice (site, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
