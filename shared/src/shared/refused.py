"""What may not come in at all, by its name or its form: said once, for every inbound field.

Criminal history would put the system under the FBI's CJIS policy (R-21); health facts and social
security numbers are not the justice system's to send (R-22, R-25).
"""

import re
from collections.abc import Iterator
from typing import Any

CRIMINAL_HISTORY = "criminal_history_refused"
HEALTH = "health_information_refused"
SSN = "ssn_refused"

HINTS = {
    CRIMINAL_HISTORY: "FBI, III and NCIC data, rap sheets and biometrics are not accepted here.",
    HEALTH: "Health and treatment information is not accepted from justice systems.",
    SSN: "Social security numbers are not accepted; send a local identifier.",
}

# Patterns of a name in snake_case; `_name` joins words that a source wrote in camelCase.
_NAMES = {
    CRIMINAL_HISTORY: re.compile(
        r"fbi|ncic|biometric|fingerprint|mugshot|face|facial|rap_?sheet|criminal_(?:hist|rec)"
        r"|interstate|(?:^|_)(?:iii|ucn|chri|cch|rap|dna|iris|palm|photo)(?:_|$)"
    ),
    HEALTH: re.compile(
        r"diagnos|health|medic|treatment|psych|prescri|therap|clinic|suicid|disab|hospital|patient"
        r"|symptom|addict|detox|substance|overdose"
        r"|(?:^|_)(?:smi|sud|oud|aud|mat|moud|hiv|dsm|icd\d*|rx|mrn)(?:_|$)"
    ),
    SSN: re.compile(r"(?:^|_)ssn|social_?sec"),
}

# Any text that one of the patterns below matches contains one of these in lower case. Most do not,
# and this is asked of every text of every report.
_SIGN = re.compile(r"\d-\d\d-\d|fbi|ucn|ncic|iii |rap sheet|interstate")

_IN_TEXT = {
    CRIMINAL_HISTORY: re.compile(
        r"\b(?:FBI|UCN)\b\W*(?:no|num|number|id)?\W*\d|\bNCIC\b|\binterstate identification index\b"
        r"|\bIII (?:record|check|hit|no|number)\b|\brap sheet\b",
        re.IGNORECASE,
    ),
    SSN: re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"),
}


def code_for_name(name: str) -> str | None:
    """Why a field or an identifier system of this name is refused, or None."""
    snake = _name(name)
    return next((code for code, pattern in _NAMES.items() if pattern.search(snake)), None)


def code_for_text(text: str) -> str | None:
    """Why a text in an accepted field is refused, or None."""
    if _SIGN.search(text.lower()) is None:
        return None
    return next((code for code, pattern in _IN_TEXT.items() if pattern.search(text)), None)


def names_within(value: Any, path: tuple[int | str, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where refused names stand inside a value that no field accepts, and why."""
    members: Iterator[tuple[int | str, Any]] = iter(())
    if isinstance(value, dict):
        members = iter(value.items())
    elif isinstance(value, list | tuple):
        members = iter(enumerate(value))
    for name, inner in members:
        code = code_for_name(name) if isinstance(name, str) else None
        if code:
            yield (*path, name), code
        else:
            yield from names_within(inner, (*path, name))


def _name(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
