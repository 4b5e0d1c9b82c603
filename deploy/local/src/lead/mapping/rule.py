"""What every rule of a mapping has in common."""

from abc import ABC, abstractmethod
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from lead.mapping.context import Clock

Value = str | int | float | bool


class Rule(BaseModel, ABC):
    """Makes a field's value of one or more cells.

    `default` is taken where a cell is missing; `across_rows` says what counts where the rows of one
    record differ.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    default: Value | None = None
    across_rows: Literal["same", "first", "earliest", "latest"] = "same"

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule reads."""

    @abstractmethod
    def read(self, texts: tuple[str, ...], clock: Clock, target: str) -> Any:
        """The value of these cells, none of them missing. Raises Unmappable."""
