"""Which rule a mapping's entry is: each is known by the key that names its column."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Tag

from lead.mapping.dates import Day, Moment
from lead.mapping.names import WholeName
from lead.mapping.numbers import Number
from lead.mapping.values import Copy

KINDS = ("column", "date", "time", "number", "name")
_KEYS: dict[type, str] = {
    Copy: "column",
    Day: "date",
    Moment: "time",
    Number: "number",
    WholeName: "name",
}


def _kind(rule: Any) -> str:
    if (key := _KEYS.get(type(rule))) is not None:
        return key
    keys = rule.keys() if isinstance(rule, dict) else ()
    return next((kind for kind in reversed(KINDS) if kind in keys), "column")


AnyRule = Annotated[
    Annotated[Copy, Tag("column")]
    | Annotated[Day, Tag("date")]
    | Annotated[Moment, Tag("time")]
    | Annotated[Number, Tag("number")]
    | Annotated[WholeName, Tag("name")],
    Discriminator(_kind),
    # The short form: `source_record_id = "TERRY_STOP_ID"`.
    BeforeValidator(lambda rule: {"column": rule} if isinstance(rule, str) else rule),
]
