"""HSDS 3 packages: what is read, what is refused and where."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from casework.directory.errors import NotAPackage, PackageTooLarge
from casework.directory.packages import MOST_BYTES, read_package
from shared.errors import Invalid

SERVICE: dict[str, Any] = {
    "id": "s1",
    "name": "Night shelter",
    "status": "active",
    "organization": {"id": "o1", "name": "Harbor", "description": "Beds"},
    "url": "https://harbor.example",
    "service_at_locations": [
        {
            "id": "x1",
            "location": {
                "id": "l1",
                "location_type": "physical",
                "addresses": [
                    {
                        "id": "a1", "address_1": "1 Pier", "city": "Seattle",
                        "state_province": "WA", "postal_code": "98101", "country": "US",
                        "address_type": "physical",
                    }
                ],
            },
        }
    ],
}  # fmt: skip
CSV = {
    "organizations.csv": "id,name,description\no1,Harbor,Beds\n",
    "services.csv": "id,organization_id,name,status,url,email\ns1,o1,Night shelter,active,,\n",
    "locations.csv": "id,location_type,name\nl1,physical,Pier\n",
    "addresses.csv": "id,location_id,address_1,city,state_province,postal_code,country,address_type"
    "\na1,l1,1 Pier,Seattle,WA,98101,US,physical\n",
    "phones.csv": "id,service_id,location_id,number\np1,s1,,206 555 0100\np2,,l1,206 555 0101\n",
    "service_at_locations.csv": "id,service_id,location_id\nx1,s1,l1\n",
    "datapackage.json": "{}",
}


def packed(files: Mapping[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([SERVICE]).encode(),
        json.dumps({"total_items": 1, "contents": [SERVICE]}).encode(),
        packed(CSV),
        packed({f"hsds/{n.replace('ies', 'y').replace('s.csv', '.csv')}": t for n, t in CSV.items()}
               | {"hsds/addresses.csv": CSV["addresses.csv"]}),
    ],
    ids=["list", "page", "csv", "csv-singular"],
)  # fmt: skip
def test_the_three_shapes_say_the_same(body: bytes) -> None:
    """A list, a page of the API, and the tabular package."""
    [service] = read_package(body).services
    assert (service.id, service.organization) == ("s1", "Harbor")
    [place] = json.loads(service.body)["service_at_locations"]
    assert place["location"]["addresses"][0]["city"] == "Seattle"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"status": "open"}, "/0/status"),
        ({"name": None}, "/0/name"),
        ({"organization": None}, "/0/organization"),
        ({"url": "javascript:alert(1)"}, "/0/url"),
        ({"email": "nobody"}, "/0/email"),
        ({"name": "a\x00b"}, "/0/name"),
        ({"minimum_age": 30, "maximum_age": 20}, "/0"),
        ({"phones": [{"id": "p"}]}, "/0/phones/0/number"),
    ],
)
def test_a_fault_is_named_with_its_place(changes: dict[str, Any], pointer: str) -> None:
    """The required fields of the specification, and nothing that a page could not show safely."""
    with pytest.raises(Invalid) as refused:
        read_package(json.dumps([SERVICE | changes]).encode())
    assert pointer in [error.pointer for error in refused.value.errors]


def test_two_services_cannot_share_an_id() -> None:
    """One would hide the other."""
    with pytest.raises(Invalid) as refused:
        read_package(json.dumps([SERVICE, SERVICE]).encode())
    assert [error.code for error in refused.value.errors] == ["repeated_id"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"3", b'{"a": 1}', b"PK\x03\x04broken", packed({"a.txt": "x"})]
)
def test_what_is_no_package(body: bytes) -> None:
    """Said as such, never as a failure of ours."""
    with pytest.raises(NotAPackage):
        read_package(body)


def test_a_package_has_a_size() -> None:
    """Also unpacked: a small zip can hold a lot of nothing."""
    with pytest.raises(PackageTooLarge):
        read_package(b"[" * (MOST_BYTES + 1))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"0" * 50_000_001)
    with pytest.raises(PackageTooLarge):
        read_package(target.getvalue())
    with pytest.raises(Invalid):
        read_package(b"[]")
