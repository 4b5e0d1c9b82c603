"""Every query about assignments, transfers and who can be reached."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, func, select, update

from casework.assignments.domain import Assignment, StaffMember, Transfer, TransferState
from casework.assignments.errors import NoSuchTransfer
from casework.participants.domain import ParticipantFile, State
from shared.database import Transaction
from shared.events import StaffNamed, StaffReachabilityChanged


async def count_caseload(tx: Transaction, site: str, case_manager: str, *, but: str) -> int:
    """How many others are assigned; locked, so that two assignments cannot both be the last."""
    await tx.raw.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('caseload:' || $1 || ':' || $2, 0))",
        site, case_manager,
    )  # fmt: skip
    statement = select(func.count()).where(
        ParticipantFile.site == site,
        ParticipantFile.case_manager == case_manager,
        ParticipantFile.state != State.EXITED,
        ParticipantFile.participant_key != but,
    )
    return (await tx.exec(statement)).one()


async def add_assignment(tx: Transaction, assignment: Assignment) -> None:
    """The one before ends when this one begins."""
    await tx.exec(
        update(Assignment)
        .where(
            col(Assignment.participant_key) == assignment.participant_key,
            col(Assignment.ended_at).is_(None),
        )
        .values(ended_at=assignment.assigned_at)
    )
    tx.add(assignment)


async def list_assignments(tx: Transaction, key: str) -> Sequence[Assignment]:
    """The whole history, the present one first."""
    statement = select(Assignment).where(Assignment.participant_key == key)
    return (await tx.exec(statement.order_by(col(Assignment.id).desc()))).all()


async def note_reachability(tx: Transaction, event: StaffReachabilityChanged) -> None:
    """The latest word stands, in whatever order words come."""
    await tx.raw.execute(
        "INSERT INTO staff_reachability (site, staff, reachable, since) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (site, staff) DO UPDATE SET reachable = excluded.reachable,"
        " since = excluded.since WHERE staff_reachability.since <= excluded.since",
        event.site, event.subject, event.reachable, event.occurred_at,
    )  # fmt: skip


async def note_name(tx: Transaction, event: StaffNamed) -> None:
    """The latest word stands, in whatever order words come."""
    await tx.raw.execute(
        "INSERT INTO staff_name (site, staff, name, since) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (site, staff) DO UPDATE SET name = excluded.name,"
        " since = excluded.since WHERE staff_name.since <= excluded.since",
        event.site, event.subject, event.name, event.occurred_at,
    )  # fmt: skip


async def reachability(tx: Transaction, site: str, staff: Collection[str]) -> dict[str, bool]:
    """What the notifier said about these people; who is missing was never spoken of."""
    rows = await tx.raw.fetch(
        "SELECT staff, reachable FROM staff_reachability WHERE site = $1 AND staff = ANY($2)",
        site, list(staff),
    )  # fmt: skip
    return {row["staff"]: row["reachable"] for row in rows}


async def list_staff(tx: Transaction, sites: Collection[str]) -> list[StaffMember]:
    """Everybody whom the notifier spoke of, by what they are called."""
    rows = await tx.raw.fetch(
        "SELECT site, staff AS sub, name, coalesce(reachable, false) AS reachable"
        " FROM staff_reachability FULL JOIN staff_name USING (site, staff)"
        " WHERE site = ANY($1) ORDER BY lower(coalesce(name, staff)), staff",
        list(sites),
    )
    return [StaffMember(**row) for row in rows]


async def find_open_transfer(tx: Transaction, key: str) -> Transfer | None:
    statement = select(Transfer).where(
        Transfer.participant_key == key, Transfer.state == TransferState.OFFERED
    )
    return (await tx.exec(statement)).first()


async def get_transfer(tx: Transaction, transfer_id: UUID, sites: Collection[str]) -> Transfer:
    """Another site's transfer does not exist for this caller (R-32)."""
    transfer = await tx.get(Transfer, transfer_id)
    if transfer is None or transfer.site not in sites:
        raise NoSuchTransfer
    return transfer


async def lock_transfer(tx: Transaction, transfer: Transfer) -> None:
    await tx.refresh(transfer, with_for_update=True)


async def list_transfers(tx: Transaction, key: str) -> Sequence[Transfer]:
    statement = select(Transfer).where(Transfer.participant_key == key)
    return (await tx.exec(statement.order_by(col(Transfer.id).desc()))).all()
