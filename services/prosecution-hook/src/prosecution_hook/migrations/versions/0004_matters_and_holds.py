"""Cases folded from reports; site policy; holds on diverted charges."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE prosecution_policy (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        version int NOT NULL,
        content jsonb NOT NULL,
        published_at timestamptz NOT NULL,
        published_by text NOT NULL,
        UNIQUE (site, version)
    )""",
    """CREATE TABLE matter (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL,
        office text NOT NULL,
        state text NOT NULL,
        status text NOT NULL,
        alignment text NOT NULL,
        cause_number text,
        incident_number text,
        warrant_number text,
        court text,
        reported_by text NOT NULL,
        incident_at timestamptz,
        filed_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        next_court_at timestamptz,
        charges jsonb NOT NULL,
        decision text,
        disposition text,
        version int NOT NULL
    )""",
    "CREATE INDEX matter_participant ON matter (participant_key)",
    # Until now every entry was a case of its own.
    """INSERT INTO matter (id, site, participant_key, office, state, status, alignment,
           cause_number, incident_number, reported_by, incident_at, filed_at, received_at, charges,
           version)
       SELECT id, site, participant_key, reported_by, state, 'open', 'not_reviewed', cause_number,
           incident_number, reported_by, incident_at, filed_at, received_at, charges, 1
       FROM ledger_entry""",
    """ALTER TABLE ledger_entry
        ADD COLUMN matter_id uuid REFERENCES matter (id),
        ADD COLUMN record text NOT NULL DEFAULT '',
        ADD COLUMN record_version int NOT NULL DEFAULT 1,
        ADD COLUMN kind text NOT NULL DEFAULT 'charge_filed',
        ADD COLUMN outcome text,
        ADD COLUMN warrant_number text,
        ADD COLUMN court text,
        ADD COLUMN next_court_at timestamptz,
        ADD COLUMN before_enrollment boolean NOT NULL DEFAULT false""",
    """UPDATE ledger_entry SET matter_id = id, record = id::text,
        before_enrollment = (state = 'pre_existing')""",
    """ALTER TABLE ledger_entry
        ALTER COLUMN matter_id SET NOT NULL, ALTER COLUMN state DROP NOT NULL""",
    "CREATE INDEX ledger_entry_matter ON ledger_entry (matter_id)",
    """CREATE TABLE charge_hold (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL,
        referral_id uuid NOT NULL UNIQUE,
        matter_id uuid NOT NULL,
        office text,
        state text NOT NULL,
        started_at timestamptz NOT NULL,
        deadline_at timestamptz NOT NULL,
        longest_until timestamptz NOT NULL,
        policy_version int NOT NULL,
        warn_days int[] NOT NULL,
        warned_days int,
        resolved_by text,
        resolved_role text,
        resolved_at timestamptz,
        rationale text,
        version int NOT NULL,
        -- Filed, not filed and declined are a prosecutor's word, whatever the code does (R-35).
        CONSTRAINT only_prosecutors_resolve CHECK (
            CASE WHEN state IN ('held', 'under_review') THEN resolved_by IS NULL
            ELSE state IN ('filed', 'not_filed', 'declined') AND resolved_by IS NOT NULL
                AND resolved_at IS NOT NULL AND rationale IS NOT NULL
                AND coalesce(resolved_role, '') IN ('liaison-prosecutor', 'prosecutor-system') END)
    )""",
    "CREATE INDEX charge_hold_participant ON charge_hold (participant_key)",
    "CREATE INDEX charge_hold_list ON charge_hold (site, state, id)",
    """CREATE TABLE hold_extension (
        id uuid PRIMARY KEY,
        hold_id uuid NOT NULL REFERENCES charge_hold (id),
        from_at timestamptz NOT NULL,
        until_at timestamptz NOT NULL,
        reason text NOT NULL,
        approved_by text NOT NULL,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL
    )""",
    "CREATE INDEX hold_extension_hold ON hold_extension (hold_id)",
    """CREATE TABLE referral_link (
        referral_id uuid PRIMARY KEY,
        participant_key text NOT NULL
    )""",
    """CREATE TABLE intake_note (
        participant_key text PRIMARY KEY,
        completed_at timestamptz NOT NULL
    )""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
