"""`lead feed`: the fallback for agencies without an API."""

import os
from collections import Counter
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lead import feed_options as options
from lead import mapping as mappings
from lead import roster_options as roster
from lead.errors import Failure
from lead.feed import Feed
from lead.feed_state import FeedState, count
from lead.home import default_home
from lead.mapping import Mapping
from lead.options import Url
from lead.rejects import older_rejects, write_rejects
from lead.rows import header, is_ndjson
from lead.zones import zones_of
from shared.tables import Account

console = Console(stderr=True, highlight=False)


class TooLittleAccepted(Failure):
    """The feed is finished, and too few rows of the file are accepted."""

    exit_code = 3


def feed(
    file: options.AgencyFile,
    mapping: options.MappingName,
    token_file: options.TokenFile,
    url: Url = None,
    site: options.SiteName = None,
    state: options.StatePath = None,
    rejects: options.RejectsPath = None,
    patience: options.Patience = 300,
    min_accepted: options.MinAccepted = 50,
    snapshot: roster.Snapshot = False,
    dry_run: roster.DryRun = False,
    baseline: roster.Baseline = False,
    nights: roster.Nights = None,
    accept_shrink: roster.AcceptShrink = False,
    as_of: roster.AsOf = None,
    list_mappings: roster.ListMappings = False,
) -> None:
    """Post every row of an agency's file as a reported contact.

    Stop it whenever you like and run it again: finished rows are skipped, and nothing is reported
    twice. At the end it says what each line of the file was and how many rows were accepted, and
    writes the others, with reasons, to a file. Rejects of earlier runs are kept under their date.

    Exit code 0: every row is finished, and enough of them are accepted, now or in an earlier run.

    1: the file is refused at a line and nothing was sent, or the feed stopped early: run it again.

    2: the command itself is wrong.

    3: every row is finished, but none of them is accepted, or less than --min-accepted says.
    """
    address = url or default_home().address()
    plan = mappings.load(mapping, zones_of(address, token_file), site=site)
    suffix = ".rejects.ndjson" if is_ndjson(file) else ".rejects.csv"
    rejects_path = rejects or _beside(file, suffix)
    night = roster.Options(dry_run, baseline, accept_shrink, nights, as_of)
    if not snapshot:
        night.refuse_alone()
    if snapshot:
        beside = _beside(file.with_name(roster.state_name(plan)), ".roster-state")
        place = roster.Place(file, state or beside, rejects_path, address, token_file, patience)
        roster.take_roster(plan, place, night)
        return
    with FeedState(state or _beside(file, ".feed-state")) as finished:
        job = Feed(file, plan, finished, url=address, token_file=token_file, patience=patience)
        accepted = _carry_out(job, file, plan, rejects_path)
    _judge(accepted, job.account.rows, min_accepted)


def _carry_out(job: Feed, file: Path, plan: Mapping, rejects: Path) -> int:
    """Send the rows and report, also when the feed stops early; returns how many are accepted."""
    try:
        _run(job)
    finally:
        job.close()
        accepted = _report(job, file, plan, rejects)
    return accepted


def _judge(accepted: int, rows: int, least: float) -> None:
    """Raises TooLittleAccepted. What looks at a nightly run sees nothing but its exit code."""
    if rows and (not accepted or accepted * 100 < least * rows):
        raise TooLittleAccepted(
            f"Only {accepted} of {rows} rows are accepted (--min-accepted {least:g} percent)."
        )


def _run(job: Feed) -> None:
    total = job.account.rows
    columns = (TextColumn("Posting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("rows", total=total)

        def show(done: int) -> None:
            progress.update(task, completed=done)
            if not console.is_terminal:
                console.print(f"{done} of {total} rows")

        job.run(show)


def _report(job: Feed, file: Path, plan: Mapping, rejects: Path) -> int:
    """Say how it ended and write the rejected rows; returns how many rows are accepted."""
    results = list(job.results())
    rejected = write_rejects(rejects, results, header(file, plan) or plan.columns)
    counts = count(end for _, end in results)
    _say_counts(job.account, counts)
    reasons = Counter(
        f"{reason['pointer'] or '/'} {reason['hint']} ({reason['code']})"
        for _, end in results
        for reason in end.reasons
    )
    for reason, times in reasons.most_common():
        typer.echo(f"{times:8}  {reason}")
    if rejected:
        typer.echo(f"Rejected rows are in {rejects}")
    if older := older_rejects(rejects):
        typer.echo(f"Rejected rows of {len(older)} earlier runs are in {older[0]} and its like")
    return counts["accepted"]


def _say_counts(lines: Account, counts: Counter[str]) -> None:
    """The lines of the file and what each is, then the rows and how they ended."""
    typer.echo(
        f"lines     {lines.lines} = {lines.title} title + {lines.header} header + {lines.rows} rows"
        f" + {lines.continued} in cells of several lines + {lines.blank} blank"
    )
    typer.echo(f"rows      {lines.rows}")
    for end in ("accepted", "refused", "not sent"):
        typer.echo(f"{end:8}  {counts[end]}")
    typer.echo(f"waiting   {lines.rows - counts.total()}")
    if lines.unfinished:
        typer.echo("The last line has no line end. See whether the file is whole.")


def _beside(file: Path, suffix: str) -> Path:
    """Beside the file, or in the current folder where that may not be written."""
    folder = file.parent if os.access(file.parent, os.W_OK) else Path.cwd()
    return folder / f"{file.name}{suffix}"
