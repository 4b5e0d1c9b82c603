"""A participant's cases, and the reports that each is folded from. Public record, nothing else."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.case_numbers import finer, is_same, normal, the_same
from shared.events import ContactType, ParticipantRecontacted, RecontactCause
from shared.ids import new_id
from shared.sealing import KeyRing

WARRANTS = {
    ContactType.WARRANT_ISSUED,
    ContactType.WARRANT_SERVED,
    ContactType.WARRANT_QUASHED,
}
CHARGES = {ContactType.CHARGE_REFERRED, ContactType.CHARGE_FILED}
# What is a prosecutor's business; a stop or a booking is not.
KINDS = WARRANTS | CHARGES | {
    ContactType.PROSECUTION_DECISION,
    ContactType.COURT_EVENT_SET,
    ContactType.FAILURE_TO_APPEAR,
    ContactType.DISPOSITION,
}  # fmt: skip


class MatterState(StrEnum):
    """How a matter stands to the person's enrollment; conduct counts, not filing (domain.md 6)."""

    DIVERTED = "diverted"
    PRE_EXISTING = "pre_existing"
    POST_ENROLLMENT = "post_enrollment"
    WARRANT = "warrant"


class MatterStatus(StrEnum):
    """How far a matter has come; of a warrant, whether it can be served."""

    OPEN = "open"
    DISPOSED = "disposed"
    ACTIVE = "active"
    STAYED = "stayed"
    QUASHED = "quashed"
    SERVED = "served"


class Alignment(StrEnum):
    """Whether the prosecutor has aligned a matter with the participant's own plan."""

    NOT_REVIEWED = "not_reviewed"
    IN_COORDINATION = "in_coordination"
    ALIGNED = "aligned"
    STANDARD = "standard"


class CaseFacts(SQLModel):
    """What a report says of a case, and what is known of a case from all of them."""

    cause_number: str | None = None
    incident_number: str | None = None
    warrant_number: str | None = None
    court: str | None = None
    reported_by: str
    incident_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    filed_at: datetime = Field(sa_type=DateTime(timezone=True))
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    next_court_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    charges: list[dict[str, Any]] = Field(sa_type=JSONB)


class LedgerEntry(CaseFacts, table=True):
    """One matched report, as it came."""

    __tablename__ = "ledger_entry"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    matter_id: UUID
    receipt: UUID
    site: str
    participant_key: str
    # A digest of the source's record, by which versions of one record are told.
    record: str
    record_version: int = 1
    kind: str
    outcome: str | None = None
    before_enrollment: bool

    @classmethod
    def of(cls, event: ParticipantRecontacted, kind: ContactType, ring: KeyRing) -> "LedgerEntry":
        """The entry that a matched report makes; its matter is found later."""
        incidents = [charge.incident_at for charge in event.charges if charge.incident_at]
        source = (event.site, event.reported_by, event.source_record_id)
        return cls(
            matter_id=new_id(),
            receipt=event.receipt,
            site=event.site,
            participant_key=event.subject,
            record=ring.digest("ledger-record", *source).hex(),
            record_version=event.record_version,
            kind=kind,
            outcome=event.outcome,
            cause_number=event.cause_number,
            incident_number=event.incident_number,
            warrant_number=event.warrant_number,
            court=event.court,
            reported_by=event.reported_by,
            incident_at=min(incidents, default=None),
            filed_at=event.occurred_at,
            received_at=event.received_at,
            next_court_at=event.next_court.at if event.next_court else None,
            charges=[charge.model_dump(mode="json") for charge in event.charges],
            before_enrollment=event.pre_enrollment_conduct,
        )


def kind_of(event: ParticipantRecontacted) -> ContactType | None:
    """What a matched report is for the ledger; None for what is no prosecutor's business."""
    if event.contact_type is None:
        # Published before reports told their kind.
        new_charge = event.cause is RecontactCause.NEW_CHARGE
        return ContactType.CHARGE_FILED if new_charge else None
    kind = ContactType(event.contact_type)
    return kind if kind in KINDS else None


class Matter(CaseFacts, table=True):
    """One case or warrant against a participant, of one prosecutor's office."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str
    office: str
    state: str
    status: str = MatterStatus.OPEN
    alignment: str = Alignment.NOT_REVIEWED
    decision: str | None = None
    disposition: str | None = None
    version: int = 1

    @property
    def is_warrant(self) -> bool:
        return self.state == MatterState.WARRANT

    def is_about(self, entry: LedgerEntry, office: str) -> bool:
        """Whether a report belongs here: by its numbers, and never across two offices' cases."""
        if self.is_warrant is not (entry.kind in WARRANTS):
            return False
        name = self.deciding_number(entry)
        if name == "incident_number" and self.office != office:
            return False
        return is_same(getattr(self, name), getattr(entry, name))

    def deciding_number(self, entry: LedgerEntry) -> str:
        """Which number tells whether a report belongs here: the most exact that both have."""
        names = ("warrant_number", "cause_number") if self.is_warrant else ("cause_number",)
        both = (n for n in names if normal(getattr(self, n)) and normal(getattr(entry, n)))
        return next(both, "incident_number")

    def fold(self, entries: Sequence[LedgerEntry]) -> None:
        """What is known from every report of this matter, in the order in which they came."""
        latest = _latest_versions(entries)
        for entry in latest:
            for name in ("cause_number", "incident_number", "warrant_number"):
                setattr(self, name, finer(getattr(self, name), getattr(entry, name)))
            self.court = entry.court or self.court
            self._step(entry)
        if charged := [entry for entry in latest if entry.charges]:
            self.charges = [charge for entry in charged for charge in entry.charges]
        self._place(latest)
        self.version += 1

    def _step(self, entry: LedgerEntry) -> None:
        match ContactType(entry.kind):
            case ContactType.PROSECUTION_DECISION:
                self.decision = entry.outcome
            case ContactType.DISPOSITION:
                self.disposition, self.status = entry.outcome, MatterStatus.DISPOSED
            case ContactType.WARRANT_ISSUED:
                self.status = MatterStatus.ACTIVE
            case ContactType.WARRANT_SERVED | ContactType.WARRANT_QUASHED:
                self.status = MatterStatus(entry.outcome or MatterStatus.QUASHED)
        if entry.next_court_at is not None:
            self.next_court_at = entry.next_court_at
        elif entry.outcome == "canceled":
            self.next_court_at = None

    def _place(self, entries: Sequence[LedgerEntry]) -> None:
        """Times, and how the matter stands to enrollment. A diverted one stays diverted."""
        known = [entry.incident_at for entry in entries if entry.incident_at]
        self.incident_at = min(known, default=self.incident_at)
        self.filed_at = min(
            (e.filed_at for e in entries if e.kind in CHARGES), default=self.filed_at
        )
        self.received_at = min(entry.received_at for entry in entries)
        if self.state in (MatterState.DIVERTED, MatterState.WARRANT):
            return
        telling = [entry for entry in entries if entry.incident_at or entry.kind in CHARGES]
        # A case that was never reported as new is not new conduct.
        earlier = all(entry.before_enrollment for entry in telling)
        self.state = MatterState.PRE_EXISTING if earlier else MatterState.POST_ENROLLMENT


def matter_of(entry: LedgerEntry, office: str) -> Matter:
    """The matter that a report opens."""
    warrant = entry.kind in WARRANTS
    return Matter(
        id=entry.matter_id,
        site=entry.site,
        participant_key=entry.participant_key,
        office=office,
        state=MatterState.WARRANT if warrant else MatterState.POST_ENROLLMENT,
        reported_by=entry.reported_by,
        filed_at=entry.filed_at,
        received_at=entry.received_at,
        charges=[],
    )


def matter_about(matters: Sequence[Matter], entry: LedgerEntry, office: str) -> Matter | None:
    """The matter that a report belongs to. None also when its number fits two different ones."""
    about = [matter for matter in matters if matter.is_about(entry, office)]
    for name in ("warrant_number", "cause_number", "incident_number"):
        by_this = [matter for matter in about if matter.deciding_number(entry) == name]
        found = the_same(getattr(entry, name), by_this, attrgetter(name))
        if found is not None:
            return found
    return None


def _latest_versions(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """One entry per record, its latest version; by when they happened."""
    latest: dict[str, LedgerEntry] = {}
    for entry in sorted(entries, key=lambda e: (e.record_version, e.received_at)):
        latest[entry.record] = entry
    return sorted(latest.values(), key=lambda e: (e.filed_at, e.received_at))
