"""The embedded sample's prosecution policies: whose office is whose. None is real."""

from typing import Any

from lead.sample_staff import KING_COUNTY, SANTA_FE

PROSECUTION: dict[str, dict[str, Any]] = {
    KING_COUNTY: {
        "state": "WA",
        "diversion_office": "kcpao",
        "offices": {"pcms-kcpao": "kcpao"},
        "liaisons": {"kcpao": "leo"},
    },
    SANTA_FE: {
        "state": "NM",
        "diversion_office": "first-da",
        "offices": {"pcms-first-da": "first-da"},
        "liaisons": {"first-da": "wes"},
    },
}
# Whom the privacy officer of a sample site has approved, and what they may receive.
PARTNERS: dict[str, dict[str, Any]] = {
    site: {
        "site": site,
        "org": policy["diversion_office"],
        "may_receive": ["engagement_fact", "progress", "barriers", "goals", "legal_matter"],
        "onward": [],
    }
    for site, policy in PROSECUTION.items()
}
# The statute tables that are shipped with this package, by site.
STATUTES = {KING_COUNTY: "washington", SANTA_FE: "new-mexico"}
