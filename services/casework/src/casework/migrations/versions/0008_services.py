"""Encounters, linkages and the resource directory."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE encounter (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        kind text NOT NULL,
        began_at timestamptz NOT NULL,
        minutes integer NOT NULL,
        goals text[] NOT NULL,
        needs_met text[] NOT NULL,
        sealed text,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL
    )""",
    "CREATE INDEX encounter_participant ON encounter (participant_key, id)",
    """CREATE TABLE linkage (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        participant_key text NOT NULL REFERENCES participant_file,
        need text NOT NULL,
        service_id text,
        service_name text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('waiting', 'connected', 'need_met',
            'not_available', 'not_eligible', 'declined_by_participant')),
        version integer NOT NULL,
        linked_by text NOT NULL,
        linked_at timestamptz NOT NULL,
        outcome_by text,
        outcome_at timestamptz
    )""",
    "CREATE INDEX linkage_participant ON linkage (participant_key, id)",
    """CREATE TABLE directory_import (
        id uuid PRIMARY KEY,
        site text NOT NULL,
        services integer NOT NULL,
        imported_by text NOT NULL,
        imported_at timestamptz NOT NULL
    )""",
    """CREATE TABLE directory_service (
        site text NOT NULL,
        id text NOT NULL,
        name text NOT NULL,
        organization text NOT NULL,
        status text NOT NULL,
        body jsonb NOT NULL,
        import_id uuid NOT NULL REFERENCES directory_import,
        withdrawn_at timestamptz,
        PRIMARY KEY (site, id)
    )""",
    """CREATE INDEX directory_service_name ON directory_service (site, name, id)
       WHERE withdrawn_at IS NULL""",
)


def upgrade() -> None:
    """Create what is new."""
    for statement in STATEMENTS:
        op.execute(statement)
