"""What a report is called in the inbox: by its kind and what it says, else by its cause. Pure."""

from notifier.words import CAUSES
from shared.contact_titles import title_of


def title(cause: str, kind: str | None, outcome: str | None) -> str:
    return title_of(kind, outcome) or CAUSES[cause]
