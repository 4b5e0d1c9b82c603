"""The comparisons of `casework.matching.levels`, said in Splink's words (DuckDB's SQL)."""

from typing import Any

from casework.matching.identity import Identity
from casework.matching.levels import LOOSE_FROM, SIMILAR_FROM
from casework.matching.model import FIELDS
from casework.matching.names import Name, full_forms


def _spelled(field: str) -> dict[str, str]:
    likeness = f"jaro_winkler_similarity({field}_l, {field}_r)"
    return {"similar": f"{likeness} >= {SIMILAR_FROM}", "loose": f"{likeness} >= {LOOSE_FROM}"}


def _words(field: str) -> dict[str, str]:
    initial = f"((len({field}_l) = 1 OR len({field}_r) = 1) AND {field}_l[1:1] = {field}_r[1:1])"
    alike = f"({initial} OR list_has_any({field}_forms_l, {field}_forms_r))"
    return {"alike": alike} | _spelled(field)


_GIVEN = _words("given")
CONDITIONS: dict[str, dict[str, str]] = {
    "surname": {"alike": "list_has_any(surname_parts_l, surname_parts_r)"} | _spelled("surname"),
    "given": _GIVEN | {"similar": f"({_GIVEN['similar']} OR given_joined_l = given_joined_r)"},
    "order": {},
    "middle": _words("middle"),
    "suffix": {},
    "dob": {
        "typo": "(damerau_levenshtein(dob_l, dob_r) <= 1 OR (dob_l[1:4] = dob_r[1:4]"
        " AND dob_l[5:6] = dob_r[7:8] AND dob_l[7:8] = dob_r[5:6]))",
        "year": "dob_l[1:4] = dob_r[1:4]",
    },
    "sex": {},
}


def comparison(field: str, chances: dict[str, Any] | None = None) -> dict[str, Any]:
    """One comparison, with m and u when they are known already."""
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": f"{field}_l IS NULL OR {field}_r IS NULL",
            "label_for_charts": "unknown",
            "is_null_level": True,
        }
    ]
    for level in FIELDS[field]:
        condition = CONDITIONS[field].get(level, "ELSE")
        if level == "equal":
            condition = f"{field}_l = {field}_r"
        one: dict[str, Any] = {"sql_condition": condition, "label_for_charts": str(level)}
        if level == "equal" and field in ("surname", "given"):
            one |= {"tf_adjustment_column": field, "tf_adjustment_weight": 1.0}
        if chances:
            one |= {
                "m_probability": chances[level].m,
                "u_probability": chances[level].u,
            }
        levels.append(one)
    return {"output_column_name": field, "comparison_levels": levels}


def row(record_id: str, identity: Identity, **more: Any) -> dict[str, Any]:
    """One record as columns; only the first name, for Splink knows no aliases."""
    name = identity.names[0] if identity.names else Name()
    return {
        "unique_id": record_id,
        "surname": name.joined_surname or None,
        "surname_parts": sorted(name.surname_parts),
        "given": name.given or None,
        "given_joined": name.joined_given,
        "given_forms": sorted(full_forms(name.given)) if name.given else [],
        "middle": name.middle or None,
        "middle_forms": sorted(full_forms(name.middle)) if name.middle else [],
        "suffix": name.suffix or None,
        "dob": f"{identity.dob:%Y%m%d}" if identity.dob else None,
        "sex": identity.sex,
    } | more
