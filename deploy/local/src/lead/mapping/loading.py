"""Mappings by name or by path; those in `lead/mappings` are known by name, and show the form."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lead.mapping.errors import BadMapping
from lead.mapping.form import Mapping
from lead.mapping.rules import KINDS
from lead.zones import ZoneOf, sample_zone

SHIPPED = Path(__file__).parents[1] / "mappings"


def load(name_or_path: str, zone_of: ZoneOf = sample_zone, **constants: str | None) -> Mapping:
    """A shipped mapping by name, or one's own by path; `constants` overrule its own.

    A mapping that needs a time zone and names none takes what `zone_of` says of its site. Raises
    BadMapping, and what `zone_of` raises.
    """
    path = _find(name_or_path)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        given = {name: value for name, value in constants.items() if value is not None}
        data["constants"] = data.get("constants", {}) | given
        return _in_a_zone(Mapping.model_validate(data), path, zone_of)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(f"{path}: {error}") from None
    except ValidationError as error:
        raise BadMapping(f"{path}:\n" + "\n".join(map(_sentence, error.errors()))) from None


def shipped() -> dict[str, str]:
    """The shipped mappings by name, with what each says of itself."""
    paths = sorted(SHIPPED.glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text("utf-8"))["description"] for path in paths}


def _find(name_or_path: str) -> Path:
    path = SHIPPED / f"{name_or_path}.toml"
    if not path.is_file():
        path = Path(name_or_path)
    if not path.is_file():
        names = ", ".join(shipped())
        raise BadMapping(f"{name_or_path} is neither a file nor a shipped mapping ({names}).")
    return path


def _in_a_zone(mapping: Mapping, path: Path, zone_of: ZoneOf) -> Mapping:
    if mapping.time_zone is not None or not mapping.needs_zone:
        return mapping
    site = mapping.constants.get("site")
    zone = zone_of(site) if isinstance(site, str) else None
    if zone is None:
        raise BadMapping(
            f"{path}:\n  time_zone: is missing, and no time zone is set for the site; "
            'set it to the clock that the file\'s times were read from, such as "America/Denver"'
        )
    return mapping.model_copy(update={"time_zone": zone})


def _sentence(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"] if part not in KINDS)
    return f"  {where or 'mapping'}: {error['msg'].removeprefix('Value error, ')}"
