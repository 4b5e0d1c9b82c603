"""A review in words: what the page says about two records, field by field."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casework.matching.domain import Compared, IdentityReview
from casework.matching.levels import Level
from casework.matching.names import Name, read_name
from casework.matching.recontact import CUSTODY, contact_type_of, outcome_of
from casework.participants.person import Person, display_name
from shared.contact_titles import title_of
from shared.events import ContactType, PersonPart, Report
from shared.page_time import full_date

LEVELS = {
    Level.EQUAL: "same",
    Level.ALIKE: "short form or part",
    Level.SIMILAR: "one slip apart",
    Level.LOOSE: "several slips apart",
    Level.TYPO: "mistyped?",
    Level.YEAR: "same year",
    Level.SWAPPED: "fields swapped",
    Level.DIFFERENT: "different",
    Level.UNKNOWN: "not known on both sides",
}
DOUBTS = {
    "another_script": "Another script, spelled in Latin letters by rule: does it sound the same?",
    "another_given_name": "Another given name: a twin or a sibling?",
    "another_surname": "Another surname: married since?",
    "birth_date_unknown": "Nobody said when the person was born.",
    "another_sex": "Another sex: a twin, borrowed papers, or a mistake?",
    "another_birth_date": "Another date of birth: father and son, or two people of one name?",
}
RULES = {
    "number": "They share a number.",
    "number_contradicted": "They share a number, but something else contradicts it.",
    "number_of_many": "They share a number, but several other people were reported with it too.",
    "shares_what_says_nothing": "They share a date or a name that stands for an unknown one.",
    "confirmed": "A reviewer said that somebody described like this is the same person.",
    "name_and_birth_and_more": "Name, date of birth and one more are the same.",
}
KINDS = {kind: kind.value.replace("_", " ").capitalize() for kind in ContactType}


_NAMES = {"given": "given name", "dob": "date of birth", "order": "order of names"}


def why_matched(evidence: dict[str, Any] | None, reviewed_by: str | None) -> list[str]:
    """Sentences for whoever works with the person: the rule, then what agreed and what did not."""
    evidence = evidence or {}
    said = [f"{reviewed_by} looked at both and said that it is the same person."]
    rule = RULES.get(evidence.get("rule", ""))
    levels: dict[str, list[str]] = {}
    for part in evidence.get("parts", ()):
        if part["field"] != "order" or part["level"] == Level.SWAPPED:
            levels.setdefault(part["level"], []).append(_NAMES.get(part["field"], part["field"]))
    compared = [
        f"{', '.join(fields).capitalize()}: {LEVELS[Level(level)]}"
        for level, fields in levels.items()
    ]
    return [*(said if reviewed_by else ()), *([rule] if rule else ()), *compared]


@dataclass(frozen=True, slots=True)
class Row:
    """One field: both sides as given, in words how they agree, and its bits."""

    name: str
    reported: str
    on_file: str
    said: str
    bits: float


@dataclass(frozen=True, slots=True)
class Question:
    """One review as a card."""

    id: UUID
    site: str
    tier: str
    kind: str
    custody: bool
    source: str
    occurred_at: datetime | None
    due_at: datetime
    unsure_by: str | None
    who: str
    weight: float | None
    reasons: list[str]
    rows: list[Row]


def question_of(review: IdentityReview, person: Person, compared: Compared | None) -> Question:
    """The evidence is that of what is shown, not of when the question was raised."""
    report = compared.report if compared else None
    evidence = compared.evidence.as_json() if compared else review.evidence or {}
    kind = contact_type_of(report) if report else None
    known = [RULES.get(evidence.get("rule", ""), "")]
    return Question(
        id=review.id,
        site=review.site,
        tier=compared.evidence.tier if compared else review.tier,
        kind=_title(report) if report else "The report is no longer kept",
        custody=kind in CUSTODY,
        source=report.source_system if report else "",
        occurred_at=report.occurred_at if report else None,
        due_at=review.due_at,
        unsure_by=review.unsure_by,
        who=display_name(*person.shown_as),
        weight=evidence.get("weight"),
        reasons=[r for r in known + [DOUBTS[d] for d in evidence.get("doubts", ())] if r],
        rows=_rows(person, compared, evidence),
    )


def _title(report: Report) -> str:
    """A stayed warrant must not read as a quashed one."""
    kind = contact_type_of(report)
    return title_of(kind, outcome_of(report)) or KINDS[kind]


def _rows(person: Person, compared: Compared | None, evidence: dict[str, Any]) -> list[Row]:
    reported = compared.report.person if compared else PersonPart()
    parts = {part["field"]: part for part in evidence.get("parts", ())}
    ages = (reported.age_from, reported.age_to)
    sides: dict[str, tuple[Any, Any]] = {
        **_names(person, reported, compared),
        "also known as": (", ".join(reported.aliases), ", ".join(person.also_known_as)),
        "order": ("", ""),
        "dob": (reported.dob, person.dob),
        "age": ("-".join(str(a) for a in ages if a is not None), ""),
        "sex": (reported.sex, person.sex),
    }
    rows = [_row(field, *both, parts.get(field)) for field, both in sides.items()]
    return [row for row in rows if row.reported or row.on_file or row.said == "fields swapped"]


def _names(
    person: Person, reported: PersonPart, compared: Compared | None
) -> dict[str, tuple[Any, Any]]:
    """The names that were compared. Where one is not the main name, both main names come first."""
    fields = ("surname", "given", "middle", "suffix")
    written = {f: (getattr(reported, f), getattr(person, f)) for f in fields}
    if compared is None:
        return written
    mains = [_folded(side) for side in (reported, person)]
    if all(name in (main, main.swapped) for name, main in zip(compared.names, mains, strict=True)):
        return written
    full = [" ".join(filter(None, (side.given, side.middle, side.surname, side.suffix)))
            for side in (reported, person)]  # fmt: skip
    closest = {
        f: (getattr(compared.names[0], f).title(), getattr(compared.names[1], f).title())
        for f in fields
    }
    return {"name": (full[0], full[1]), **closest}


def _folded(side: PersonPart | Person) -> Name:
    return read_name(*(getattr(side, f) for f in ("given", "middle", "surname", "suffix")))


def _row(field: str, reported: Any, on_file: Any, part: dict[str, Any] | None) -> Row:
    name, level = _NAMES.get(field, field), Level(part["level"]) if part else Level.UNKNOWN
    bits = part["weight"] + part["rarity"] if part else 0.0
    return Row(name, _text(reported), _text(on_file), LEVELS[level] if part else "", bits)


def _text(value: Any) -> str:
    return full_date(value) if isinstance(value, date) else str(value or "")
