"""Websites as people write them: without https://, or not at all."""

import re
from typing import Any

from shared.errors import FieldError

_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(r"(?://)?((?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?)")


def settle_website(record: dict[str, Any], pointer: str) -> FieldError | None:
    """Complete an address without its scheme, drop what is none, and say so.

    Another scheme, such as javascript:, is left for the validation to refuse.
    """
    url = record.get("url")
    if not isinstance(url, str) or not (url := url.strip()):
        return None
    if found := _WITHOUT_SCHEME.fullmatch(url):
        record["url"] = f"https://{found[1]}"
        return FieldError(f"{pointer}/url", "website_completed", "https:// is put in front of it.")
    if _WITH_SCHEME.match(url):
        return None
    del record["url"]
    hint = "It is not a web address, and is left out. The service is kept."
    return FieldError(f"{pointer}/url", "website_left_out", hint)
