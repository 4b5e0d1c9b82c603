"""The story on the terminal: a headline per step, a line per hop with its time since the POST."""

from dataclasses import dataclass
from datetime import datetime

from rich.console import Console


@dataclass(frozen=True, slots=True)
class Hop:
    """Something that happened on the way of one report."""

    at: datetime
    what: str


class Timeline:
    """Prints as the story goes; plain lines where there is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    def step(self, number: int, headline: str) -> None:
        self._console.print(f"\n[bold]{number}  {headline}[/bold]")

    def note(self, what: str) -> None:
        """Something that was checked, without a time of its own."""
        self._console.print(f"   [green]✓[/green] {what}")

    def hops(self, since: datetime, hops: list[Hop]) -> None:
        """When each hop was reached, and how long it took from the one before."""
        before = since
        for hop in sorted(hops, key=lambda hop: hop.at):
            total, step = _milliseconds(hop.at, since), _milliseconds(hop.at, before)
            self._console.print(f"   {hop.what:<46} {step:>7.0f} ms {total:>7.0f} ms")
            before = hop.at

    def end(self, what: str) -> None:
        self._console.print(f"\n{what}")


def _milliseconds(later: datetime, earlier: datetime) -> float:
    return max(0.0, (later - earlier).total_seconds() * 1000)
