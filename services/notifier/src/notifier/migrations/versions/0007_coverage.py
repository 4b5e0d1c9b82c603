"""Absences, on-call rotations, swaps, hand-over notes, gaps, calendar links."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    """CREATE TABLE absence (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        sub text NOT NULL,
        backup text,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        cancelled_at timestamptz
    )""",
    "CREATE INDEX absence_now ON absence (site, sub, ends_at) WHERE cancelled_at IS NULL",
    """CREATE TABLE rotation (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        name text NOT NULL,
        version integer NOT NULL,
        members text[] NOT NULL CHECK (cardinality(members) > 0),
        starts_on date NOT NULL,
        changes_at time NOT NULL,
        days integer NOT NULL CHECK (days > 0),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        ended_at timestamptz
    )""",
    "CREATE UNIQUE INDEX rotation_now ON rotation (site, name) WHERE ended_at IS NULL",
    """CREATE TABLE duty_swap (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        rotation text NOT NULL,
        sub text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        cancelled_at timestamptz
    )""",
    "CREATE INDEX duty_swap_site ON duty_swap (site, ends_at) WHERE cancelled_at IS NULL",
    # What follows from rotations, swaps and absences, for weeks ahead: an alert needs one look-up.
    """CREATE TABLE duty (
        site text NOT NULL,
        rotation text NOT NULL,
        turn text NOT NULL,
        sub text,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        PRIMARY KEY (site, rotation, starts_at)
    )""",
    "CREATE INDEX duty_now ON duty (site, ends_at)",
    """CREATE TABLE handover_note (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        written_by text NOT NULL,
        written_at timestamptz NOT NULL,
        sealed_text text NOT NULL
    )""",
    "CREATE INDEX handover_note_site ON handover_note (site, written_at)",
    """CREATE TABLE coverage_gap (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        sub text NOT NULL,
        gap_from timestamptz NOT NULL,
        gap_until timestamptz NOT NULL,
        found_at timestamptz NOT NULL,
        closed_at timestamptz
    )""",
    "CREATE INDEX coverage_gap_open ON coverage_gap (site) WHERE closed_at IS NULL",
    """CREATE TABLE duty_link (
        site text NOT NULL,
        sub text NOT NULL,
        digest bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (site, sub)
    )""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
