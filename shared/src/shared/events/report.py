"""What every agency's report has in common, whichever service received it."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.events.base import Event
from shared.events.parts import ChargePart, CourtDatePart, PersonPart
from shared.sealing import Identity, Program, Public


class Report(Event):
    """A fact about *somebody*: not yet known to be about a participant, so the person is sealed.

    `subject` is the receipt; the key is source and record, so that versions of a record keep order.
    """

    stream = "reports"

    receipt: Public[UUID]
    source_system: Public[str]
    source_record_id: Program[str]
    record_version: Public[int]
    supersedes: Public[int | None] = None
    received_at: Public[AwareDatetime]
    person: Identity[PersonPart]
    charges: Public[tuple[ChargePart, ...]] = ()
    next_court: Public[CourtDatePart | None] = None
    incident_number: Public[str | None] = None

    @property
    def key(self) -> str:
        return f"{self.source_system}:{self.source_record_id}"
