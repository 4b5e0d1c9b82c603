"""Who is asked, in which order, and who is passed over."""

import pytest

from notifier.routing import PROGRAM_LINE, PassedOver, Role, Stop, next_stop, route

ALICE, BEN, CARLA = ("alice", True), ("ben", True), ("carla", True)
NOBODY = (None, False)

Person = tuple[str | None, bool] | tuple[str | None, bool, bool]


def way(one: Person, two: Person, three: Person, *on_call: Person) -> tuple[Stop, ...]:
    """The route over these people, each with whether they are reachable, and away."""
    roles = (Role.CASE_MANAGER, Role.BACKUP, Role.SUPERVISOR)
    named = [Stop(role, *who) for role, who in zip(roles, (one, two, three), strict=True)]
    return route(*named, on_call=[Stop(Role.ON_CALL, *who) for who in on_call])


@pytest.mark.parametrize(
    ("stops", "seen", "asked"),
    [
        ((ALICE, BEN, CARLA), (), "alice"),
        ((ALICE, BEN, CARLA), ("alice",), "ben"),
        ((ALICE, BEN, CARLA), ("alice", "ben"), "carla"),
        ((ALICE, BEN, CARLA), ("alice", "ben", "carla"), PROGRAM_LINE),
        ((ALICE, BEN, CARLA), ("alice", "ben", "carla", PROGRAM_LINE), None),
        ((("alice", False), BEN, CARLA), (), "ben"),
        ((NOBODY, NOBODY, CARLA), (), "carla"),
        ((NOBODY, NOBODY, NOBODY), (), PROGRAM_LINE),
        ((ALICE, ALICE, CARLA), ("alice",), "carla"),
    ],
)
def test_the_route(
    stops: tuple[Person, Person, Person], seen: tuple[str, ...], asked: str | None
) -> None:
    """Case manager, backup, supervisor, program line; nobody twice; then the route ends."""
    _, stop = next_stop(way(*stops), seen)
    assert (stop.sub if stop else None) == asked


def test_who_is_passed_over_is_named_with_the_reason() -> None:
    """Nobody named, and nobody reachable, are two different things."""
    passed, _ = next_stop(way(NOBODY, ("ben", False), CARLA), ())
    assert [(p.stop.role, p.reason) for p in passed] == [
        (Role.CASE_MANAGER, PassedOver.NOBODY),
        (Role.BACKUP, PassedOver.UNREACHABLE),
    ]


def test_the_route_ends_inside_the_program() -> None:
    """No role of police or prosecution exists on it."""
    assert set(Role) == {"case_manager", "backup", "on_call", "supervisor", "program_line"}


def test_who_is_away_is_passed_over_for_that_reason() -> None:
    """Also when they could be reached; whoever is on call comes before the supervisor."""
    stops = way(("alice", True, True), ("ben", False), CARLA, ("dana", True))
    passed, stop = next_stop(stops, ())
    assert [(p.stop.sub, p.reason) for p in passed] == [
        ("alice", PassedOver.AWAY),
        ("ben", PassedOver.UNREACHABLE),
    ]
    assert stop is not None
    assert (stop.role, stop.sub) == (Role.ON_CALL, "dana")
    assert next_stop(stops, {"alice", "ben", "dana"})[1] == stops[3]
