"""Sources that are silent right now."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    """CREATE TABLE silent_feed (
        site text NOT NULL,
        source text NOT NULL,
        last_heard_at timestamptz,
        known_since timestamptz NOT NULL,
        PRIMARY KEY (site, source)
    )""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
