"""Casework's tables."""

from alembic import op

from shared.migrations import spine_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FILES = (
    """CREATE TABLE participant_file (
        participant_key text PRIMARY KEY,
        site text NOT NULL,
        state text NOT NULL CHECK (state IN ('referred', 'active', 'inactive', 'exited')),
        reason text,
        version integer NOT NULL,
        opened_at timestamptz NOT NULL,
        case_manager text,
        backup text,
        supervisor text,
        intake_completed_at timestamptz,
        enrolled_at timestamptz
    )""",
    "CREATE INDEX participant_file_case_manager ON participant_file (site, case_manager)",
    """CREATE TABLE attached_referral (
        referral_id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        referred_as text NOT NULL,
        referral_type text NOT NULL,
        source_system text NOT NULL,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL
    )""",
    "CREATE INDEX attached_referral_participant ON attached_referral (participant_key)",
    """CREATE TABLE case_assignment (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        case_manager text NOT NULL,
        backup text,
        supervisor text,
        assigned_by text NOT NULL,
        override_reason text,
        assigned_at timestamptz NOT NULL,
        ended_at timestamptz
    )""",
    """CREATE UNIQUE INDEX case_assignment_present ON case_assignment (participant_key)
       WHERE ended_at IS NULL""",
    "CREATE INDEX case_assignment_participant ON case_assignment (participant_key)",
    """CREATE TABLE intake_interview (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL UNIQUE REFERENCES participant_file,
        started_at timestamptz,
        completed_at timestamptz NOT NULL,
        domains text[] NOT NULL,
        recorded_by text NOT NULL
    )""",
    """CREATE TABLE status_change (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        state text NOT NULL,
        reason text,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
    )""",
    "CREATE INDEX status_change_participant ON status_change (participant_key)",
    """CREATE TABLE signed_consent (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        site text NOT NULL,
        template_version text NOT NULL,
        language text NOT NULL,
        signature_evidence text NOT NULL,
        grants jsonb NOT NULL,
        signed_at timestamptz NOT NULL,
        effective_from date NOT NULL,
        expires_on date,
        recorded_by text NOT NULL,
        revoked_at timestamptz,
        revoked_by text
    )""",
    "CREATE INDEX signed_consent_participant ON signed_consent (participant_key)",
    """CREATE TABLE plan_version (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        version integer NOT NULL,
        domains text[] NOT NULL,
        sealed text NOT NULL,
        agreed_at timestamptz,
        review_on date,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (participant_key, version)
    )""",
)

PEOPLE = (
    """CREATE TABLE person (
        participant_key text PRIMARY KEY REFERENCES participant_file,
        site text NOT NULL,
        given text,
        middle text,
        surname text,
        suffix text,
        aliases text[] NOT NULL,
        dob date,
        sex text,
        names text[] NOT NULL
    )""",
    """CREATE TABLE person_key (
        site text NOT NULL,
        key text NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        PRIMARY KEY (site, key, participant_key)
    )""",
    # The digest contains the site, so that the same number elsewhere is another digest.
    """CREATE TABLE identifier_digest (
        digest bytea NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        site text NOT NULL,
        PRIMARY KEY (digest, participant_key)
    )""",
    """CREATE TABLE ruled_out (
        participant_key text NOT NULL REFERENCES participant_file,
        identity_digest bytea NOT NULL,
        review_id uuid NOT NULL,
        PRIMARY KEY (participant_key, identity_digest)
    )""",
)

CONTACTS = (
    # Rows are updated in place once or twice: room on the page keeps the indexes untouched.
    """CREATE TABLE contact (
        receipt uuid PRIMARY KEY,
        site text NOT NULL,
        source_system text NOT NULL,
        source_record_id text,
        record_version integer NOT NULL,
        contact_type text NOT NULL,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('matched', 'matched_alerted', 'to_review',
                                                 'unmatched', 'unmatched_purged')),
        tier text NOT NULL,
        participant_key text REFERENCES participant_file,
        alerted_at timestamptz,
        purge_due_at timestamptz,
        purged_at timestamptz
    ) WITH (fillfactor = 85)""",
    """CREATE INDEX contact_participant ON contact (participant_key, occurred_at)
       WHERE participant_key IS NOT NULL""",
    """CREATE INDEX contact_purge_due_at ON contact (purge_due_at)
       WHERE outcome IN ('unmatched', 'to_review')""",
    "CREATE TABLE contact_body (receipt uuid PRIMARY KEY, sealed text NOT NULL)",
    """CREATE TABLE contact_trace (
        digest bytea NOT NULL,
        receipt uuid NOT NULL,
        PRIMARY KEY (digest, receipt)
    )""",
    "CREATE INDEX contact_trace_receipt ON contact_trace (receipt)",
    """CREATE TABLE identity_review (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        receipt uuid NOT NULL REFERENCES contact,
        participant_key text NOT NULL REFERENCES participant_file,
        tier text NOT NULL,
        identity_digest bytea,
        state text NOT NULL CHECK (state IN ('open', 'same', 'different', 'closed', 'expired')),
        raised_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        unsure_by text,
        decided_by text,
        decided_at timestamptz,
        UNIQUE (receipt, participant_key)
    )""",
    "CREATE INDEX identity_review_open ON identity_review (id) WHERE state = 'open'",
)

# The purge keeps itself going from here on: each round sets the next.
FIRST_PURGE = """INSERT INTO timer (id, kind, subject, due_at)
    VALUES (gen_random_uuid(), 'purge-contacts', 'all', now())"""


def upgrade() -> None:
    """Create everything."""
    spine_0001.upgrade(op.execute)
    for statement in (*FILES, *PEOPLE, *CONTACTS, FIRST_PURGE):
        op.execute(statement)
