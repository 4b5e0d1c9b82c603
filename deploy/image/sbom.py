"""A bill of materials of the machine it runs on, in CycloneDX 1.6: Python's packages and Debian's.

`docker run --rm -i --network none IMAGE python - < sbom.py`. Needs nothing but Python.
"""

import json
import os
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

DPKG = Path("/var/lib/dpkg/status")


def python_packages() -> list[dict[str, Any]]:
    """Everything that Python can import here, with its license as it states it."""
    return [
        _component("pypi", _normalized(found), found.version, _license(found))
        for found in distributions()
    ]


def debian_packages(status: str) -> list[dict[str, Any]]:
    """What dpkg says is installed."""
    found = []
    for block in status.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Status|Version|Architecture): (.+)$", block, re.M))
        if fields.get("Status") == "install ok installed":
            component = _component("deb/debian", fields["Package"], fields["Version"], None)
            component["purl"] += f"?arch={fields['Architecture']}"
            found.append(component)
    return found


def bill(service: str, components: list[dict[str, Any]]) -> dict[str, Any]:
    """The document; the same image gives the same one."""
    components.sort(key=lambda component: component["purl"])
    for component in components:
        component["bom-ref"] = component["purl"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": f"throughline-{service}"}},
        "components": components,
    }


def _component(kind: str, name: str, version: str, license_: str | None) -> dict[str, Any]:
    purl = f"pkg:{kind}/{quote(name)}@{quote(version, safe='.+-_~')}"
    found: dict[str, Any] = {"type": "library", "name": name, "version": version, "purl": purl}
    if license_:
        found["licenses"] = [{"license": {"name": license_}}]
    return found


def _normalized(found: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()


def _license(found: Distribution) -> str | None:
    """The expression; of older packages the classifier, since their free text may be a book."""
    stated = found.metadata.get("License-Expression")
    if stated:
        return str(stated)
    classifiers = found.metadata.get_all("Classifier") or ()
    named = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: ")]
    return " AND ".join(named) or None


if __name__ == "__main__":
    everything = python_packages() + debian_packages(DPKG.read_text() if DPKG.exists() else "")
    json.dump(bill(os.environ.get("SERVICE", "unknown"), everything), sys.stdout, indent=1)
