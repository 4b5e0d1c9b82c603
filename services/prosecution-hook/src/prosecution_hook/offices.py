"""The prosecutor's offices that a caller answers for. A caller of no known office is told nothing.

The office comes from the token's `agency`; without one, from `liaisons` of the site's policy. One
person can answer for several offices, and then each of them is asked about on its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Self

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import and_, false, or_

from prosecution_hook.policy.domain import Policy
from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class OfficeCaller(Caller):
    """An admitted caller: `sites` are those where an office of theirs is known and approved.

    `offices` has at least one name for each of these sites. `diverting` are the sites whose policy
    gives diverted charges to one of these offices.
    """

    offices: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    diverting: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, caller: Caller, offices: Mapping[str, frozenset[str]], diverting: frozenset[str]
    ) -> Self:
        known = {part.name: getattr(caller, part.name) for part in fields(Caller)}
        return cls(**(known | {"sites": frozenset(offices)}), offices=offices, diverting=diverting)

    def offices_at(self, site: str) -> frozenset[str]:
        """Their offices at a site; empty for a site where they were not admitted."""
        return self.offices.get(site, frozenset())


def offices_of(caller: Caller, policy: Policy) -> frozenset[str]:
    """The offices that a caller answers for under a site's policy; empty when none is known."""
    return frozenset({caller.agency} if caller.agency else policy.offices_of(caller.sub))


def of_their_offices(
    caller: OfficeCaller, site: Mapped[str], office: Mapped[str] | Mapped[str | None]
) -> ColumnElement[bool]:
    """Rows of the caller's own offices, as a condition; no rows for a caller without an office."""
    each = [
        and_(site == name, office.in_(sorted(offices))) for name, offices in caller.offices.items()
    ]
    return or_(false(), *each)
