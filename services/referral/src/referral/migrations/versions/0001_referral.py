"""Referrals, refusals, feeds."""

from alembic import op

from shared.migrations import spine_0001

revision = "0001"
down_revision = None


STATEMENTS = (
    """CREATE TABLE referral (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL UNIQUE,
        site text NOT NULL,
        source_system text NOT NULL,
        record_digest bytea NOT NULL UNIQUE,
        content_digest bytea NOT NULL,
        agency_ori text,
        referral_type text NOT NULL,
        state text NOT NULL,
        sealed text NOT NULL,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        withdrawn_at timestamptz,
        close_reason text,
        version integer NOT NULL
    )""",
    "CREATE INDEX referral_site_state ON referral (site, state, id)",
    # No person and no record number: a digest recognizes the record when it is sent again.
    """CREATE TABLE refusal (
        digest bytea PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        site text NOT NULL,
        source_system text NOT NULL,
        codes text[] NOT NULL,
        refused_at timestamptz NOT NULL
    )""",
    "CREATE INDEX refusal_refused_at ON refusal (refused_at)",
    """CREATE TABLE feed (
        site text NOT NULL,
        source text NOT NULL,
        last_report_at timestamptz,
        last_heartbeat_at timestamptz,
        PRIMARY KEY (site, source)
    )""",
    "INSERT INTO timer (id, kind, subject, due_at) VALUES (gen_random_uuid(), 'feeds', '', now())",
)


def upgrade() -> None:
    spine_0001.upgrade(op.execute, intake=True)
    for statement in STATEMENTS:
        op.execute(statement)
