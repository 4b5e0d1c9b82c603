"""What can be wrong with a mapping, or with a value that it reads."""

from lead.errors import Failure


class BadMapping(Failure):
    """The mapping cannot be used; the text says where and why."""


class Unmappable(Exception):
    """A row's value cannot be turned into its field. The hint never repeats the value."""

    def __init__(self, column: str, code: str, hint: str) -> None:
        self.reason = {"pointer": column, "code": code, "hint": hint}
        super().__init__(f"{column}: {hint}")
