"""Who is asked, and who after them. Pure. The route ends inside the program: never with police."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Stands in the place of a person's `sub` for the line that the program always answers.
PROGRAM_LINE = "program-line"


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
    hand_on: Mapping[str, int] | None = None

    def patience(self, alert_class: str) -> int | None:
        """Minutes after which this person wants the next one asked; None: as the site says."""
        return (self.hand_on or {}).get(alert_class)


@dataclass(frozen=True, slots=True)
class Passed:
    """A stop that was passed over, and why."""

    stop: Stop
    reason: PassedOver


def route(
    case_manager: Stop, backup: Stop, supervisor: Stop, *, on_call: Sequence[Stop] = ()
) -> tuple[Stop, ...]:
    """Whoever is on call comes after the backup. The program line always comes last."""
    # Whether a line is set shows when it is called: then the alert ends as unanswered.
    line = Stop(Role.PROGRAM_LINE, PROGRAM_LINE, True)
    return (case_manager, backup, *on_call, supervisor, line)


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
