"""HSDS 3 as it is read: the required fields of the specification, and what casework shows.

Fields that are not named here are left out. See https://docs.openreferral.org, version 3.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

# The line of a CSV table that a record stands on.
LINE = "(line)"


def _web(value: str) -> str:
    if not value.lower().startswith(("http://", "https://")):
        raise PydanticCustomError(
            "not_a_web_address", "Give an address that starts with http:// or https://."
        )
    return value


_CLEAN = r"^[^\x00]*$"
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=_CLEAN)]
Text = Annotated[str, Field(max_length=10_000, pattern=_CLEAN)]
Web = Annotated[str, Field(max_length=2_000, pattern=_CLEAN), AfterValidator(_web)]


class Record(BaseModel):
    """A record of the specification; columns that are empty in a CSV are not there."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def without_blanks(cls, value: object) -> object:
        if isinstance(value, dict):
            return {name: part for name, part in value.items() if part not in ("", None)}
        return value


class Phone(Record):
    id: Id
    number: Annotated[str, Field(min_length=1, max_length=60, pattern=_CLEAN)]
    extension: str | int | None = None
    description: Text | None = None


class Address(Record):
    id: Id
    address_1: Name
    address_2: Text | None = None
    city: Name
    state_province: Name
    postal_code: Name
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    address_type: Literal["physical", "postal", "virtual"]


class Location(Record):
    id: Id
    location_type: Literal["physical", "postal", "virtual"]
    name: Text | None = None
    addresses: Annotated[list[Address], Field(max_length=20)] = []
    phones: Annotated[list[Phone], Field(max_length=20)] = []


class ServiceAtLocation(Record):
    id: Id
    location: Location | None = None
    phones: Annotated[list[Phone], Field(max_length=20)] = []


class Organization(Record):
    id: Id
    name: Name
    description: Text
    phones: Annotated[list[Phone], Field(max_length=50)] = []


class HsdsService(Record):
    """One service. Its own organization is required here: somebody has to pick up the phone."""

    id: Id
    name: Name
    status: Literal["active", "inactive", "defunct", "temporarily closed"]
    organization: Organization
    alternate_name: Text | None = None
    description: Text | None = None
    url: Web | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=320)] | None = None
    eligibility_description: Text | None = None
    application_process: Text | None = None
    fees_description: Text | None = None
    minimum_age: Annotated[float, Field(ge=0, le=150)] | None = None
    maximum_age: Annotated[float, Field(ge=0, le=150)] | None = None
    phones: Annotated[list[Phone], Field(max_length=50)] = []
    service_at_locations: Annotated[list[ServiceAtLocation], Field(max_length=500)] = []

    @model_validator(mode="after")
    def ages_in_order(self) -> Self:
        low, high = self.minimum_age, self.maximum_age
        if low is not None and high is not None and low > high:
            raise PydanticCustomError("ages_reversed", "`minimum_age` is above `maximum_age`.")
        return self


# What stands in tables of its own.
_NESTED = {"organization", "location", "addresses", "phones", "service_at_locations"}


def _columns(record: type[Record], *links: str) -> frozenset[str]:
    return frozenset({*record.model_fields, *links} - _NESTED)


# The tables of a CSV package that are read, and the columns of each that are.
COLUMNS = {
    "service": _columns(HsdsService, "organization_id"),
    "organization": _columns(Organization),
    "location": _columns(Location),
    "address": _columns(Address, "location_id"),
    "phone": _columns(
        Phone, "service_at_location_id", "service_id", "location_id", "organization_id"
    ),
    "service_at_location": _columns(ServiceAtLocation, "service_id", "location_id"),
}
