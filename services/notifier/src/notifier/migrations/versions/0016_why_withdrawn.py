"""Why a report was withdrawn, and with it an alert: a code of notifier/withdrawals.py."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("ALTER TABLE alert ADD COLUMN recalled_because text")
    op.execute("ALTER TABLE alert_entry ADD COLUMN withdrawn_because text")
