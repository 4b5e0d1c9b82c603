"""`lead outbox`, `lead dead-letters`, `lead replay`: what ops do when something is stuck."""

from typing import Annotated, Any

import typer

from lead.errors import Failure
from lead.options import (
    AsJson,
    TokenFile,
    Url,
    connect,
    parse_service,
    parse_time,
    prefix_of,
    print_json,
    print_table,
)
from lead.services import PREFIXES

Service = Annotated[
    str, typer.Option(callback=parse_service, help="referral, casework, prosecution-hook, notifier")
]
Reason = Annotated[str, typer.Option(help="Why; it is kept beside the dead letter.")]
LetterId = Annotated[str, typer.Argument(help="The dead letter's id, as `list` shows it.")]
Time = Annotated[str | None, typer.Option(help="With offset: 2026-02-03T01:10:00-08:00")]

letters = typer.Typer(
    no_args_is_help=True,
    help="Messages that a service could not handle: list, show, re-drive or discard them.",
)


def show_outboxes(url: Url = None, token_file: TokenFile = None, as_json: AsJson = False) -> None:
    """Show how many events wait to leave each service, and for how long.

    An age of more than a few seconds means that events are not leaving: is the broker reachable?
    """
    with connect(url, token_file, "ops") as api:
        found = {name: api.get(f"{prefix}/v1/outbox") for name, prefix in PREFIXES.items()}
    if as_json:
        print_json(found)
        return
    rows = (
        (
            name,
            s["pending"],
            f"{s['oldest_seconds']:.1f} s",
            _yes(s["connected"]),
            _yes(s["leading"]),
        )
        for name, s in found.items()
    )
    print_table(("service", "waiting", "oldest", "broker reached", "relay leads"), rows)


@letters.command("list")
def list_letters(
    service: Annotated[
        str | None, typer.Option(help="One service's only; default: all services'.")
    ] = None,
    state: Annotated[str, typer.Option(help="open, redriven, discarded or all")] = "open",
    url: Url = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """List dead letters, newest first. What was sealed stays sealed."""
    names = [parse_service(service)] if service else list(PREFIXES)
    wanted = None if state == "all" else state
    with connect(url, token_file, "ops") as api:
        found: list[dict[str, Any]] = [
            {"service": name, **letter}
            for name in names
            for letter in api.pages(f"{prefix_of(name)}/v1/dead-letters", state=wanted)
        ]
    if as_json:
        print_json({"items": found, "next": None})
        return
    columns = ("service", "id", "failed_at", "type", "reason", "state")
    print_table(columns, ([letter[column] for column in columns] for letter in found))


@letters.command("show")
def show_letter(
    letter_id: LetterId, service: Service, url: Url = None, token_file: TokenFile = None
) -> None:
    """Show one dead letter with its headers and its payload, as JSON. Sealed fields stay sealed."""
    with connect(url, token_file, "ops") as api:
        print_json(api.get(f"{prefix_of(service)}/v1/dead-letters/{letter_id}"))


@letters.command("redrive")
def redrive_letter(
    letter_id: LetterId,
    service: Service,
    reason: Reason,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Let the service handle the message again, now that its cause is gone."""
    _resolve("redrive", letter_id, service, reason, url, token_file)


@letters.command("discard")
def discard_letter(
    letter_id: LetterId,
    service: Service,
    reason: Reason,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Give the message up for good. It stays listed, with the reason."""
    _resolve("discard", letter_id, service, reason, url, token_file)


def replay(
    service: Service,
    since: Time = None,
    until: Time = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic's events.")] = None,
    rewind: Annotated[
        str | None,
        typer.Option(
            metavar="TOPIC",
            help="Instead of publishing again: let the service read TOPIC again from --since on.",
        ),
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Publish a span of a service's history again, or let it read a topic again.

    Both are safe: a service skips every event that it has handled before, and nobody is alerted
    twice.
    """
    if since is None:
        raise typer.BadParameter("Say from when.", param_hint="--since")
    begin = parse_time(since).isoformat()
    with connect(url, token_file, "ops") as api:
        prefix = prefix_of(service)
        if rewind is not None:
            body = {"topic": rewind, "since": begin}
            moved = api.post(f"{prefix}/v1/consumer/rewind", body)["partitions"]
            if not moved:
                raise NothingMoved(f"{service} does not read {rewind} here.")
            print_json({"partitions": moved})
            return
        if until is None:
            raise typer.BadParameter("Say until when.", param_hint="--until")
        end = parse_time(until).isoformat()
        print_json(api.post(f"{prefix}/v1/outbox/replay", _span(begin, end, topic)))


class NothingMoved(Failure):
    """The service has no partition of the topic in hand."""


def _span(since: str, until: str, topic: str | None) -> dict[str, Any]:
    body = {"since": since, "until": until, "topic": topic}
    return {name: value for name, value in body.items() if value is not None}


def _resolve(
    how: str, letter_id: str, service: str, reason: str, url: Url, token_file: TokenFile
) -> None:
    with connect(url, token_file, "ops") as api:
        path = f"{prefix_of(service)}/v1/dead-letters/{letter_id}/{how}"
        done = api.post(path, {"reason": reason})
    print_json({name: done[name] for name in ("id", "state", "resolved_by", "resolution")})


def _yes(value: bool) -> str:
    return "yes" if value else "no"
