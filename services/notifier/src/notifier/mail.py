"""The words of a message: they tell that something waits, and nothing of what (R-24)."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifier.channels import Message
from notifier.queue import Job
from notifier.settings import Settings
from notifier.staff.domain import code_of
from shared.sealing import KeyRing

# Plain text: there is nothing to escape for.
_TEMPLATES = Environment(  # noqa: S701
    loader=PackageLoader("notifier", "templates/mail"), undefined=StrictUndefined, trim_blocks=True
)
ALERT, VERIFY = "alert.txt", "verify.txt"


def write(job: Job, to: str, settings: Settings, ring: KeyRing) -> Message:
    """The message of a delivery; its first line is the subject."""
    if job.purpose == "verify":
        # Asked for again meanwhile or already verified: then this code is of no use to anybody.
        code = code_of(job.code_id, to, ring) if job.code_id else "------"
        text = _TEMPLATES.get_template(VERIFY).render(code=code)
    else:
        link = f"{settings.public_url.rstrip('/')}{settings.root_path}/alerts/{job.alert_id}"
        values = {"number": job.number, "purpose": job.purpose, "link": link}
        text = _TEMPLATES.get_template(ALERT).render(values)
    subject, _, body = text.partition("\n")
    return Message(id=str(job.id), to=to, subject=subject, text=body.lstrip("\n"))
