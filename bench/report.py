"""The table that a run ends with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One line: what was measured, the ratio or figure, what it rests on, and what we aim for."""

    what: str
    figure: str
    detail: str
    aim: str


def print_table(results: list[Result]) -> None:
    """Markdown, so that a run can be pasted into README.md."""
    print("| measured | figure | detail | aim |")
    print("|---|---|---|---|")
    for result in results:
        print(f"| {result.what} | {result.figure} | {result.detail} | {result.aim} |")
