"""The ledger, consents, and the accounting of disclosures."""

from alembic import op

from shared.migrations import spine_0001

revision = "0001"
down_revision = None


STATEMENTS = (
    """CREATE TABLE ledger_entry (
        id uuid PRIMARY KEY,
        receipt uuid NOT NULL UNIQUE,
        site text NOT NULL,
        participant_key text NOT NULL,
        cause_number text,
        incident_number text,
        reported_by text NOT NULL,
        incident_at timestamptz,
        filed_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        charges jsonb NOT NULL,
        state text NOT NULL
    )""",
    "CREATE INDEX ledger_entry_participant ON ledger_entry (participant_key)",
    """CREATE TABLE consent_grant (
        id uuid PRIMARY KEY,
        consent_id uuid NOT NULL,
        site text NOT NULL,
        participant_key text NOT NULL,
        recipient_org text NOT NULL,
        recipient_role text NOT NULL,
        categories text[] NOT NULL,
        purposes text[] NOT NULL,
        effective_from date NOT NULL,
        expires_on date
    )""",
    "CREATE INDEX consent_grant_participant ON consent_grant (participant_key)",
    """CREATE TABLE consent_revocation (
        consent_id uuid PRIMARY KEY,
        revoked_at timestamptz NOT NULL
    )""",
    """CREATE TABLE ledger_disclosure (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL,
        consent_id uuid NOT NULL,
        recipient text NOT NULL,
        recipient_org text,
        category text NOT NULL,
        purpose text NOT NULL,
        disclosed_at timestamptz NOT NULL
    )""",
)


def upgrade() -> None:
    spine_0001.upgrade(op.execute, intake=True)
    for statement in STATEMENTS:
        op.execute(statement)
