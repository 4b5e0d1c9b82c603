"""One thread per incident: what its thread knows, and what a contact adds. Pure.

The same arrest reported by three systems pages once; a fact that changes what the case manager
should do pages again (domain.md 7.5, rules 4 to 7).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from notifier.domain import AlertEntry
from notifier.standings import Matter, Standing, standing_of
from notifier.told import Told, may_be_one, put_among
from shared.case_numbers import any_same, index_key, normal
from shared.events import ChargePart, ParticipantRecontacted, RecontactCause
from shared.sealing import KeyRing

# What somebody who knows of the latter already knows: an arrest report after the booking is late.
_IMPLIED_BY = {
    RecontactCause.POLICE_CONTACT: {
        RecontactCause.CITATION,
        RecontactCause.ARREST,
        RecontactCause.BOOKING,
    },
    RecontactCause.ARREST: {RecontactCause.BOOKING},
}
_IN_CUSTODY = {
    RecontactCause.ARREST: True,
    RecontactCause.BOOKING: True,
    RecontactCause.RELEASE: False,
}


class News(StrEnum):
    """Why a contact is worth a page."""

    FIRST = "first_report"
    CAUSE = "another_kind_of_contact"
    CUSTODY = "custody_changed"
    CHARGE = "charge_added"
    COURT = "court_date"
    ISSUED = "warrant_issued"
    STAYED = "warrant_stayed"
    QUASHED = "warrant_quashed"
    FILED = "charge_filed"
    DECIDED = "prosecutor_decided"
    CANCELED = "court_date_canceled"
    MISSED = "court_missed"
    DISPOSED = "case_closed"
    CLOCK = "clock"
    NUMBER = "another_number"
    AGAIN = "another_of_its_kind"


# What is told of a change of standing. That a warrant was served is told as custody, that a court
# date was set by its date.
_BECAME = {
    (Matter.WARRANT, "issued"): News.ISSUED,
    (Matter.WARRANT, "stayed"): News.STAYED,
    (Matter.WARRANT, "quashed"): News.QUASHED,
    (Matter.CHARGE, "filed"): News.FILED,
    (Matter.COURT, "canceled"): News.CANCELED,
    (Matter.COURT, "missed"): News.MISSED,
}
_BECAME_ANYTHING = {Matter.DECISION: News.DECIDED, Matter.DISPOSITION: News.DISPOSED}


@dataclass(frozen=True, slots=True)
class Fact:
    """What one report says about an incident. `record` is a digest of its source record."""

    cause: RecontactCause
    occurred_at: datetime
    receipt: UUID
    record: str
    version: int
    charges: tuple[ChargePart, ...]
    court_at: datetime | None
    keys: frozenset[str]
    told: Told
    standing: Standing | None = None

    @classmethod
    def of(cls, contact: ParticipantRecontacted, ring: KeyRing) -> "Fact":
        source = (contact.site, contact.reported_by, contact.source_record_id)
        record = ring.digest("alert-record", *source).hex()
        numbers = _numbers(contact)
        # Equal for every spelling of a number; whether it is the same, the number itself tells.
        keys = (f"{kind}:{index_key(number)}" for kind, number in numbers.items())
        return cls(
            cause=contact.cause,
            occurred_at=contact.occurred_at,
            receipt=contact.receipt,
            record=record,
            version=contact.record_version,
            charges=contact.charges,
            court_at=contact.next_court.at if contact.next_court else None,
            keys=frozenset((f"record:{record}", *keys)),
            told=Told.of(contact, record, numbers),
            standing=standing_of(contact, record, numbers),
        )

    @classmethod
    def of_entry(cls, entry: AlertEntry, site: str, ring: KeyRing) -> "Fact":
        """The same from the report's stored entry, which keeps all that tells incidents apart."""
        return cls.of(
            ParticipantRecontacted(
                id=entry.event_id,
                site=site,
                subject="",
                display_name="",
                **entry.model_dump(include=_KEPT),
                **entry.facts,
            ),
            ring,
        )


_KEPT = {
    "occurred_at",
    "cause",
    "receipt",
    "reported_by",
    "source_record_id",
    "record_version",
    "received_at",
}


def _numbers(contact: ParticipantRecontacted) -> dict[str, str]:
    numbers = {
        "incident": contact.incident_number,
        "booking": contact.booking_number,
        "cause": contact.cause_number,
        "warrant": contact.warrant_number,
    }
    spelled = {kind: normal(number) for kind, number in numbers.items()}
    return {kind: number for kind, number in spelled.items() if number}


class KnownCharge(BaseModel):
    """A charge that the thread has, as its source wrote it."""

    model_config = ConfigDict(frozen=True)

    record: str
    seq: int
    statute: str | None
    text: str | None

    @classmethod
    def of(cls, charge: ChargePart, record: str) -> "KnownCharge":
        # "RCW 9A.56.050" and "9A.56.050" are one statute.
        statute = plain(re.sub(r"^[A-Za-z.]+\s+", "", charge.statute or ""))
        text = plain(charge.text or "")
        return cls(record=record, seq=charge.seq, statute=statute or None, text=text or None)

    def is_same(self, other: "KnownCharge") -> bool:
        """The statute decides; without it the text, or the place in the same record."""
        if self.statute and other.statute:
            return self.statute == other.statute
        if (self.record, self.seq) == (other.record, other.seq):
            return True
        return self.text is not None and self.text == other.text


class Known(BaseModel):
    """All that a thread has been told."""

    model_config = ConfigDict(frozen=True)

    causes: frozenset[RecontactCause] = frozenset()
    receipts: frozenset[UUID] = frozenset()
    versions: dict[str, int] = {}
    charges: tuple[KnownCharge, ...] = ()
    courts: dict[str, AwareDatetime] = {}
    in_custody: bool | None = None
    custody_at: AwareDatetime | None = None
    standings: tuple[Standing, ...] = ()
    told: tuple[Told, ...] = ()

    def news_in(self, fact: Fact) -> tuple[News, ...]:
        """What is materially new; empty for repeats, late versions and corrected wording."""
        if fact.receipt in self.receipts or fact.version < self.versions.get(fact.record, 0):
            return ()
        found = {
            News.CAUSE: self._is_other_cause(fact),
            News.CUSTODY: self._turns_custody(fact),
            News.CHARGE: self._adds_charge(fact),
            News.COURT: self._moves_court(fact),
        }
        news = (*(n for n, is_new in found.items() if is_new), *self._became(fact.standing))
        return news or self._in_doubt(fact)

    def _became(self, standing: Standing | None) -> tuple[News, ...]:
        if standing is None or not standing.is_new_after(self.standings):
            return ()
        told = _BECAME.get((standing.matter, standing.word), _BECAME_ANYTHING.get(standing.matter))
        return (told,) if told else ()

    def _is_other_cause(self, fact: Fact) -> bool:
        told_by = {fact.cause} | _IMPLIED_BY.get(fact.cause, set())
        return self.causes.isdisjoint(told_by)

    def _in_doubt(self, fact: Fact) -> tuple[News, ...]:
        """What says nothing new in itself, and may still be about something else."""
        if any(self._is_other(kind, number) for kind, number in fact.told.numbers.items()):
            return (News.NUMBER,)
        return (News.AGAIN,) if self._is_another_event(fact) else ()

    def _is_other(self, kind: str, number: str) -> bool:
        """Another case, booking, incident or warrant than those that the thread knows."""
        known = [told.numbers[kind] for told in self.told if kind in told.numbers]
        return bool(known) and not any_same([number], known)

    def _is_another_event(self, fact: Fact) -> bool:
        """Nothing that was told may be the same event, as far as times and numbers say."""
        alike = {fact.cause} | _IMPLIED_BY.get(fact.cause, set())
        told = [t for t in self.told if t.cause in alike]
        return bool(told) and not any(may_be_one(t, fact.told) for t in told)

    def _turns_custody(self, fact: Fact) -> bool:
        now = _IN_CUSTODY.get(fact.cause)
        if now is None or self.in_custody is None or self.custody_at is None:
            return False
        return now is not self.in_custody and fact.occurred_at > self.custody_at

    def _adds_charge(self, fact: Fact) -> bool:
        told = [KnownCharge.of(charge, fact.record) for charge in fact.charges]
        return any(not any(k.is_same(charge) for k in self.charges) for charge in told)

    def _moves_court(self, fact: Fact) -> bool:
        if fact.court_at is None:
            return False
        if fact.record in self.courts:
            return self.courts[fact.record] != fact.court_at
        return fact.court_at not in self.courts.values()

    def learn(self, fact: Fact) -> "Known":
        """The same with this report; an outdated version of a record adds only its receipt."""
        receipts = self.receipts | {fact.receipt}
        if fact.version < self.versions.get(fact.record, 0):
            return self.model_copy(update={"receipts": receipts})
        told = tuple(KnownCharge.of(charge, fact.record) for charge in fact.charges)
        kept = tuple(charge for charge in self.charges if charge.record != fact.record)
        court = {fact.record: fact.court_at} if fact.court_at else {}
        changes = {
            "receipts": receipts,
            "causes": self.causes | {fact.cause},
            "versions": self.versions | {fact.record: fact.version},
            "charges": kept + told,
            "courts": self.courts | court,
            "standings": (
                fact.standing.put_among(self.standings) if fact.standing else self.standings
            ),
            "told": put_among(self.told, fact.told),
        }
        return self.model_copy(update=changes | self._custody_after(fact))

    def _custody_after(self, fact: Fact) -> dict[str, object]:
        now = _IN_CUSTODY.get(fact.cause)
        if now is None or (self.custody_at and fact.occurred_at < self.custody_at):
            return {}
        return {"in_custody": now, "custody_at": fact.occurred_at}


def plain(text: str) -> str:
    """Letters and digits only, so that spelling does not tell two statutes apart."""
    return re.sub(r"[^0-9a-z]+", "", text.casefold())
