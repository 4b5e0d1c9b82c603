"""Mappings: how a row of an agency's file becomes the body of a reported contact.

A mapping is a TOML file that somebody at the agency can write by hand; docs/agencies/mappings.md
lists every key.
"""

from lead.mapping.errors import BadMapping, Unmappable
from lead.mapping.form import Mapping, Row
from lead.mapping.loading import load, shipped
from lead.mapping.targets import CHARGE_TARGETS, TARGETS

__all__ = [
    "CHARGE_TARGETS",
    "TARGETS",
    "BadMapping",
    "Mapping",
    "Row",
    "Unmappable",
    "load",
    "shipped",
]
