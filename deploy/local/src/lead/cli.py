"""The `lead` command: run the system on this machine, and operate a system anywhere."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lead import launch
from lead.audit import audit
from lead.contacts import contacts
from lead.directory import directory
from lead.errors import Failure
from lead.feed_command import feed
from lead.gap_command import gap
from lead.home import default_home
from lead.operate import letters, replay, show_outboxes
from lead.rewind_command import rewind
from lead.statutes import statutes

commands = typer.Typer(
    name="lead",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Throughline: a reported contact reaches the case manager on duty.",
    epilog="LEAD_HOME holds the embedded system's data (.lead), LEAD_PORT is its port (8080).",
)
commands.add_typer(letters, name="dead-letters")
commands.add_typer(contacts, name="contacts")
commands.add_typer(audit, name="audit")
commands.add_typer(directory, name="directory")
commands.add_typer(statutes, name="statutes")
commands.command("feed")(feed)
commands.command("gap")(gap)
commands.command("rewind")(rewind)
commands.command("outbox")(show_outboxes)
commands.command("replay")(replay)


@commands.command()
def run(
    story: Annotated[bool, typer.Option(help="Play the story once when everything is up.")] = True,
) -> None:
    """Start the whole system on this machine and keep it running until Ctrl-C.

    Databases, keys and logs stay in LEAD_HOME, so the next run goes on where this one stopped.
    """
    launch.run(with_story=story)


@commands.command()
def demo(
    url: Annotated[
        str | None,
        typer.Option(help="Play in a running system instead of starting a new one."),
    ] = None,
    sign_ins: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Passwords of the sample people and agencies, as docker compose made them.",
        ),
    ] = None,
    mailpit: Annotated[
        str | None, typer.Option(help="Address of the mail catcher beside that system.")
    ] = None,
) -> None:
    """Play the story once, step by step, and say how long every hop took.

    Starts a system of its own that is gone afterwards. Exit code 0 when every step went as told.
    In a running embedded system give --url; in docker compose --sign-ins and --mailpit as well.
    """
    if (sign_ins is None) != (mailpit is None) or (sign_ins is not None and url is None):
        raise typer.BadParameter("--sign-ins and --mailpit go together, with --url.")
    launch.demo(url, sign_ins, mailpit)


@commands.command()
def token(
    role: Annotated[str, typer.Option(help="Such as agency-reporter, case-manager, ops.")],
    site: Annotated[str, typer.Option(help="king-county or santa-fe")],
    sub: Annotated[str | None, typer.Option(help="Who it is for; default: the role.")] = None,
    agency: Annotated[str | None, typer.Option(help="ORI or name of the agency.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Source system it may report for; repeatable.")
    ] = None,
) -> None:
    """Print a bearer token of the embedded system on this machine, and nothing else."""
    from shared.callers import ROLES  # Loads half a service; the other commands start faster.

    if role not in ROLES:
        raise typer.BadParameter(f"There is {', '.join(ROLES)}.", param_hint="--role")
    issuer = default_home().issuer()
    print(issuer.token(role, site, sub=sub, agency=agency, sources=source or ()))


def app() -> None:
    """The entry point: what can be said in words is said in words."""
    try:
        commands(prog_name="lead" if Path(sys.argv[0]).name == "cli.py" else None)
    except Failure as failure:
        print(f"lead: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    app()
