"""A run over a roster that is killed is finished by the next, wherever it was killed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.local.jail import ONE, TWO, Nights, Rows, System

from lead import roster_command, roster_sending

STORY: list[Rows] = [
    {"A": ONE, "B": TWO, "C": ONE},
    {"A": (ONE[0], "THEFT 2"), "B": TWO},
    {"A": (ONE[0], "THEFT 2"), "B": TWO, "D": ONE},
    {"A": (ONE[0], "THEFT 2"), "B": TWO, "D": ONE, "C": ONE},
    {"A": (ONE[0], "THEFT 2"), "D": ONE, "C": ("2026-03-07 03:00", "NEW")},
    {"A": (ONE[0], "THEFT 2"), "D": ONE, "C": ("2026-03-07 03:00", "NEW"), "B": TWO},
]


def tell(folder: Path, kill: int | None = None) -> tuple[dict[Any, Any], set[str]]:
    """The story's nights, the run killed at the n-th answer and started again."""
    system = System()
    system.dies_after = kill
    night = Nights(folder, system)
    for rows in STORY:
        try:
            night(rows, nights=1)
        except KeyboardInterrupt:
            system.dies_after = None
            night.again(nights=1)
    return system.reports, system.taken_back


@pytest.mark.parametrize("kill", range(8))
def test_a_run_that_is_killed_is_finished_by_the_next(kill: int, tmp_path: Path) -> None:
    """Killed when the system has taken everything and before the answer is read."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    assert tell(tmp_path / "killed", kill) == tell(tmp_path / "whole")


def dying(real: Callable[..., None], at: int, *, late: bool) -> Callable[..., None]:
    """The function, killed before or after its work when it is called the n-th time."""
    left = iter(range(at, -1, -1))

    def run(*args: Any) -> None:
        dies = next(left, None) == 0
        if dies and not late:
            raise KeyboardInterrupt
        real(*args)
        if dies:
            raise KeyboardInterrupt

    return run


def test_a_run_that_is_killed_at_any_write_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before or after each replacement of the state."""
    (tmp_path / "whole").mkdir()
    right = tell(tmp_path / "whole")
    for module, name in ((roster_command, "save_state"), (roster_sending, "write_whole")):
        real = getattr(module, name)
        for late in (False, True):
            for at in range(8):
                folder = tmp_path / f"{name}-{late}-{at}"
                folder.mkdir()

                monkeypatch.setattr(module, name, dying(real, at, late=late))
                assert tell(folder) == right
                monkeypatch.setattr(module, name, real)
