"""Coverage as its readers see it. For the API and the page."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from notifier.coverage import repository
from notifier.coverage.domain import HandoverNote
from notifier.coverage.duty import Duty
from shared.database import Transaction
from shared.sealing import KeyRing

NOTES_SHOWN = timedelta(days=14)


class AbsenceView(BaseModel):
    """Somebody is away, and who stands in."""

    id: UUID
    sub: str
    backup: str | None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    created_by: str
    cancelled_at: AwareDatetime | None


class SwapView(BaseModel):
    """Somebody takes a rotation's duty for a while."""

    id: UUID
    rotation: str
    sub: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    created_by: str
    cancelled_at: AwareDatetime | None


class DutyView(BaseModel):
    """Whose turn it is, and who has the duty: somebody else when they are away, or nobody."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    turn: str
    sub: str | None


class RotationView(BaseModel):
    """A rotation as it is set. Its version is its ETag."""

    name: str
    version: int
    members: list[str]
    starts_on: date
    changes_at: time
    days: int


class OnCallView(RotationView):
    """A rotation with who has the duty now and after."""

    now: str | None
    duties: list[DutyView]


class GapView(BaseModel):
    """Nobody covers for `sub`."""

    sub: str
    gap_from: AwareDatetime
    gap_until: AwareDatetime


class NoteView(BaseModel):
    """What somebody left for the next one."""

    written_by: str
    written_at: AwareDatetime
    text: str


class CoverageView(BaseModel):
    """A site's coverage over a span of days."""

    site: str
    rotations: list[OnCallView]
    absences: list[AbsenceView]
    swaps: list[SwapView]
    gaps: list[GapView]
    notes: list[NoteView]


def in_our_times(value: datetime) -> bool:
    """Far beyond, calendars end and arithmetic with them."""
    return 2000 <= value.year < 2200


def note_of(note: HandoverNote, ring: KeyRing) -> NoteView:
    return NoteView(written_by=note.written_by, written_at=note.written_at, text=note.text(ring))


def _duty(duty: Duty) -> DutyView:
    return DutyView(starts_at=duty.start, ends_at=duty.until, turn=duty.turn, sub=duty.sub)


async def coverage_of(site: str, start: datetime, until: datetime, tx: Transaction) -> CoverageView:
    duties = await repository.list_duties(tx, [site], start, until)
    current = await repository.list_duties(tx, [site], tx.now, tx.now + timedelta(seconds=1))
    rotations = []
    for rotation in await repository.list_rotations(tx, [site]):
        here = (site, rotation.name)
        now = next((duty.sub for duty in current.get(here, [])), None)
        shown = [_duty(duty) for duty in duties.get(here, [])]
        rotations.append(OnCallView(**rotation.model_dump(), now=now, duties=shown))
    absences = await repository.list_absences(tx, [site], start, until)
    swaps = await repository.list_swaps(tx, [site], start)
    gaps = await repository.list_gaps(tx, [site])
    notes = await repository.list_notes(tx, [site], tx.now - NOTES_SHOWN)
    return CoverageView(
        site=site,
        rotations=rotations,
        absences=[AbsenceView(**absence.model_dump()) for absence in absences],
        swaps=[SwapView(**swap.model_dump()) for swap in swaps],
        gaps=[GapView(**gap.model_dump()) for gap in gaps],
        notes=[note_of(note, tx.ring) for note in notes],
    )
