"""The information policy in one table: which data goes to whom, for what, and on which ground.

data class x origin x recipient x purpose -> allowed, with consent, or (no row) never. Tests walk
every route, event, template and webhook and hold it against these rows: what has none fails the
build. `python -m shared.policy` writes the page that people read, docs/policy.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.sealing import DataClass

PAGE = Path("docs/policy.md")
PUBLIC, IDENTITY = DataClass.PUBLIC, DataClass.IDENTITY
CARE, PROGRAM = DataClass.CARE, DataClass.PROGRAM


class Origin(StrEnum):
    """Where a fact comes from, hence what it may be used for."""

    JUSTICE = "justice"  # reported by police, jails, prosecutors, courts
    PROGRAM = "program"  # participation, assignment, consent, alert, referral state
    CARE = "care"  # plans, encounters, intake: what a participant told their case manager
    SYSTEM = "system"  # receipts, settings, counts, health: about no person


class Basis(StrEnum):
    """On which ground."""

    ALLOWED = "allowed"
    CONSENT = "with consent"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `why` names the rule of law or of the program that it rests on."""

    data: DataClass
    origin: Origin
    recipients: tuple[str, ...]
    purpose: str
    basis: Basis
    why: str


REPORTERS = ("agency-reporter", "prosecutor-system", "court-system")
LIAISON = "liaison-prosecutor"
# Whoever is asked by a warrant's or charge's side. Case managers answer to none of these.
JUSTICE = (*REPORTERS, LIAISON)
STAFF = ("case-manager", "supervisor")
PROGRAM_PEOPLE = (*STAFF, "referral-desk", "identity-reviewer")
OFFICE = ("program-manager", "privacy-officer", "ops")
SERVICES = ("referral", "casework", "notifier")
HOOK = "prosecution-hook"
CHANNEL, PARTNER = "message-channel", "partner-webhook"
EVERYBODY = (*JUSTICE, *PROGRAM_PEOPLE, *OFFICE)

_ALLOWED, _CONSENT = Basis.ALLOWED, Basis.CONSENT
POLICY: tuple[Rule, ...] = (
    Rule(PUBLIC, Origin.SYSTEM, (*EVERYBODY, CHANNEL, PARTNER), "operation", _ALLOWED,
         "about no person"),
    Rule(PROGRAM, Origin.SYSTEM, OFFICE, "operation", _ALLOWED,
         "keys, ids and counts; sealed fields stay sealed"),
    Rule(PUBLIC, Origin.JUSTICE, (*PROGRAM_PEOPLE, "privacy-officer"), "case_management", _ALLOWED,
         "justice to case manager is the point"),
    Rule(IDENTITY, Origin.JUSTICE, PROGRAM_PEOPLE, "case_management", _ALLOWED,
         "to find out who is meant"),
    Rule(PUBLIC, Origin.JUSTICE, REPORTERS, "own_report", _ALLOWED,
         "an agency sees what it sent itself"),
    Rule(PUBLIC, Origin.PROGRAM, REPORTERS, "own_report", _ALLOWED,
         "a referral is open or closed; enrolled or not looks the same (R-09)"),
    Rule(PUBLIC, Origin.PROGRAM, (*PROGRAM_PEOPLE, *OFFICE), "case_management", _ALLOWED,
         "policies, duty and counts of the program"),
    Rule(PROGRAM, Origin.PROGRAM, PROGRAM_PEOPLE, "case_management", _ALLOWED, "their work"),
    Rule(PROGRAM, Origin.PROGRAM, OFFICE, "oversight", _ALLOWED,
         "keys and outcomes, no name, no content"),
    Rule(IDENTITY, Origin.PROGRAM, PROGRAM_PEOPLE, "case_management", _ALLOWED, "their work"),
    Rule(CARE, Origin.CARE, STAFF, "case_management", _ALLOWED,
         "the participant's own case managers, at their site"),
    Rule(PUBLIC, Origin.JUSTICE, (LIAISON, "prosecutor-system"), "prosecution", _ALLOWED,
         "the office's own record of a case, without who is in the program"),
    Rule(PUBLIC, Origin.PROGRAM, (LIAISON, "prosecutor-system"), "prosecution", _ALLOWED,
         "deadlines and policies of holds, without who is in the program"),
    Rule(PUBLIC, Origin.JUSTICE, (LIAISON,), "case_coordination", _CONSENT,
         "to the office that the release names: a ledger says that somebody takes part"
         " (R-01, R-10)"),
    Rule(PROGRAM, Origin.PROGRAM, (LIAISON,), "case_coordination", _CONSENT,
         "to the office that the release names: engagement fact, structured reply; never notes"
         " (R-01, R-14, R-15)"),
    Rule(PROGRAM, Origin.PROGRAM, (PARTNER,), "case_coordination", _CONSENT,
         "to the office that the release names: thin bodies, something changed, under a key"
         " (R-01)"),
    Rule(PUBLIC, Origin.PROGRAM, (CHANNEL,), "alerting", _ALLOWED,
         "neutral words and a link; no name, charge, place or program word (R-24)"),
    Rule(PUBLIC, Origin.JUSTICE, (*SERVICES, HOOK), "processing", _ALLOWED,
         "between our own services"),
    Rule(IDENTITY, Origin.JUSTICE, SERVICES, "processing", _ALLOWED, "matching, in casework"),
    Rule(PROGRAM, Origin.JUSTICE, SERVICES, "processing", _ALLOWED, "matching, in casework"),
    Rule(PUBLIC, Origin.PROGRAM, (*SERVICES, HOOK), "processing", _ALLOWED,
         "between our own services"),
    Rule(PROGRAM, Origin.PROGRAM, (*SERVICES, HOOK), "processing", _ALLOWED,
         "the hook must know consents and deadlines"),
    Rule(IDENTITY, Origin.PROGRAM, (*SERVICES, HOOK), "processing", _ALLOWED,
         "sealed; whoever holds no key cannot open it"),
    Rule(CARE, Origin.CARE, SERVICES, "processing", _ALLOWED,
         "sealed; the hook holds no key and must not even listen (R-14, R-33)"),
)  # fmt: skip


def basis_for(data: DataClass, origin: Origin, recipient: str, purpose: str | None = None) -> Basis:
    """The most that any row allows; without a purpose, for any purpose."""
    found = {
        rule.basis
        for rule in POLICY
        if (rule.data, rule.origin) == (data, origin)
        and recipient in rule.recipients
        and purpose in (None, rule.purpose)
    }
    return next((basis for basis in (_ALLOWED, _CONSENT) if basis in found), Basis.NEVER)


# Of the categories of a release, those that only these roles are told even under one; whatever the
# paper says, substance use and whereabouts never reach police, prosecutors or judges.
RESERVED: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("location", "health_sud", "health_other"), ("defense-counsel", "provider")
)


def may_be_told(category: str, role: str) -> bool:
    """Whether a release of information can open this category to the role at all."""
    return role in RESERVED.get(category, (role,))


OFFICE_RULE = (
    "A release opens to the office that it names and to no other. A person's office is the one in"
    " their token (`agency`) or, without it, each office that the site's policy names them for"
    " (`liaisons`). Whose office is not known is told nothing, and every accounting record names"
    " the office that was told."
)


@dataclass(frozen=True, slots=True)
class Carries:
    """What a resource's answers may hold, and what for."""

    purpose: str
    data: tuple[tuple[DataClass, Origin], ...]


_SYSTEM = Carries("operation", ((PUBLIC, Origin.SYSTEM),))
_RECORDS = Carries("operation", ((PROGRAM, Origin.SYSTEM),))
_PROGRAM = Carries("case_management", ((PUBLIC, Origin.PROGRAM),))
_OVERSIGHT = Carries("oversight", ((PROGRAM, Origin.PROGRAM),))
_REPORT = Carries("own_report", ((PUBLIC, Origin.JUSTICE),))
_FILE = Carries("case_management", ((PROGRAM, Origin.PROGRAM), (IDENTITY, Origin.PROGRAM)))
_CARE = Carries("case_management", ((CARE, Origin.CARE),))
_PERSON = Carries("case_management", (*_FILE.data, *_CARE.data))
_ALERT = Carries("case_management", ((IDENTITY, Origin.JUSTICE), (PROGRAM, Origin.PROGRAM)))
_CASES = Carries("prosecution", ((PUBLIC, Origin.JUSTICE), (PUBLIC, Origin.PROGRAM)))
_COORDINATION = Carries("case_coordination", ((PUBLIC, Origin.JUSTICE), (PROGRAM, Origin.PROGRAM)))

# Resource -> what its answers carry. A route belongs to the longest row that its path begins with;
# where roles may do different things with one resource, one row holds for those named.
RESOURCES: Mapping[str, Carries | Mapping[str, Carries]] = {
    "/": _SYSTEM,
    "/docs": _SYSTEM,
    "/healthz": _SYSTEM,
    "/metrics": _SYSTEM,
    "/operations": _RECORDS,
    "/problems": _SYSTEM,
    "/readyz": _SYSTEM,
    "/signed-out": _SYSTEM,
    "/signin": _SYSTEM,
    "/signout": _SYSTEM,
    "/site": _PROGRAM,
    "/static": _SYSTEM,
    "/v1/audit": _RECORDS,
    "/v1/consumer": _SYSTEM,
    "/v1/dead-letters": _RECORDS,
    "/v1/outbox": _SYSTEM,
    # referral
    "/referrals": _ALERT,
    "/v1/contacts": _REPORT,
    "/v1/contacts/refusals": _PROGRAM,
    "/v1/criteria": _PROGRAM,
    "/v1/feeds": _SYSTEM,
    "/v1/referrals": {
        "agency-reporter": Carries("own_report", ((PUBLIC, Origin.PROGRAM),)),
        "*": Carries("case_management", ((IDENTITY, Origin.JUSTICE), (PROGRAM, Origin.PROGRAM))),
    },
    # casework
    "/caseload": _FILE,
    "/consents": _FILE,
    "/coordination": _FILE,
    "/participants": _PERSON,
    "/reviews": _ALERT,
    "/transfers": _FILE,
    "/work": _FILE,
    "/workgroup": _PERSON,
    "/v1/consents": {"privacy-officer": _OVERSIGHT, "*": _FILE},
    "/v1/contacts/outcomes": {**dict.fromkeys(STAFF, _FILE), "*": _OVERSIGHT},
    "/v1/directory": _PROGRAM,
    "/v1/linkages": _FILE,
    "/v1/participants": _FILE,
    "/v1/participants/{key}/accounting": _OVERSIGHT,
    "/v1/participants/{key}/consents": {"privacy-officer": _OVERSIGHT, "*": _FILE},
    "/v1/participants/{key}/encounters": _CARE,
    "/v1/participants/{key}/erasure": _OVERSIGHT,
    "/v1/participants/{key}/plans": _CARE,
    "/v1/people": _FILE,
    "/v1/reviews": _ALERT,
    "/v1/sites": _PROGRAM,
    "/v1/sites/{site}/time-zone": _SYSTEM,
    "/v1/transfers": _FILE,
    "/v1/work": _FILE,
    "/v1/workgroup": _PERSON,
    # notifier
    "/a": _ALERT,
    "/alerts": _ALERT,
    # Hand-over notes may be about participants.
    "/coverage": _CARE,
    # A privacy officer's has emergency accesses, and no alert.
    "/inbox": {"privacy-officer": _PROGRAM, "*": _ALERT},
    "/team": _PROGRAM,
    "/me": _PROGRAM,
    "/v1/alerts": _ALERT,
    "/v1/audit/open": {**dict.fromkeys(STAFF, _ALERT), "*": _OVERSIGHT},
    "/v1/coverage": _CARE,
    "/v1/me": _PROGRAM,
    "/v1/sms": _SYSTEM,
    "/v1/staff": _PROGRAM,
    "/v1/stream": _FILE,
    # prosecution-hook; what case managers do with an item, they do in casework
    "/desk": _COORDINATION,
    "/v1/coordination": {LIAISON: _COORDINATION, "*": _FILE},
    "/v1/holds": {LIAISON: _COORDINATION, "*": _CASES},
    "/v1/policy": {LIAISON: _CASES, "*": _PROGRAM},
    "/v1/partners": _PROGRAM,
    "/v1/statutes": _SYSTEM,
    "/v1/webhooks": {**dict.fromkeys(REPORTERS, _SYSTEM), "*": _PROGRAM},
    "/v1/charges": _REPORT,
    "/v1/court-dates": _REPORT,
    "/v1/decisions": _REPORT,
    "/v1/dispositions": _REPORT,
    "/v1/inbound": _REPORT,
    "/v1/ledger": _COORDINATION,
    "/v1/warrants": _REPORT,
}


def carried(path: str, role: str) -> Carries | None:
    """What a route's answer may hold for this role; None when no row knows it."""
    rows = [r for r in RESOURCES if path == r or path.startswith((f"{r}/", f"{r}:"))]
    if not rows:
        return None
    row = RESOURCES[max(rows, key=len)]
    return row if isinstance(row, Carries) else row.get(role, row.get("*"))


def page() -> Iterator[str]:
    """The policy as people read it."""
    yield from ("# What goes to whom", "",
                "Generated from `shared/src/shared/policy.py` by `python -m shared.policy`; do not"
                " edit. What is in no row is never told. `care` reaches nobody of the justice"
                " system on any ground.", "",
                "| Data | Origin | Recipients | Purpose | Ground | Why |",
                "|---|---|---|---|---|---|")  # fmt: skip
    for rule in POLICY:
        who = ", ".join(rule.recipients)
        yield (f"| {rule.data} | {rule.origin} | {who} | {rule.purpose} | {rule.basis}"
               f" | {rule.why} |")  # fmt: skip
    yield from ("", "Under a release of information these categories open to the named roles only,"
                " whatever the paper says:", "")  # fmt: skip
    yield from (f"- `{category}`: {', '.join(roles)}" for category, roles in RESERVED.items())
    yield from ("", OFFICE_RULE)
    yield from ("", "## What each resource carries", "", "| Resource | For | Purpose | Data |",
                "|---|---|---|---|")  # fmt: skip
    for path, row in RESOURCES.items():
        for role, carries in ({"*": row} if isinstance(row, Carries) else row).items():
            data = ", ".join(f"{kind} ({origin})" for kind, origin in carries.data)
            who = "whom its route admits" if role == "*" else role
            yield f"| `{path}` | {who} | {carries.purpose} | {data} |"


if __name__ == "__main__":
    PAGE.write_text("\n".join(page()) + "\n")
