"""The words of a message: they tell that something waits, and nothing of what (R-24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifier.answering.links import token_of
from notifier.channels import Message
from notifier.contacts.domain import code_of
from notifier.policy import AlertClass
from notifier.queue import Job
from notifier.settings import Settings
from notifier.withdrawals import in_message
from shared.page_time import day_in_words
from shared.sealing import DataClass, KeyRing

# Plain text: there is nothing to escape for.
_TEMPLATES = Environment(  # noqa: S701
    loader=PackageLoader("notifier", "templates/mail"), undefined=StrictUndefined, trim_blocks=True
)
# Each in a long form, whose first line is the subject, and a short one.
SEVERAL = ("several.txt", "several_short.txt")
HISTORY = ("history.txt", "history_short.txt")
ALERT, VERIFY, TEST = (
    ("alert.txt", "alert_short.txt"),
    ("verify.txt", "verify_short.txt"),
    ("test.txt", "test_short.txt"),
)
# Messages about no alert: their words, and the page that tells more.
NOTICES = {
    "coverage": (("coverage.txt", "coverage_short.txt"), "/coverage"),
    "feed_silent": (("feed.txt", "feed_short.txt"), "/inbox"),
    "emergency": (("emergency.txt", "emergency_short.txt"), "/inbox"),
}


@dataclass(frozen=True, slots=True)
class Past:
    """How many old contacts a message tells of, and when the first and the last happened."""

    contacts: int
    first: datetime
    last: datetime


def write(
    job: Job,
    to: str,
    settings: Settings,
    ring: KeyRing,
    *,
    numbers: Sequence[int] = (),
    past: Past | None = None,
) -> Message:
    """The message of a delivery, or of several at once, in every form that a channel may want."""
    base = f"{settings.public_url.rstrip('/')}{settings.root_path}"
    if past is not None:
        return _message(job, to, HISTORY, _history(job, past, base), ring)
    if len(numbers) > 1:
        several = {"numbers": list(numbers), "link": f"{base}/inbox"}
        return _message(job, to, SEVERAL, several, ring)
    if job.purpose == "verify":
        # Asked for again meanwhile or already verified: then this code is of no use to anybody.
        code = code_of(job.code_id, to, ring) if job.code_id else "------"
        return _message(job, to, VERIFY, {"code": code}, ring)
    if job.purpose == "test":
        return _message(job, to, TEST, {}, ring)
    if job.purpose in NOTICES:
        templates, path = NOTICES[job.purpose]
        return _message(job, to, templates, {"link": f"{base}{path}"}, ring)
    values = {
        "number": job.number,
        "purpose": job.purpose,
        "link": f"{base}/alerts/{job.alert_id}",
        "answer": f"{base}/a/{token_of(job.id, ring)}",
    }
    if job.purpose == "recall_told":
        values["why"] = in_message(job.because)
    return _message(job, to, ALERT, values, ring)


def _history(job: Job, past: Past, base: str) -> dict[str, Any]:
    """Days on the site's calendar; nothing of whom or what."""
    first, last = (day_in_words(at, job.site) for at in (past.first, past.last))
    link = f"{base}/inbox?kind={AlertClass.HISTORY}"
    return {"contacts": past.contacts, "first": first, "last": last, "link": link}


def _message(
    job: Job, to: str, templates: tuple[str, str], values: dict[str, Any], ring: KeyRing
) -> Message:
    """The first line of the long form is the subject."""
    text, short = (_TEMPLATES.get_template(name).render(values) for name in templates)
    subject, _, body = text.partition("\n")
    return Message(
        id=str(job.id),
        to=to,
        subject=subject,
        text=body.lstrip("\n"),
        short=short.strip(),
        data={"purpose": job.purpose, **values},
        secrets=_secrets(job, ring),
    )


def _secrets(job: Job, ring: KeyRing) -> tuple[str, ...]:
    """The newest first; during a rotation also the one before."""
    sealed = [one for one in (job.sealed_secret, job.sealed_old_secret) if one is not None]
    return tuple(ring.open(str(job.method_id), s, DataClass.IDENTITY).decode() for s in sealed)
