"""How old a contact may be to be told as an emergency, and how old ones reach each person."""

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = (
    """ALTER TABLE site_policy
        ADD COLUMN custody_old_hours integer NOT NULL DEFAULT 72,
        ADD COLUMN safety_old_hours integer NOT NULL DEFAULT 72,
        ADD COLUMN legal_old_hours integer NOT NULL DEFAULT 720,
        ADD COLUMN field_old_hours integer NOT NULL DEFAULT 72,
        ADD COLUMN held_days integer NOT NULL DEFAULT 90""",
    # As field contacts do, until somebody's plan is made anew.
    """INSERT INTO reach (site, sub, alert_class, method_id, channel, after_seconds)
        SELECT site, sub, 'history', method_id, channel, after_seconds FROM reach
        WHERE alert_class = 'field' ON CONFLICT DO NOTHING""",
    # What waits to be told is few among many that have ended.
    """CREATE INDEX alert_history ON alert (site, recipient)
        WHERE state = 'waiting' AND alert_class = 'history'""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
