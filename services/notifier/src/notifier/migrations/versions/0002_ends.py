"""Every alert has exactly one end, which the database itself keeps final."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    "ALTER TABLE alert DROP CONSTRAINT alert_state_check",
    """ALTER TABLE alert ADD CONSTRAINT alert_state_check CHECK (state IN
        ('waiting', 'unanswered', 'acknowledged', 'handed_over', 'escalated', 'told',
         'suppressed'))""",
    """ALTER TABLE alert
        ADD COLUMN asked text NOT NULL DEFAULT 'raised',
        ADD COLUMN recalled_at timestamptz""",
    """CREATE TRIGGER alert_end_is_final BEFORE UPDATE OF state ON alert FOR EACH ROW
        WHEN (old.state NOT IN ('waiting', 'unanswered') AND new.state <> old.state)
        EXECUTE FUNCTION refuse_change()""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
