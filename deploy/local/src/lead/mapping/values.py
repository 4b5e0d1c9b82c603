"""A cell's text, as it is or by a table of values."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from lead.mapping.context import Clock
from lead.mapping.errors import Unmappable
from lead.mapping.rule import Rule, Value


class Copy(Rule):
    """The column's text, or what `values` makes of it; `otherwise` for what `values` lacks.

    Several columns are joined by `join`.
    """

    column: Annotated[
        tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)
    ] = Field(min_length=1)
    join: str = " "
    values: dict[str, Value] | None = None
    otherwise: Value | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.column

    def read(self, texts: tuple[str, ...], clock: Clock, target: str) -> Value:
        text = self.join.join(texts)
        if self.values is None:
            return text
        if text in self.values:
            return self.values[text]
        if self.otherwise is not None:
            return self.otherwise
        raise Unmappable(
            "+".join(self.column), "value_not_mapped", "The mapping knows no such value."
        )
