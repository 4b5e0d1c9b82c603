"""Approved partners, their endpoints, and what is to be sent there."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    """CREATE TABLE partner (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        org text NOT NULL,
        may_receive text[] NOT NULL,
        onward text[] NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL,
        expires_at timestamptz,
        break_glass boolean NOT NULL,
        reason text,
        reviewed_by text,
        reviewed_at timestamptz,
        withdrawn_at timestamptz,
        CHECK (NOT break_glass OR expires_at <= decided_at + interval '72 hours')
    )""",
    "CREATE INDEX partner_org ON partner (site, org)",
    """CREATE TABLE webhook_endpoint (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        org text NOT NULL,
        role text NOT NULL,
        url text NOT NULL,
        events text[] NOT NULL,
        secret text NOT NULL,
        old_secret text,
        old_until timestamptz,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        disabled_at timestamptz,
        disabled_because text
    )""",
    "CREATE INDEX webhook_endpoint_site ON webhook_endpoint (site)",
    """CREATE TABLE webhook_delivery (
        id uuid PRIMARY KEY,
        endpoint_id uuid NOT NULL REFERENCES webhook_endpoint,
        site text NOT NULL,
        participant_key text NOT NULL,
        type text NOT NULL,
        about uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('queued', 'delivered', 'undelivered', 'suppressed')),
        attempts integer NOT NULL,
        outcome text,
        disclosure_id uuid,
        next_attempt_at timestamptz NOT NULL,
        leased_until timestamptz,
        ended_at timestamptz
    )""",
    "CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE state='queued'",
    "CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint_id, id)",
    "CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
