"""The gatekeeper's records: every disclosure and suppression; how current the consents are."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """CREATE TABLE disclosure (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL,
        consent_id uuid,
        recipient text NOT NULL,
        recipient_role text NOT NULL,
        recipient_org text,
        categories text[] NOT NULL,
        purpose text NOT NULL,
        about uuid,
        suppressed text,
        decided_at timestamptz NOT NULL,
        -- What was told has its consent; what was withheld has its reason.
        CHECK ((consent_id IS NULL) = (suppressed IS NOT NULL))
    )""",
    "CREATE INDEX disclosure_participant ON disclosure (participant_key, decided_at)",
    """INSERT INTO disclosure (id, site, participant_key, consent_id, recipient, recipient_role,
           recipient_org, categories, purpose, decided_at)
       SELECT id, site, participant_key, consent_id, recipient, 'liaison-prosecutor',
           recipient_org, ARRAY[category], purpose, disclosed_at FROM ledger_disclosure""",
    """CREATE TABLE consent_word (
        only_row boolean PRIMARY KEY CHECK (only_row),
        heard_at timestamptz NOT NULL
    )""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    op.execute("DROP TABLE ledger_disclosure")
