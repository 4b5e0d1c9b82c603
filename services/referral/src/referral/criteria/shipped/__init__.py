"""Criteria of real sites, each line with its source. A site begins with one and writes its own."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from referral.criteria.domain import CriteriaContent

UNWRITTEN = "unwritten"


@cache
def shipped(version: str) -> CriteriaContent | None:
    """The shipped version of that name, or None."""
    if version not in NAMES:
        return None
    return CriteriaContent.model_validate(_read(version))


@cache
def first_version_of(site: str) -> str:
    """With which version a site begins that has published none."""
    name: str = _read("sites").get(site, UNWRITTEN)
    return name


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text())


NAMES = tuple(
    sorted(
        path.name.removesuffix(".toml")
        for path in files(__name__).iterdir()
        if path.name.endswith(".toml") and path.name != "sites.toml"
    )
)
