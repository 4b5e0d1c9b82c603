"""`lead feed`: the fallback for agencies without an API."""

import os
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lead import feed_options as options
from lead import mapping as mappings
from lead import roster_options as roster
from lead.feed import Feed
from lead.feed_state import FeedState, count
from lead.home import default_home
from lead.mapping import Mapping
from lead.options import Url
from lead.rejects import write_rejects
from lead.rows import count_rows, header, is_ndjson
from lead.zones import zones_of

console = Console(stderr=True, highlight=False)


def feed(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV with a header line, or NDJSON.")
    ],
    mapping: options.MappingName,
    token_file: options.TokenFile,
    url: Url = None,
    site: options.SiteName = None,
    state: options.StatePath = None,
    rejects: options.RejectsPath = None,
    patience: options.Patience = 300,
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
    twice. At the end it says how many rows were accepted and writes the others, with reasons, to a
    file. Exit code 0: every row is finished. 1: it stopped early, run it again.
    """
    address = url or default_home().address()
    plan = mappings.load(mapping, zones_of(address, token_file), site=site)
    suffix = ".rejects.ndjson" if is_ndjson(file) else ".rejects.csv"
    rejects_path = rejects or _beside(file, suffix)
    night = roster.Options(dry_run, baseline, accept_shrink, nights, as_of)
    if snapshot:
        beside = _beside(file.with_name(roster.state_name(plan)), ".roster-state")
        place = roster.Place(file, state or beside, rejects_path, address, token_file, patience)
        roster.take_roster(plan, place, night)
        return
    night.refuse_alone()
    with FeedState(state or _beside(file, ".feed-state")) as finished:
        job = Feed(file, plan, finished, url=address, token_file=token_file, patience=patience)
        total = count_rows(file, plan)
        try:
            _run(job, total)
        finally:
            job.close()
            _report(job, file, plan, rejects_path, total)


def _run(job: Feed, total: int) -> None:
    columns = (TextColumn("Posting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("rows", total=total)

        def show(done: int) -> None:
            progress.update(task, completed=done)
            if not console.is_terminal:
                console.print(f"{done} of {total} rows")

        job.run(show)


def _report(job: Feed, file: Path, plan: Mapping, rejects: Path, total: int) -> None:
    results = list(job.results())
    columns = [] if is_ndjson(file) else header(file, plan)
    rejected = write_rejects(rejects, results, columns or plan.columns)
    counts = count(end for _, end in results)
    typer.echo(f"rows      {total}")
    typer.echo(f"accepted  {counts['accepted']}")
    typer.echo(f"refused   {counts['refused']}")
    typer.echo(f"not sent  {counts['not sent']}")
    typer.echo(f"waiting   {total - len(results)}")
    reasons = Counter(
        f"{reason['pointer'] or '/'} {reason['hint']} ({reason['code']})"
        for _, end in results
        for reason in end.reasons
    )
    for reason, times in reasons.most_common():
        typer.echo(f"{times:8}  {reason}")
    if rejected:
        typer.echo(f"Rejected rows are in {rejects}")


def _beside(file: Path, suffix: str) -> Path:
    """Beside the file, or in the current folder where that may not be written."""
    folder = file.parent if os.access(file.parent, os.W_OK) else Path.cwd()
    return folder / f"{file.name}{suffix}"
