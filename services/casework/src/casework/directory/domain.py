"""A service of the directory, as the last import had it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.ids import new_id


class DirectoryImport(SQLModel, table=True):
    """One package that was taken in, whole."""

    __tablename__ = "directory_import"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    services: int
    imported_by: str
    imported_at: datetime = Field(sa_type=DateTime(timezone=True))


class DirectoryService(SQLModel, table=True):
    """One service. `body` is its HSDS record; what a later package leaves out is withdrawn."""

    __tablename__ = "directory_service"

    site: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    organization: str
    status: str
    body: dict[str, Any] = Field(sa_type=JSONB)
    import_id: UUID
    withdrawn_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
