"""What was learned has a source, values have bearers, and reviews say which record they compare."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATEMENTS = (
    # No sources: known from before, or told by the program's own people; never unlearned.
    """ALTER TABLE identifier_digest
       ADD COLUMN sources uuid[] NOT NULL DEFAULT '{}',
       ADD COLUMN system text,
       ADD COLUMN learned_at timestamptz""",
    "CREATE INDEX identifier_digest_sources ON identifier_digest USING gin (sources)",
    """CREATE TABLE confirmed_description (
        participant_key text NOT NULL REFERENCES participant_file,
        digest bytea NOT NULL,
        receipt uuid NOT NULL,
        PRIMARY KEY (participant_key, digest, receipt)
    )""",
    "CREATE INDEX confirmed_description_receipt ON confirmed_description (receipt)",
    # 16 bits of a digest tell bearers apart, and recognize nobody. Without `forget_at`: on file.
    """CREATE TABLE value_bearer (
        value bytea NOT NULL,
        bearer smallint NOT NULL,
        site text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('number', 'birth_date')),
        forget_at timestamptz
    )""",
    "CREATE INDEX value_bearer_value ON value_bearer (value, bearer)",
    "CREATE INDEX value_bearer_kind ON value_bearer (site, kind, value)",
    "CREATE INDEX value_bearer_forget_at ON value_bearer (forget_at) WHERE forget_at IS NOT NULL",
    "CREATE INDEX person_dob ON person (site, dob)",
    "ALTER TABLE identity_review ADD COLUMN record_key text",
    "ALTER TABLE attached_referral ADD COLUMN record_key text",
)


def upgrade() -> None:
    """Add what is new."""
    for statement in STATEMENTS:
        op.execute(statement)
