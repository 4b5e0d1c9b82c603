"""Who is asked, and who after them. Pure. The route ends inside the program: never with police."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Stands in the place of a person's `sub` for the line that the program always answers.
PROGRAM_LINE = "program-line"


# Who it is, whether they can be reached, and (where that is known) whether they are away.
Person = tuple[str | None, bool] | tuple[str | None, bool, bool]


class Role(StrEnum):
    """Why somebody is asked."""

    CASE_MANAGER = "case_manager"
    BACKUP = "backup"
    ON_CALL = "on_call"
    SUPERVISOR = "supervisor"
    PROGRAM_LINE = "program_line"


class PassedOver(StrEnum):
    """Why somebody on the route was not asked."""

    NOBODY = "nobody_named"
    AWAY = "away"
    UNREACHABLE = "no_contact_method"


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the route. `sub` is None when nobody has this role for the participant."""

    role: Role
    sub: str | None
    reachable: bool
    away: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """A stop that was passed over, and why."""

    stop: Stop
    reason: PassedOver


def route(
    case_manager: Person,
    backup: Person,
    supervisor: Person,
    *,
    on_call: Sequence[Person] = (),
) -> tuple[Stop, ...]:
    """Whoever is on call comes after the backup. The program line always comes last."""
    return (
        Stop(Role.CASE_MANAGER, *case_manager),
        Stop(Role.BACKUP, *backup),
        *(Stop(Role.ON_CALL, *person) for person in on_call),
        Stop(Role.SUPERVISOR, *supervisor),
        # Whether a line is set shows when it is called: then the alert ends as unanswered.
        Stop(Role.PROGRAM_LINE, PROGRAM_LINE, True),
    )


def next_stop(
    stops: Sequence[Stop], seen: Collection[str]
) -> tuple[tuple[Passed, ...], Stop | None]:
    """The first who can be reached and is not in `seen`, and whom that passes over.

    `seen` holds the subs who were asked or passed over before. None at the end of the route.
    """
    passed: list[Passed] = []
    for stop in stops:
        if stop.sub is None:
            passed.append(Passed(stop, PassedOver.NOBODY))
        elif stop.sub in seen:
            continue
        elif stop.away:
            passed.append(Passed(stop, PassedOver.AWAY))
        elif not stop.reachable:
            passed.append(Passed(stop, PassedOver.UNREACHABLE))
        else:
            return tuple(passed), stop
    return tuple(passed), None


def sub_of(stop: Stop) -> str:
    return stop.sub or PROGRAM_LINE
