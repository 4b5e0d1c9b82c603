"""CSV packages: no row lost, phones where they belong, bounds that no archive can lift."""

import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from typing import Any

import pytest
from tests.unit.casework.test_packages import CSV, SERVICE, packed

from casework.directory import archives
from casework.directory.errors import NotAPackage, PackageTooLarge
from casework.directory.packages import MOST_VALUES, Package, read_package
from shared.errors import Invalid
from shared.json_bodies import MemberGivenTwice

HEAD = "id,organization_id,name,status,url,alert\n"
ONE, TWO, LAST = [f"s{n},o1,Shelter {n},active,,open\n" for n in (1, 2, 3)]


def package(**tables: str | bytes) -> bytes:
    """The package of the tests with these tables instead of its own."""
    return packed(CSV | {f"{name}.csv": text for name, text in tables.items()})


def bodies(found: Package) -> list[dict[str, Any]]:
    return [json.loads(service.body) for service in found.services]


@pytest.mark.parametrize(
    ("table", "text", "line", "code"),
    [
        ("services", HEAD + ONE + TWO.replace("open", '"') + LAST, 3, "quote_not_closed"),
        ("services", HEAD + ONE + TWO.replace("Sh", '"Sh') + LAST, 3, "quote_not_closed"),
        ("services", HEAD + ONE.replace("Sh", '"Sh') + TWO + LAST.replace("r 3", 'r 3"'), 2,
         "quote_swallows_rows"),
        ("services", HEAD + ONE + TWO.replace("open", 'op"en'), 3, "quote_inside_cell"),
        ("services", HEAD + ONE + "s2,o1,Shelter 2\n", 3, "wrong_number_of_columns"),
        ("services", HEAD + ONE[:-1] + ",x\n", 2, "wrong_number_of_columns"),
        ("services", HEAD.replace("alert", "name") + ONE, 1, "repeated_column"),
        ("phones", CSV["phones.csv"].encode() + b"p3,,l1,caf\xe9\n", 4, "not_utf_8"),
        ("services", (HEAD + ONE).encode("utf-16"), 1, "not_utf_8"),
        ("addresses", "", 1, "empty_file"),
    ],
)  # fmt: skip
def test_a_damaged_table_refuses_the_package_with_its_name_and_line(
    table: str, text: str | bytes, line: int, code: str
) -> None:
    """Also where the damage stands in a column that nobody reads."""
    with pytest.raises(Invalid) as refused:
        read_package(package(**{table: text}))
    [error] = refused.value.errors
    assert (error.pointer, error.code) == (f"/{table}.csv", code)
    assert f"{table}.csv, line {line}" in error.hint


def test_every_bad_table_and_row_is_named_at_once() -> None:
    """Whoever repairs the package repairs it once; and a fault of a value has its line, too."""
    short = "".join(f"p{n}\n" for n in range(1_000))
    with pytest.raises(Invalid) as refused:
        read_package(package(phones=CSV["phones.csv"] + short, services='id\n"'))
    named = [error.pointer for error in refused.value.errors]
    assert {"/phones.csv", "/services.csv"} >= set(named)
    assert len(named) == archives.MOST_ERRORS
    with pytest.raises(Invalid) as refused:
        read_package(package(services=HEAD + "\n" + ONE + TWO.replace("active", "open")))
    [error] = refused.value.errors
    assert error.pointer == "/1/status"
    assert "services.csv, line 4" in error.hint


def test_texts_of_several_lines_are_kept() -> None:
    """A description may have paragraphs, and prose may have as many commas as a table."""
    text = "Beds, meals, showers\nMonday, Tuesday, Wednesday\n\nAsk, wait, come in"
    table = f'id,name,description\no1,Harbor,"{text}"\n'
    [service] = bodies(read_package(package(organizations=table)))
    assert service["organization"]["description"] == text


PHONES = "id,service_at_location_id,service_id,location_id,organization_id,contact_id,number\n"


@pytest.mark.parametrize(
    ("links", "place"),
    [
        ("x1,s1,l1,o1,", ("service_at_locations", 0, "phones")),
        (",s1,l1,o1,", ("phones",)),
        (",,l1,o1,", ("service_at_locations", 0, "location", "phones")),
        (",,,o1,", ("organization", "phones")),
        ("unknown,,,o1,c1", ("organization", "phones")),
    ],
)
def test_a_phone_is_kept_where_it_is_nearest(links: str, place: tuple[Any, ...]) -> None:
    """At the place itself, else the service's, else the location's, else the organization's."""
    found = read_package(package(phones=f"{PHONES}p1,{links},206 555 0100\n"))
    part: Any
    [body] = [part] = bodies(found)
    assert json.dumps(body).count("206 555 0100") == 1
    for step in place:
        part = part[step]
    assert [phone["number"] for phone in part] == ["206 555 0100"]
    assert found.warnings == []


def test_what_belongs_nowhere_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A contact's phone, an address of no location, a place of no service."""
    found = read_package(
        package(
            phones=f"{PHONES}p1,,,,,c1,206 555 0100\n",
            addresses=CSV["addresses.csv"].replace("a1,l1", "a1,l2"),
            service_at_locations="id,service_id,location_id\nx1,s9,l1\nx2,s1,l9\n",
        )
    )
    assert [(warning.pointer, warning.hint[:6]) for warning in found.warnings] == [
        ("/phones.csv", "Line 2"), ("/addresses.csv", "Line 2"),
        ("/service_at_locations.csv", "Line 2"), ("/service_at_locations.csv", "Line 3"),
    ]  # fmt: skip
    for table in ("organizations", "locations", "service_at_locations"):
        text = CSV[f"{table}.csv"]
        with pytest.raises(Invalid) as refused:
            read_package(package(**{table: text + text.splitlines()[1] + "\n"}))
        assert refused.value.errors[0].code == "repeated_id"


@pytest.mark.parametrize(
    ("url", "kept", "code"),
    [
        ("https://harbor.example", "https://harbor.example", None),
        ("HTTP://harbor.example", "HTTP://harbor.example", None),
        ("www.harbor.example", "https://www.harbor.example", "website_completed"),
        (" harbor.example/beds?x=1 ", "https://harbor.example/beds?x=1", "website_completed"),
        ("//harbor.example:8080", "https://harbor.example:8080", "website_completed"),
        ("N/A", None, "website_left_out"),
        ("see our page", None, "website_left_out"),
        ("desk@harbor.example", None, "website_left_out"),
        ("", None, None),
    ],
)
def test_a_website_is_completed_or_left_out_and_both_are_said(
    url: str, kept: str | None, code: str | None
) -> None:
    """It never refuses the package; an address that would run something still does."""
    found = read_package(json.dumps([SERVICE | {"url": url}]).encode())
    assert bodies(found)[0].get("url") == kept
    assert [(w.pointer, w.code) for w in found.warnings] == ([("/0/url", code)] if code else [])


def test_json_is_a_list_a_page_or_one_service() -> None:
    """And never one page of several, which would withdraw the others."""
    for body, pointer in (
        ([SERVICE | {"status": "?"}], "/0/status"),
        ({"contents": [SERVICE | {"status": "?"}]}, "/contents/0/status"),
        (SERVICE | {"status": "?"}, "/status"),
    ):
        with pytest.raises(Invalid) as refused:
            read_package(json.dumps(body).encode())
        assert [error.pointer for error in refused.value.errors] == [pointer]
    [service] = read_package(json.dumps(SERVICE).encode()).services
    assert service.id == "s1"
    page = {"total_items": 2, "contents": [SERVICE]}
    with pytest.raises(Invalid) as refused:
        read_package(json.dumps(page).encode())
    assert refused.value.errors[0].code == "one_page_of_several"
    twice = json.dumps([SERVICE]).replace('"name"', '"name": "Day shelter", "name"', 1)
    with pytest.raises(MemberGivenTwice):
        read_package(twice.encode())


def test_phones_of_a_json_service_are_all_kept() -> None:
    """Its own, its organization's, and those of its places."""
    phone = {"id": "p", "number": "206 555 0100", "extension": 12.0}
    body = json.loads(json.dumps(SERVICE))
    body["organization"]["phones"] = body["service_at_locations"][0]["phones"] = [phone]
    [service] = bodies(read_package(json.dumps(body | {"phones": [phone]}).encode()))
    assert json.dumps(service).count("206 555 0100") == 3


def lying(name: str, content: bytes, claimed: int, crc: int | None = None) -> bytes:
    """An archive whose directory says that a member is smaller than it is."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
    archive = bytearray(target.getvalue())
    entry = archive.index(b"PK\x01\x02")
    struct.pack_into("<I", archive, entry + 24, claimed)
    if crc is not None:
        struct.pack_into("<I", archive, entry + 16, crc)
    return bytes(archive)


def peak(body: bytes, *, refusal: type[Exception]) -> int:
    """The most memory, in bytes, that reading this package took."""
    tracemalloc.start()
    try:
        with pytest.raises(refusal):
            read_package(body)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_archive_that_lies_about_sizes_is_read_to_its_bounds_and_no_further() -> None:
    """Some KB that unpack to more than 100 MB take no more memory than a small package."""
    bomb = lying("services.csv", b"a," * 60_000_000, claimed=10)
    assert peak(bomb, refusal=PackageTooLarge) < 30_000_000
    lines = lying("services.csv", b"a" * 999_999 + b"\n" * 10 + b"a\n" * 30_000_000, claimed=10)
    assert peak(lines, refusal=PackageTooLarge) < 60_000_000
    # A checksum of the beginning alone does not cut the table to its beginning, either.
    text = CSV["services.csv"].encode()
    cut = lying("services.csv", text, claimed=20, crc=zlib.crc32(text[:20]))
    assert peak(cut, refusal=NotAPackage) < 30_000_000


def test_rows_and_members_are_counted() -> None:
    """Millions of short rows, and hundreds of thousands of members, end early."""
    rows = io.BytesIO()
    with zipfile.ZipFile(rows, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", "id\n" + "a\n" * 4_000_000)
    assert peak(rows.getvalue(), refusal=PackageTooLarge) < 60_000_000
    members = b"PK\x03\x04" + b"PK\x01\x02" * (archives.MOST_MEMBERS + 1)
    assert peak(members, refusal=PackageTooLarge) < 1_000_000
    assert peak(b"[" + b"[]," * MOST_VALUES + b"[]]", refusal=Invalid) < 10_000_000
    assert peak(b"[" * 900_000, refusal=NotAPackage) < 30_000_000


def test_a_location_that_many_services_share_does_not_multiply_without_end() -> None:
    """A small package must not become gigabytes of records."""
    name = "n" * 9_000
    places = "".join(f"x{n},s{n % 5_000},l1\n" for n in range(50_000))
    services = "".join(f"s{n},o1,Shelter,active,,\n" for n in range(5_000))
    body = package(
        locations=f"id,location_type,name\nl1,physical,{name}\n",
        service_at_locations="id,service_id,location_id\n" + places,
        services=HEAD + services,
    )
    with pytest.raises(PackageTooLarge):
        read_package(body)


def test_a_table_stands_in_a_package_once_and_is_packed_as_usual() -> None:
    """Two of one kind are not mixed, and what cannot be unpacked piece by piece is not unpacked."""
    with pytest.raises(Invalid) as refused:
        read_package(packed(CSV | {"old/service.csv": CSV["services.csv"]}))
    assert [error.code for error in refused.value.errors] == ["repeated_table"]
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            archive.writestr("services.csv", CSV["services.csv"])
        with pytest.raises(Invalid) as refused:
            read_package(target.getvalue())
        assert [error.code for error in refused.value.errors] == ["compression"]
    broken = bytearray(packed(CSV))
    broken[60:70] = b"\xff" * 10
    with pytest.raises((NotAPackage, Invalid)):
        read_package(bytes(broken))
