"""What staff are called on a page, and who of them can be chosen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.assignments.domain import StaffMember
from casework.assignments.repository import list_staff
from shared.database import Transaction

# Where an entry of the timeline names somebody of the staff.
_BY_LOGIN = {"case_manager", "backup", "from", "to", "recorded_by", "revoked_by"}


@dataclass(frozen=True, slots=True)
class Roster:
    """The staff of some sites."""

    staff: Sequence[StaffMember]

    def called(self, sub: str | None) -> str:
        """Their name; their login while the notifier has not told it. Empty for nobody."""
        known = (member.called for member in self.staff if member.sub == sub)
        return next(known, sub or "")

    def reachable_at(self, site: str) -> list[StaffMember]:
        """Who can be chosen: nobody is made responsible whom no message would reach."""
        return [member for member in self.staff if member.site == site and member.reachable]

    def named(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """An entry's detail with names instead of logins."""
        return {
            key: self.called(value) if key in _BY_LOGIN else value for key, value in detail.items()
        }


async def roster_of(tx: Transaction, sites: Collection[str]) -> Roster:
    return Roster(await list_staff(tx, sites))
