"""Finds everybody on file under the keys of this release; migrations call it when keys change."""

from typing import Any

import sqlalchemy as sa

from casework.matching.identity import on_file, search_keys
from casework.matching.names import read_name
from casework.matching.romanizing import all_romanized, romanized, stored
from shared.events import PersonPart

_PEOPLE = sa.text(
    "SELECT participant_key, site, names, dob FROM person"
    " WHERE participant_key > :after ORDER BY participant_key LIMIT 1000"
)
_ADD = sa.text(
    "INSERT INTO person_key (site, key, participant_key) VALUES (:site, :key, :participant_key)"
    " ON CONFLICT DO NOTHING"
)
_WRITTEN = sa.text("""
SELECT participant_key, site, given, middle, surname, suffix, aliases, names, dob,
       coalesce((SELECT json_agg(json_build_array(n.given, n.middle, n.surname, n.suffix))
                 FROM person_name n WHERE n.participant_key = p.participant_key), '[]') AS told
FROM person p WHERE participant_key > :after ORDER BY participant_key LIMIT 1000""")
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
    """When the reading or spelling of names changes: from what was written, not from itself."""
    after = ""
    while people := connection.execute(_WRITTEN, {"after": after}).all():
        for person in people:
            names = _names(person)
            key = {"key": person.participant_key}
            connection.execute(_SPELLED, key | {"names": names})
            connection.execute(_FORGET, key)
            if rows := _rows(person, names):
                connection.execute(_ADD, rows)
        after = people[-1].participant_key


def _names(person: Any) -> list[str]:
    """What was written, read anew; of what was spelled only this version's spelling."""
    written = [read_name(*name.split("|")) for name in person.names if name.count("|") == 3]
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
    kept = [name for name in (*written, *folded, *spelled) if name.given or name.surname]
    return list(dict.fromkeys(map(stored, kept)))


def _rows(person: Any, names: list[str]) -> list[dict[str, str]]:
    keys = search_keys(on_file(names, person.dob, None, frozenset()))
    return [
        {"site": person.site, "key": k, "participant_key": person.participant_key} for k in keys
    ]
