"""What is refused is recognized by field and form, never by letters inside of honest words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.refused import (
    CRIMINAL_HISTORY,
    HEALTH,
    SSN,
    code_for_name,
    code_for_number,
    code_for_system,
    code_for_text,
)

HONEST_SYSTEMS = """
    cad-interface interface-id IRIS-RMS palm-beach-so photo-radar surface-transport
    phase-iii-rms mat-su-borough medicine-hat-police florida-ucn court-ucn
    criminal-records-division criminal-id interstate-towing spd-local sid wa-doc
    hospitality-rms photo-id rapid-rms facilities-mgmt palmdale-so jail-photo-system
    state-id social-services ss-county dnaville faceit assn-no psychedelic-fest-permits
    clinton-county-so patientia-pd medicine-lodge-so booking.no
    LAPD#1 prints-and-things face-book smith-iii iii-district-court rap-music-permits
    dna-lounge iris-street-pd healthy-start-not overland-park-pd criminal-justice-rms
    ngi-rms
"""
REFUSED_SYSTEMS = {
    CRIMINAL_HISTORY: """
    FBI fbi_number fbiNumber FBINumber fbino FBI-No fbi-id us-fbi-number ncic NCIC-number
    iii III-Number ucn UCN-no cch chri afis AFIS-number iafis biometric biometric-id
    fingerprint fingerPrintId finger-print fingerprints face-id faceid face-recognition
    face_template facial facial-recognition-id facialRecognitionId iris iris-id iris-scan
    palm-print palmprint palm-id mugshot mugshot-no mug_shot dna dna-profile rap-sheet
    rapsheet criminal-history criminalHistoryNo live-scan codis voiceprint
    """,
    HEALTH: """
    medicaid Medicaid-ID medicare mrn MRN-no patient-id hospital health-id medical-record
    behavioral-health treatment-no clinic icd10 DSM5 mat smi hiv rx-number medication
    """,
    SSN: """
    ssn SSN ssn-last4 SSNLast4 last4ssn social-security social-security-number
    socialSecurityNumber SocSec soc_sec_no ss-no ss# ss
    """,
}


@pytest.mark.parametrize("system", HONEST_SYSTEMS.split())
def test_a_system_is_not_what_its_name_resembles(system: str) -> None:
    assert code_for_system(system) is None


@pytest.mark.parametrize(
    ("system", "code"),
    [(s, code) for code, systems in REFUSED_SYSTEMS.items() for s in systems.split()],
)
def test_a_system_that_is_one_is_refused(system: str, code: str) -> None:
    for spelling in (system, system.upper() if system.islower() else system, f" {system} "):
        assert code_for_system(spelling) == code


@pytest.mark.parametrize("name", ["photo", "iris", "face", "diagnosis", "rap", "ssn", "fbi"])
def test_fields_of_these_names_say_why_they_are_refused(name: str) -> None:
    assert code_for_name(name) is not None


WORDS = """
    spd kcso interface surface palm beach iris rms photo radar transport phase mat su
    borough preface typeface palmer irish photon ssnake fbis unciced iiith radna grape
    maths stud audio county jail booking
"""
words = st.sampled_from(WORDS.split())


@given(st.lists(words, min_size=2, max_size=4), st.sampled_from("-_. "))
def test_words_that_only_contain_others_pass(parts: list[str], joint: str) -> None:
    """Beside at least one word that is a system's or a place's own."""
    name = joint.join([*parts, "rms"])
    assert code_for_system(name) is None


HONEST_TEXTS = [
    "FBI, 1110 3rd Ave",
    "FBI 1110 3rd Ave",
    "FBI Seattle field office, 1110 Third Avenue",
    "ASSAULT III NO CONTACT ORDER",
    "ASSAULT III HIT AND RUN",
    "THEFT III CHECK FRAUD",
    "CLASS III RECORD TAMPERING",
    "Circuit 6, UCN 522026CF001234",
    "UCN 26001234",
    "NCIC 5707 TRESPASSING",
    "NCIC code 2299",
    "Interstate 5 & NE 45th",
    "incident 045-26-1234",
    "Case No. 045-26-1234",
    "warrant #019-26-0001 and 020-26-0002",
    "booking 123-45-6789",
    "ref. 123-45-6789, 124-45-6789",
    "#019-26-0001",
    "206-555-0100",
    "98101-26-0001",
    "1-045-26-1234",
    "000-12-3456",
    "666-12-3456",
    "912-34-5678",
    "123-00-6789",
    "123-45-0000",
    "Swiss chalet, SS Nenana",
    "Social club, case 045-26-1234",
    "RCW 9A.56.050(1)",
    "face to face with victim; palm print shop",
    "wrapped sheet",
]
REFUSED_TEXTS = [
    ("see FBI# 12345A", CRIMINAL_HISTORY),
    ("FBI No. 1234567", CRIMINAL_HISTORY),
    ("fbi number: 123456AA1", CRIMINAL_HISTORY),
    ("FBI/123456A", CRIMINAL_HISTORY),
    ("FBI 123456AA1", CRIMINAL_HISTORY),
    ("FBI UCN 123456AA1", CRIMINAL_HISTORY),
    ("NCIC hit", CRIMINAL_HISTORY),
    ("ncic record", CRIMINAL_HISTORY),
    ("NCIC no. W123456789", CRIMINAL_HISTORY),
    ("ran III check", CRIMINAL_HISTORY),
    ("III hit", CRIMINAL_HISTORY),
    ("see III record", CRIMINAL_HISTORY),
    ("interstate identification index", CRIMINAL_HISTORY),
    ("long rap sheet", CRIMINAL_HISTORY),
    ("SS 123-45-6789", SSN),
    ("SSN: 123 45 6789", SSN),
    ("ssn 123456789", SSN),
    ("SS# 123.45.6789", SSN),
    ("social security no. 123-45-6789", SSN),
    ("soc sec 123-45-6789", SSN),
    ("123-45-6789", SSN),
    ("born 1980, 123\u201345\u20136789", SSN),
    ("case 26-1, 123-45-6789", SSN),
    ("case of SSN 123-45-6789", SSN),
]


@pytest.mark.parametrize("text", HONEST_TEXTS)
def test_places_charges_and_numbers_pass(text: str) -> None:
    assert code_for_text(text) is None


@pytest.mark.parametrize(("text", "code"), REFUSED_TEXTS)
def test_what_is_one_by_its_form_is_refused(text: str, code: str) -> None:
    assert code_for_text(text) == code
    assert code_for_text(f"He said: {text}.") in (code, CRIMINAL_HISTORY if "III" in text else code)


social = st.builds(
    "{:03}{gap}{:02}{gap}{:04}".format,
    st.integers(1, 899).filter(lambda area: area != 666),
    st.integers(1, 99),
    st.integers(1, 9999),
    gap=st.sampled_from("-\u2010\u2013"),
)


@given(social, st.sampled_from(["", "he is ", "dob 1980-01-02, ", "(", "no shoes; "]))
def test_a_social_security_number_in_a_text_is_refused(number: str, before: str) -> None:
    assert code_for_text(f"{before}{number}") == SSN
    assert code_for_number(number) == SSN


@given(social)
def test_it_may_be_written_with_spaces_and_dots_in_an_identifier(number: str) -> None:
    digits = "".join(c for c in number if c.isdigit())
    for gap in " ._/":
        assert code_for_number(f"{digits[:3]}{gap}{digits[3:5]}{gap}{digits[5:]}") == SSN
    # Nine digits without a form are any agency's number.
    assert code_for_number(digits) is None
