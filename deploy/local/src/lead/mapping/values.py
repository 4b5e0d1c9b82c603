"""A cell's text, as it is or by a table of values."""

from lead.mapping.context import Clock
from lead.mapping.errors import Unmappable
from lead.mapping.rule import Rule, Value


class Copy(Rule):
    """The column's text, or what `values` makes of it; `otherwise` for what `values` lacks."""

    column: str
    values: dict[str, Value] | None = None
    otherwise: Value | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def read(self, texts: tuple[str, ...], clock: Clock, target: str) -> Value:
        if self.values is None:
            return texts[0]
        if texts[0] in self.values:
            return self.values[texts[0]]
        if self.otherwise is not None:
            return self.otherwise
        raise Unmappable(self.column, "value_not_mapped", "The mapping knows no such value.")
