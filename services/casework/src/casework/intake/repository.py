"""Every query about intake appointments."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from casework.intake.domain import AppointmentState, IntakeAppointment
from casework.intake.errors import NoSuchAppointment
from shared.database import Transaction


async def find_standing(tx: Transaction, key: str) -> IntakeAppointment | None:
    """The one that stands. The file is locked by whoever asks for it to end."""
    statement = select(IntakeAppointment).where(
        IntakeAppointment.participant_key == key,
        IntakeAppointment.state == AppointmentState.SET,
    )
    return (await tx.exec(statement)).first()


async def get_appointment(tx: Transaction, key: str, appointment_id: UUID) -> IntakeAppointment:
    found = await tx.get(IntakeAppointment, appointment_id, with_for_update=True)
    if found is None or found.participant_key != key:
        raise NoSuchAppointment
    return found


async def list_appointments(
    tx: Transaction, key: str, *, limit: int, before: UUID | None = None
) -> Sequence[IntakeAppointment]:
    """The latest set first."""
    statement = select(IntakeAppointment).where(IntakeAppointment.participant_key == key)
    if before is not None:
        statement = statement.where(col(IntakeAppointment.id) < before)
    return (await tx.exec(statement.order_by(col(IntakeAppointment.id).desc()).limit(limit))).all()
