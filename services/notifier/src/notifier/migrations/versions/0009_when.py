"""Versions of a site's policy with quiet hours, digests and holidays; people's own rules."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """ALTER TABLE site_policy
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN quiet_from time,
        ADD COLUMN quiet_until time,
        ADD COLUMN digests time[] NOT NULL DEFAULT '{}',
        ADD COLUMN holidays date[] NOT NULL DEFAULT '{}',
        ADD CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))""",
    # What was in force when: which clock an alert had can be told years later.
    """CREATE TABLE site_policy_version (
        site text NOT NULL,
        version integer NOT NULL,
        policy jsonb NOT NULL,
        updated_by text NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (site, version)
    )""",
    """INSERT INTO site_policy_version
        SELECT site, version, to_jsonb(site_policy), updated_by, updated_at FROM site_policy""",
    """CREATE TABLE contact_rule (
        site text NOT NULL,
        sub text NOT NULL,
        alert_class text NOT NULL,
        ways jsonb NOT NULL,
        next_person_after integer CHECK (next_person_after > 0),
        PRIMARY KEY (site, sub, alert_class),
        FOREIGN KEY (site, sub) REFERENCES staff ON DELETE CASCADE
    )""",
    # What the provider says of a message after it took it; a rank that only grows keeps the order.
    """ALTER TABLE delivery ADD COLUMN provider_id text, ADD COLUMN provider_state text,
        ADD COLUMN provider_rank integer NOT NULL DEFAULT 0""",
    # Each channel has workers of its own, which look for nothing else.
    "CREATE INDEX delivery_waiting ON delivery (channel, next_attempt_at) WHERE state = 'queued'",
    "DROP INDEX delivery_queued",
    # Minutes by class after which the next person is asked, when sooner than the site says.
    "ALTER TABLE staff ADD COLUMN hand_on jsonb NOT NULL DEFAULT '{}'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
