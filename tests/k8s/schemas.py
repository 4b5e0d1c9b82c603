"""A strict validator for custom resources: what the API server would prune or refuse is an error.

It knows no CEL. The schemas are those of the operators' CRDs, found by `CRD_SCHEMAS` or beside the
checkout.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.architecture.source import ROOT
from tests.k8s.rendered import Resource, named

FOLDER = Path(os.environ.get("CRD_SCHEMAS", ROOT.parent / "shared" / "data" / "crds"))
BUILT_IN = {"v1", "apps/v1", "batch/v1", "policy/v1", "autoscaling/v2"}
BUILT_IN_GROUPS = ("networking.k8s.io/", "scheduling.k8s.io/", "rbac.authorization.k8s.io/")


def is_built_in(resource: Resource) -> bool:
    """Of Kubernetes itself, and not of an operator."""
    version = resource["apiVersion"]
    return version in BUILT_IN or version.startswith(BUILT_IN_GROUPS)


@cache
def _schemas() -> dict[tuple[str, str, str], Draft202012Validator]:
    if not FOLDER.is_dir():
        pytest.skip(f"custom resources were NOT validated: no CRD schemas in {FOLDER.name}/")
    found = {}
    for path in FOLDER.glob("*.json"):
        crd = json.loads(path.read_text())
        for version, schema in crd["versions"].items():
            schema["properties"]["metadata"] = {"x-kubernetes-preserve-unknown-fields": True}
            key = (crd["group"], version, crd["kind"])
            found[key] = Draft202012Validator(_strict(schema))
    return found


def _strict(schema: Any) -> Any:
    """The same as JSON Schema that refuses fields which the API server would drop."""
    if not isinstance(schema, dict):
        return schema
    strict = {key: _below(key, value) for key, value in schema.items() if key[:2] != "x-"}
    strict.pop("nullable", None)
    if schema.get("x-kubernetes-int-or-string"):
        strict["type"] = ["integer", "string"]
    if schema.get("nullable") and "type" in strict:
        strict["type"] = [strict["type"], "null"]
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields")
    if schema.get("type") == "object" and not open_ended:
        strict.setdefault("additionalProperties", False)
    return strict


def _below(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: _strict(schema) for name, schema in value.items()}
    if key in ("items", "additionalProperties"):
        return _strict(value)
    return value


def faults(resource: Resource) -> list[str]:
    """What is wrong with a custom resource; `no schema` when its kind is not known."""
    group, _, version = resource["apiVersion"].rpartition("/")
    validator = _schemas().get((group, version, resource["kind"]))
    if validator is None:
        return [f"{named(resource)}: no schema"]
    return [
        f"{named(resource)}: {error.json_path}: {error.message[:200]}"
        for error in validator.iter_errors(resource)
    ]
