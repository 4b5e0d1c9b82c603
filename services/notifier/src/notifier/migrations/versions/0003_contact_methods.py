"""Contact methods of every kind, sealed; how each person is reached for each class of alert."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """CREATE TABLE contact_method (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        sub text NOT NULL,
        channel text NOT NULL CHECK (channel IN ('email', 'sms', 'webhook', 'chat')),
        position integer NOT NULL,
        sealed_address text NOT NULL,
        digest bytea NOT NULL,
        sealed_secret text,
        verified_at timestamptz,
        verified_by text,
        gone_at timestamptz,
        code_id uuid,
        code_sent_at timestamptz,
        code_tries integer NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (site, sub, digest),
        FOREIGN KEY (site, sub) REFERENCES staff ON DELETE CASCADE
    )""",
    # A reply by SMS is known by the number that it comes from.
    "CREATE INDEX contact_method_digest ON contact_method (digest)",
    # What follows from methods and rules, kept so that an alert needs one look-up.
    """CREATE TABLE reach (
        site text NOT NULL,
        sub text NOT NULL,
        alert_class text NOT NULL,
        method_id uuid NOT NULL REFERENCES contact_method ON DELETE CASCADE,
        channel text NOT NULL,
        after_seconds integer NOT NULL,
        PRIMARY KEY (site, sub, alert_class, method_id)
    )""",
    "CREATE INDEX reach_method ON reach (method_id)",
    "ALTER TABLE staff ADD COLUMN reachable boolean NOT NULL DEFAULT false",
    "ALTER TABLE staff ALTER COLUMN email DROP NOT NULL",
    # The old way of changing an address; its columns go once no old process writes them.
    "ALTER TABLE staff ALTER COLUMN code_tries SET DEFAULT 0",
    # Not a foreign key: the record of a message outlives the address that it went to.
    "ALTER TABLE delivery ADD COLUMN method_id uuid",
    "ALTER TABLE delivery DROP CONSTRAINT delivery_step_channel_key",
    """CREATE UNIQUE INDEX delivery_once ON delivery
        (step, coalesce(method_id, '00000000-0000-0000-0000-000000000000'))
        WHERE step IS NOT NULL""",
    "CREATE INDEX delivery_method ON delivery (method_id, created_at)",
    # Sealing needs the service's keys: it does that itself, once, when it starts.
    """INSERT INTO timer (id, kind, subject, due_at)
        SELECT gen_random_uuid(), 'contacts.seal-addresses', 'once', now()
        WHERE EXISTS (SELECT FROM staff WHERE email IS NOT NULL)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
