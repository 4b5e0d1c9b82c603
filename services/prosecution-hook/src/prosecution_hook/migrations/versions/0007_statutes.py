"""States' statutes by version: NIBRS code and severity, each from its first day to its last."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    """CREATE TABLE statute_import (
        id uuid PRIMARY KEY,
        state text NOT NULL,
        version integer NOT NULL,
        checksum text NOT NULL,
        source text NOT NULL,
        statutes integer NOT NULL,
        imported_at timestamptz NOT NULL,
        imported_by text NOT NULL,
        UNIQUE (state, version),
        UNIQUE (state, checksum)
    )""",
    """CREATE TABLE statute (
        id uuid PRIMARY KEY,
        import_id uuid NOT NULL REFERENCES statute_import,
        state text NOT NULL,
        code text NOT NULL,
        section text NOT NULL,
        statute text NOT NULL,
        title text NOT NULL,
        nibrs text,
        severity text,
        effective_from date NOT NULL,
        effective_to date,
        source text NOT NULL,
        CHECK (effective_to >= effective_from)
    )""",
    "CREATE INDEX statute_section ON statute (section)",
    "CREATE INDEX statute_import_of ON statute (import_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
