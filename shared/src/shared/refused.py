"""What may not come in at all: criminal history, biometrics, health facts, social security numbers.

Criminal history would put the system under the FBI's CJIS policy (R-21); health facts and social
security numbers are not the justice system's to send (R-22, R-25). Each is recognized by the field
in which it stands and by its form, never by letters inside of other words: an agency's own record
and incident numbers may look like anything, "cad-interface" has no face in it, and the FBI has an
address. docs/agencies/odd-input.md says the rules in words.
"""

import re
from collections.abc import Iterator
from typing import Any

CRIMINAL_HISTORY = "criminal_history_refused"
HEALTH = "health_information_refused"
SSN = "ssn_refused"

# Values inside one unknown field that are searched for a refused name.
MOST_VALUES = 200

HINTS = {
    CRIMINAL_HISTORY: "FBI, III and NCIC data, rap sheets and biometrics are not accepted here.",
    HEALTH: "Health and treatment information is not accepted from justice systems.",
    SSN: "Social security numbers are not accepted; send a local identifier.",
}

# A name is looked at word by word, as in `_fbi_number_`. Words that say what a number or a field is
# for, and nothing about whose it is:
_GENERAL = (
    "the|person|persons|subject|inmate|offender|state|us|federal|national|system|database|db|file"
    "|id|ids|identifier|no|nbr|num|number|numbers|nr|code|codes|ref|reference|index|key|value"
    "|flag|status|indicator|hit|hits|check|checks|record|records|score|level|result|results|data"
    "|info|information|image|images|scan|scans|template|print|prints|last|4|full"
)
# Refused wherever they are in a name ...
_WORDS = {
    SSN: r"ssn|ssns|ssno|ssnum|ssnumber|ssnlast|socsec|ss_(?:no|nbr|num|number)"
    r"|soc(?:ial)?_?sec(?:urity)?(?:_?(?:no|nbr|num|number))?",
    CRIMINAL_HISTORY: r"fbi|fbi(?:id|no|nbr|num|number|ucn)|ncic|ncic(?:id|no|nbr|num|number)"
    r"|biometrics?|biometry|afis|iafis|abis|codis|chri|mug_?shots?"
    r"|finger_?prints?|fingerprinting|palm_?prints?|face_?prints?|voice_?prints?|live_?scan"
    r"|rap_?sheets?|criminal_?(?:history|histories|hist)|interstate_identification"
    r"|facial(?:_?(?:recognition|image|id|match|template|geometry))?"
    r"|(?:face|iris|palm|retina|retinal|voice)_?(?:recognition|rec|id|ids|match|scans?|templates?)"
    r"|dna_(?:profile|sample|index|database)",
    HEALTH: r"diagnos[ie]s|diagnostics?|diagnosed|health|healthcare|medical|medicaid|medicare|mrn"
    r"|medications?|prescriptions?|prescribed|psych|psychiatric|psychiatry|psychology"
    r"|psychological|therapy|therapies|therapist|treatments?|clinics?|clinical|suicid(?:e|al|ality)"
    r"|disability|disabilities|hospitals?|hospitali[sz](?:ed|ation)|patients?|outpatient|inpatient"
    r"|symptoms?|addict(?:ed|ion|ions)?|detox|substance|overdoses?|hiv|dsm|icd|moud",
}  # fmt: skip
# ... and refused when they, and general words, are all of it: as parts of names of systems and
# places (IRIS-RMS, Palm Beach, Mat-Su, Phase III, a court's UCN) they mean something else.
_ALONE = {
    CRIMINAL_HISTORY: "iii|ucn|cch|rap|dna|ngi|iris|palm|face|facial|photo|criminal|interstate",
    HEALTH: "smi|sud|oud|aud|mat|rx|medicine|medicines|medic|prescriber",
    SSN: "ss",
}
_NAMES = {
    code: re.compile(
        rf"_(?:{_WORDS[code]})(?=_)|^_(?:(?:{_GENERAL})_)*(?:{_ALONE[code]})_(?:(?:{_GENERAL})_)*$"
    )
    for code in (SSN, CRIMINAL_HISTORY, HEALTH)
}
# Systems that call a photograph's or a criminal case's number their own are no biometrics.
_HONEST_SYSTEMS = re.compile(rf"^_(?:photo|criminal|interstate)_(?:(?:{_GENERAL})_)*$")

_NUMBER = r"(?:no|nr|nbr|num|number|id|ucn|#)"
_SSN_NAME = r"\b(?:SSN|SSA|SS|soc(?:ial)?[\s.]*sec(?:urity)?)\b"
_DASH = "[-\u2010-\u2015\u2212]"
# As the Social Security Administration gives them: never 000, 666 or 9xx, 00, 0000.
_SSN = r"(?!000|666|9)\d{3}%(gap)s(?!00)\d{2}%(gap)s(?!0000)\d{4}"
_IN_TEXT = {
    CRIMINAL_HISTORY: re.compile(
        # An FBI number is called one, or has the form of one: 123456A, 123456AA1.
        rf"\bFBI[\s:/#.-]*{_NUMBER}[\s:.#]*(?=[A-Z]*\d)[A-Z0-9]{{5,9}}\b"
        r"|\bFBI[\s:/#-]+\d{3,7}[A-HJ-NP-Z]{1,2}\d{0,2}\b"
        r"|\bNCIC[\s:/-]+(?:hits?|records?|check|query|return|response|history)\b"
        rf"|\bNCIC[\s:/-]+{_NUMBER}[\s:.#]*[A-Z]?\d{{5,}}"
        r"|\binterstate identification index\b"
        # Assault III and Theft III are degrees: the index is looked up, or begins a sentence.
        r"|(?:^|[.;:(]\s*|\b(?:ran|run|per|see|via|from|by|the|ncic)[\s/]+)"
        r"III (?:records?|check|hits?|query|return|response|history)\b(?! (?:&|and) run)"
        r"|\brap sheet\b",
        re.IGNORECASE,
    ),
    SSN: re.compile(
        # Called one in any form, or of its form and not called a record's number.
        rf"{_SSN_NAME}[\s.:#-]*(?:{_NUMBER}[\s.:#-]*)?\d{{3}}[-.\s]?\d{{2}}[-.\s]?\d{{4}}(?!\d)"
        rf"|(?<![\w#-]){_SSN % {'gap': _DASH}}(?!{_DASH}?\w)",
        re.IGNORECASE,
    ),
}
_RECORD_NUMBER = re.compile(
    r"\b(?:case|incident|inc|report|rpt|record|booking|warrant|wrt|docket|cause|citation|cit|event"
    r"|ref|referral|file|cad|go|complaint|ticket|call|offense|number|court|ucn|cr|so|pd|agency)"
    rf"\b[\s.:#]*(?:(?:no|nr|nbr|num|number|id|#)[\s.:#]*)?{_SSN % {'gap': _DASH}}(?!\d)"
    rf"(?:[\s,;/&]*(?:and[\s]+)?{_SSN % {'gap': _DASH}}(?!\d))*",
    re.IGNORECASE,
)
_NAMED_SSN = re.compile(_SSN_NAME, re.IGNORECASE)
_SSN_VALUE = re.compile(_SSN % {"gap": f"(?:{_DASH}|[ ._/])"})
# Any text that one of the patterns above matches contains one of these in lower case. Most do not,
# and this is looked for in every text of every report.
_SIGN = re.compile(rf"\d{_DASH}\d\d{_DASH}\d|\bs(?:s|oc)|fbi|ncic|iii |rap sheet|interstate")


# In camelCase, behind an abbreviation, and around digits.
_WORD_ENDS = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
    r"|(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)"
)


def code_for_name(name: str) -> str | None:
    """Why a field of this name is refused, or None."""
    words = _words(name)
    return next((code for code, pattern in _NAMES.items() if pattern.search(words)), None)


def code_for_system(name: str) -> str | None:
    """Why numbers of an identifier system of this name are refused, or None."""
    return None if _HONEST_SYSTEMS.search(_words(name)) else code_for_name(name)


def code_for_text(text: str) -> str | None:
    """Why a text in an accepted field is refused, or None. Not for numbers of records."""
    if _SIGN.search(text.lower()) is None:
        return None
    if _IN_TEXT[CRIMINAL_HISTORY].search(text):
        return CRIMINAL_HISTORY
    rest = text if _NAMED_SSN.search(text) else _RECORD_NUMBER.sub(" ", text)
    return SSN if _IN_TEXT[SSN].search(rest) else None


def code_for_number(value: str) -> str | None:
    """Why the value of a person's identifier is refused, or None."""
    return SSN if _SSN_VALUE.fullmatch(value) else code_for_text(value)


def names_within(value: Any, path: tuple[int | str, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where refused names stand inside a value that no field accepts, and why.

    Of a large value only the first `MOST_VALUES` are looked at: it is refused anyway, and whoever
    sends it must not choose how long that takes.
    """
    waiting = [((*path, name), inner) for name, inner in reversed(_members(value))]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        where, inner = waiting.pop()
        if code := code_for_name(where[-1]) if isinstance(where[-1], str) else None:
            yield where, code
        else:
            waiting += [((*where, name), each) for name, each in reversed(_members(inner))]


def _members(value: Any) -> list[tuple[int | str, Any]]:
    if isinstance(value, dict):
        return list(value.items())[:MOST_VALUES]
    return list(enumerate(value[:MOST_VALUES])) if isinstance(value, list | tuple) else []


def _words(name: str) -> str:
    """`fbiNumber`, `FBI-Number` and `FBI number` are all `_fbi_number_`."""
    words = _WORD_ENDS.sub("_", name)
    return "_" + re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") + "_"
