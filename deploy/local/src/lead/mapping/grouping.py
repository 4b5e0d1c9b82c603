"""Several rows of one record: what they say together, or that they contradict each other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lead.mapping.errors import Unmappable
from lead.mapping.rule import Rule


def together(rule: Rule, values: Sequence[Any]) -> Any:
    """The value of a field for a record; None where no row has one. Raises Unmappable."""
    if not values:
        return None
    if rule.across_rows in ("earliest", "latest"):
        choose = min if rule.across_rows == "earliest" else max
        return choose(values, key=_in_time)
    if rule.across_rows == "same" and any(value != values[0] for value in values):
        hint = "The rows of this record say different things; none of them is sent."
        raise Unmappable("+".join(rule.columns), "rows_contradict", hint)
    return values[0]


def numbered(charges: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The charges with numbers: their own where all differ, else in the order of the file."""
    own = [charge["seq"] for charge in charges if "seq" in charge]
    if len(own) == len(charges) == len(set(own)):
        return list(charges)
    return [{**charge, "seq": number} for number, charge in enumerate(charges, start=1)]


def _in_time(value: Any) -> Any:
    """Moments compare as such, whatever their offsets; other values as they are."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return moment
