"""How many messages a site sends to one person in a while before the next come as one."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    """ALTER TABLE site_policy
        ADD COLUMN messages_at_most integer CHECK (messages_at_most > 0),
        ADD COLUMN messages_within_minutes integer NOT NULL DEFAULT 10
            CHECK (messages_within_minutes > 0)""",
    # Until when a message was kept back to come with others: once, and never again.
    "ALTER TABLE delivery ADD COLUMN held_until timestamptz",
    """CREATE INDEX delivery_held ON delivery (channel, next_attempt_at)
        WHERE state = 'queued' AND held_until IS NOT NULL""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
