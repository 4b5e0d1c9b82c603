"""Who is not alerted about, reports that alerted nobody, reports that were withdrawn."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """CREATE TABLE participation (
        site text NOT NULL,
        participant text NOT NULL,
        stop text,
        since timestamptz NOT NULL,
        PRIMARY KEY (site, participant)
    )""",
    # The key makes sure that one report is suppressed once.
    """CREATE TABLE suppressed_contact (
        event_id uuid PRIMARY KEY,
        site text NOT NULL,
        participant text NOT NULL,
        receipt uuid NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL
    )""",
    "CREATE INDEX suppressed_contact_site ON suppressed_contact (site, at)",
    "ALTER TABLE alert_entry ADD COLUMN withdrawn_at timestamptz",
    # A correction names the receipt of the report.
    "CREATE INDEX alert_entry_receipt ON alert_entry (receipt)",
    "CREATE INDEX alert_entry_alert ON alert_entry (alert_id)",
    "ALTER TABLE alert_thread ADD COLUMN withdrawn boolean NOT NULL DEFAULT false",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
