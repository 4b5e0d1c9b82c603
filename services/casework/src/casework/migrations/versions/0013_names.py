"""Names have kinds, and the chosen one is shown; Cyrillic is compared in Latin letters."""

import sqlalchemy as sa
from alembic import op

from casework.matching.names import fold
from casework.matching.rekeying import rekey

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE person_name (
        id uuid PRIMARY KEY,
        participant_key text NOT NULL REFERENCES participant_file,
        kind text NOT NULL CHECK (
            kind IN ('legal', 'chosen', 'alias', 'maiden', 'transliteration')),
        given text,
        middle text,
        surname text,
        suffix text,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL,
        ended_at timestamptz
    )""",
    "CREATE INDEX person_name_participant ON person_name (participant_key)",
    "ALTER TABLE person ADD COLUMN chosen_given text, ADD COLUMN chosen_surname text",
)
_PEOPLE = sa.text(
    "SELECT participant_key, names FROM person WHERE array_to_string(names, ' ') ~ '[^ -~]'"
)
_FOLDED = sa.text("UPDATE person SET names = :names WHERE participant_key = :key")


def upgrade() -> None:
    """Only names in another script fold differently now; only for them are keys made anew."""
    for statement in STATEMENTS:
        op.execute(statement)
    connection = op.get_bind()
    people = connection.execute(_PEOPLE).all()
    for person in people:
        names = ["|".join(fold(part) for part in name.split("|")) for name in person.names]
        connection.execute(_FOLDED, {"names": names, "key": person.participant_key})
    if people:
        rekey(connection)
