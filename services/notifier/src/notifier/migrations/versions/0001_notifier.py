"""Staff, assignments, alerts, deliveries."""

from alembic import op

from shared.migrations import spine_0001

revision = "0001"
down_revision = None

STATEMENTS = (
    """CREATE TABLE staff (
        site text NOT NULL,
        sub text NOT NULL CHECK (sub <> 'program-line'),
        name text NOT NULL,
        email text NOT NULL,
        backup text,
        supervisor text,
        language text NOT NULL,
        new_email text,
        code_id uuid,
        code_sent_at timestamptz,
        code_tries integer NOT NULL,
        updated_by text NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (site, sub)
    )""",
    """CREATE TABLE site_policy (
        site text PRIMARY KEY,
        supervisor text,
        program_line_email text,
        custody_minutes integer NOT NULL,
        safety_minutes integer NOT NULL,
        legal_business_days integer NOT NULL,
        updated_by text NOT NULL,
        updated_at timestamptz NOT NULL
    )""",
    """CREATE TABLE assignment (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant text NOT NULL,
        case_manager text NOT NULL,
        backup text,
        supervisor text,
        assigned_from timestamptz NOT NULL,
        assigned_to timestamptz
    )""",
    "CREATE INDEX assignment_then ON assignment (site, participant, assigned_from)",
    """CREATE UNIQUE INDEX assignment_now ON assignment (site, participant)
        WHERE assigned_to IS NULL""",
    "CREATE INDEX assignment_mine ON assignment (case_manager, site) WHERE assigned_to IS NULL",
    # One thread per incident. `known` is all that it was told, for telling news from repeats.
    """CREATE TABLE alert_thread (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant text NOT NULL,
        keys text[] NOT NULL,
        started_at timestamptz NOT NULL,
        known jsonb NOT NULL,
        alert_id uuid NOT NULL
    )""",
    "CREATE INDEX alert_thread_of ON alert_thread (site, participant, started_at)",
    "CREATE SEQUENCE alert_number START 1001",
    """CREATE TABLE alert (
        id uuid PRIMARY KEY,
        number bigint NOT NULL UNIQUE DEFAULT nextval('alert_number'),
        site text NOT NULL,
        participant text NOT NULL,
        thread_id uuid NOT NULL REFERENCES alert_thread,
        alert_class text NOT NULL,
        state text NOT NULL
            CHECK (state IN ('waiting', 'acknowledged', 'told', 'unanswered')),
        recipient text NOT NULL,
        due_at timestamptz,
        raised_at timestamptz NOT NULL,
        manager_then text,
        manager_now text,
        headline uuid NOT NULL,
        answered_by text,
        answered_at timestamptz,
        action text
    ) WITH (fillfactor = 80)""",
    # Nobody is asked twice about one incident at the same time.
    "CREATE UNIQUE INDEX alert_waiting ON alert (thread_id) WHERE state = 'waiting'",
    "CREATE INDEX alert_site ON alert (site, state, number)",
    "CREATE INDEX alert_participant ON alert (participant)",
    # The key makes sure that one event cannot page twice, whatever went wrong before it.
    """CREATE TABLE alert_entry (
        event_id uuid PRIMARY KEY,
        thread_id uuid NOT NULL REFERENCES alert_thread,
        alert_id uuid NOT NULL REFERENCES alert,
        receipt uuid NOT NULL,
        source_record_id text NOT NULL,
        record_version integer NOT NULL,
        cause text NOT NULL,
        reported_by text NOT NULL,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        news text[] NOT NULL,
        facts jsonb NOT NULL,
        sealed_name text NOT NULL
    )""",
    "CREATE INDEX alert_entry_thread ON alert_entry (thread_id)",
    """CREATE TABLE alert_step (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        alert_id uuid NOT NULL REFERENCES alert,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        who text,
        detail text,
        by text
    )""",
    "CREATE INDEX alert_step_alert ON alert_step (alert_id, seq)",
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'append-only'; END $$""",
    """CREATE TRIGGER alert_step_append_only BEFORE UPDATE OR DELETE ON alert_step
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    # Apart from the steps, which nobody can change: what a person wrote must be erasable.
    """CREATE TABLE alert_note (
        id uuid PRIMARY KEY,
        alert_id uuid NOT NULL REFERENCES alert,
        at timestamptz NOT NULL,
        by text NOT NULL,
        sealed_text text NOT NULL
    )""",
    "CREATE INDEX alert_note_alert ON alert_note (alert_id)",
    "CREATE SEQUENCE inbox_seq",
    """CREATE TABLE inbox_item (
        recipient text NOT NULL,
        alert_id uuid NOT NULL REFERENCES alert,
        site text NOT NULL,
        seq bigint NOT NULL DEFAULT nextval('inbox_seq'),
        PRIMARY KEY (recipient, alert_id)
    )""",
    "CREATE INDEX inbox_item_alert ON inbox_item (alert_id)",
    "CREATE INDEX inbox_item_stream ON inbox_item (site, seq)",
    # An intent: written with what made it necessary, carried out later by a worker.
    """CREATE TABLE delivery (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        recipient text NOT NULL,
        channel text NOT NULL,
        purpose text NOT NULL,
        alert_id uuid REFERENCES alert,
        step bigint REFERENCES alert_step,
        state text NOT NULL DEFAULT 'queued'
            CHECK (state IN ('queued', 'sent', 'failed', 'cancelled')),
        attempts integer NOT NULL DEFAULT 0,
        unknowns integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL,
        lease uuid,
        leased_until timestamptz,
        outcome text,
        traceparent text,
        correlation_id text,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        UNIQUE (step, channel)
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)""",
    "CREATE INDEX delivery_queued ON delivery (next_attempt_at) WHERE state = 'queued'",
    "CREATE INDEX delivery_alert ON delivery (alert_id)",
)


def upgrade() -> None:
    spine_0001.upgrade(op.execute)
    for statement in STATEMENTS:
        op.execute(statement)
