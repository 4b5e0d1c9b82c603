"""The embedded sample's prosecution policies: whose office is whose. None is real."""

from typing import Any

from lead.sample_staff import KING_COUNTY, SANTA_FE

PROSECUTION: dict[str, dict[str, Any]] = {
    KING_COUNTY: {
        "diversion_office": "kcpao",
        "offices": {"pcms-kcpao": "kcpao"},
        "liaisons": {"kcpao": "leo"},
    },
    SANTA_FE: {
        "diversion_office": "first-da",
        "offices": {"pcms-first-da": "first-da"},
        "liaisons": {"first-da": "wes"},
    },
}
