"""The audit trail: append-only, chained by keyed hashes, a chain link per day."""

from collections.abc import Callable

STATEMENTS = (
    # A day's row outlives its records: the chain goes on over what was forgotten on time.
    """CREATE TABLE audit_day (
        day date PRIMARY KEY,
        previous bytea NOT NULL,
        records bigint NOT NULL,
        head bytea NOT NULL
    )""",
    """CREATE TABLE audit_record (
        day date NOT NULL,
        number bigint NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        roles text[] NOT NULL,
        sites text[] NOT NULL,
        agency text,
        via text NOT NULL,
        action text NOT NULL,
        about text[] NOT NULL,
        outcome integer NOT NULL,
        trace text,
        hash bytea NOT NULL,
        PRIMARY KEY (day, number)
    )""",
    "CREATE INDEX audit_record_about ON audit_record USING gin (about)",
    # Against our own mistakes. Against whoever owns the database there is the chain.
    """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           IF TG_OP = 'DELETE' AND current_setting('lead.audit_sweep', true) = 'on' THEN
               RETURN OLD;
           END IF;
           RAISE EXCEPTION 'the audit trail is append-only';
       END $$""",
    """CREATE TRIGGER audit_record_append_only BEFORE UPDATE OR DELETE ON audit_record
       FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_record_no_truncate BEFORE TRUNCATE ON audit_record
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_day_no_truncate BEFORE TRUNCATE ON audit_day
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
)


def upgrade(execute: Callable[[str], object]) -> None:
    """Create the tables through alembic's `op.execute`."""
    for statement in STATEMENTS:
        execute(statement)
