"""Finds everybody on file under the keys of this release; migrations call it when keys change."""

from typing import Any

import sqlalchemy as sa

from casework.matching.identity import Identity, search_keys
from casework.matching.names import read_name
from casework.matching.romanizing import all_romanized, read_stored, romanized, stored
from shared.events import PersonPart

_PEOPLE = sa.text(
    "SELECT participant_key, site, names, dob FROM person"
    " WHERE participant_key > :after ORDER BY participant_key LIMIT 1000"
)
_ADD = sa.text(
    "INSERT INTO person_key (site, key, participant_key) VALUES (:site, :key, :participant_key)"
    " ON CONFLICT DO NOTHING"
)
# Whoever has a letter that is not plain, in what was written down of them.
_FOREIGN = sa.text("""
SELECT participant_key, site, given, middle, surname, suffix, aliases, names, dob,
       coalesce((SELECT json_agg(json_build_array(n.given, n.middle, n.surname, n.suffix))
                 FROM person_name n WHERE n.participant_key = p.participant_key), '[]') AS told
FROM person p WHERE participant_key > :after AND (
    concat_ws(' ', given, middle, surname, array_to_string(aliases, ' ')) ~ '[^ -~]'
    OR EXISTS (SELECT FROM person_name n WHERE n.participant_key = p.participant_key
               AND concat_ws(' ', n.given, n.middle, n.surname) ~ '[^ -~]'))
ORDER BY participant_key LIMIT 1000""")
_SPELLED = sa.text("UPDATE person SET names = :names WHERE participant_key = :key")
_FORGET = sa.text("DELETE FROM person_key WHERE participant_key = :key")


def rekey(connection: sa.Connection) -> None:
    """In pages, in the migration's transaction."""
    connection.execute(sa.text("TRUNCATE person_key"))
    after = ""
    while people := connection.execute(_PEOPLE, {"after": after}).all():
        if rows := [row for person in people for row in _rows(person, person.names)]:
            connection.execute(_ADD, rows)
        after = people[-1].participant_key


def spell_again(connection: sa.Connection) -> None:
    """When the spelling of other scripts changes: from what was written down, not from itself."""
    after = ""
    while people := connection.execute(_FOREIGN, {"after": after}).all():
        for person in people:
            names = _names(person)
            key = {"key": person.participant_key}
            connection.execute(_SPELLED, key | {"names": names})
            connection.execute(_FORGET, key)
            if rows := _rows(person, names):
                connection.execute(_ADD, rows)
        after = people[-1].participant_key


def _names(person: Any) -> list[str]:
    """What was written stays; of what was spelled only this version's spelling."""
    written = [name for name in person.names if name.count("|") == 3]
    fields = (person.given, person.middle, person.surname, person.suffix)
    known = PersonPart.model_construct(
        **dict(zip(("given", "middle", "surname", "suffix"), fields, strict=True)),
        aliases=tuple(person.aliases),
    )
    told = [
        (given, middle, name or person.surname, end) for given, middle, name, end in person.told
    ]
    folded = [read_name(*fields), *(read_name(*parts) for parts in told)]
    spelled = [*all_romanized(known), *filter(None, (romanized(*parts) for parts in told))]
    kept = [name for name in (*folded, *spelled) if name.given or name.surname]
    return list(dict.fromkeys([*written, *map(stored, kept)]))


def _rows(person: Any, names: list[str]) -> list[dict[str, str]]:
    keys = search_keys(Identity(read_stored(names), person.dob))
    return [
        {"site": person.site, "key": k, "participant_key": person.participant_key} for k in keys
    ]
