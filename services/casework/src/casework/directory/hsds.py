"""HSDS 3 as it is read: the required fields of the specification, and what casework shows.

Fields that are not named here are left out. See https://docs.openreferral.org, version 3.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.errors import FieldError


def _web(value: str) -> str:
    if not value.startswith(("http://", "https://")):
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


class Organization(Record):
    id: Id
    name: Name
    description: Text


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


def repeated(services: list[HsdsService]) -> list[FieldError]:
    """Ids are unique in a package: two records under one would hide each other."""
    seen: set[str] = set()
    faults = []
    for index, service in enumerate(services):
        if service.id in seen:
            hint = "Give every service an id of its own."
            faults.append(FieldError(f"/{index}/id", "repeated_id", hint))
        seen.add(service.id)
    return faults
