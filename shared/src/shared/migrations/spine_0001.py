"""The spine's tables. A service's first revision calls `upgrade`; later changes get a file each."""

from collections.abc import Callable

STATEMENTS = (
    # Append-only: the history that replay reads. What has not left yet is in outbox_pending, so
    # that publishing deletes a narrow row and never rewrites a wide one.
    """CREATE TABLE outbox (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        key_hash integer NOT NULL,
        type text NOT NULL,
        headers text NOT NULL,
        payload bytea NOT NULL CHECK (octet_length(payload) <= 262144),
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX outbox_created_at ON outbox USING brin (created_at)",
    """CREATE TABLE outbox_pending (
        seq bigint PRIMARY KEY,
        since timestamptz NOT NULL DEFAULT now()
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)""",
    """CREATE TABLE inbox (
        event_id uuid NOT NULL,
        handler text NOT NULL,
        handled_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (event_id, handler)
    )""",
    "CREATE INDEX inbox_handled_at ON inbox USING brin (handled_at)",
    """CREATE TABLE dead_letter (
        id uuid PRIMARY KEY,
        event_id text NOT NULL,
        handler text NOT NULL,
        topic text NOT NULL,
        key text,
        type text,
        headers text NOT NULL,
        payload bytea NOT NULL,
        reason text NOT NULL,
        traceparent text,
        failed_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'redriven', 'discarded')),
        resolved_at timestamptz,
        resolved_by text,
        resolution text,
        UNIQUE (event_id, handler)
    )""",
    """CREATE TABLE timer (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        subject text NOT NULL,
        due_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        traceparent text,
        UNIQUE (kind, subject)
    )""",
    "CREATE INDEX timer_due_at ON timer (due_at)",
    # Sets itself again whenever it fires (shared/housekeeping.py).
    """INSERT INTO timer (id, kind, subject, due_at)
       VALUES (gen_random_uuid(), 'housekeeping', '', now())""",
    """CREATE TABLE idempotency_key (
        digest bytea PRIMARY KEY,
        request_digest bytea NOT NULL,
        status integer,
        body bytea,
        etag text,
        created_at timestamptz NOT NULL
    )""",
    "CREATE INDEX idempotency_key_created_at ON idempotency_key USING brin (created_at)",
)

INTAKE = (
    # No person, no record number: digests recognize a repeated record and say nothing about it.
    """CREATE TABLE intake (
        receipt uuid PRIMARY KEY,
        record_digest bytea NOT NULL UNIQUE,
        content_digest bytea NOT NULL,
        idempotency_digest bytea UNIQUE,
        site text NOT NULL,
        source text NOT NULL,
        received_at timestamptz NOT NULL
    )""",
    "CREATE INDEX intake_received_at ON intake USING brin (received_at)",
)


def upgrade(execute: Callable[[str], object], *, intake: bool = False) -> None:
    """Create the tables through alembic's `op.execute`; `intake` for services that take reports."""
    for statement in STATEMENTS + (INTAKE if intake else ()):
        execute(statement)
