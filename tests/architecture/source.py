"""The code as data, for rules that no linter has."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.events.export import services

ROOT = Path(__file__).parents[2]
SERVICES = services(ROOT)
OURS = ("shared/src", "services/*/src", "deploy/local/src")


@dataclass(frozen=True)
class Module:
    """One Python file of ours. `name` is its path inside its `src`, as in `shared/relay.py`."""

    path: Path
    name: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.split("/", 1)[0]


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the library, the services and the launcher."""
    return tuple(
        Module(path, str(path.relative_to(source)), ast.parse(path.read_text()))
        for pattern in OURS
        for source in sorted(ROOT.glob(pattern))
        for path in sorted(source.rglob("*.py"))
    )


def deployed() -> Iterator[Module]:
    """What runs in production: the library and the services, without the test kit."""
    for module in modules():
        if module.package != "lead" and module.name != "shared/testing.py":
            yield module


def dotted(node: ast.expr) -> str:
    """`self._database.transaction` of that expression; what is no name or attribute is `?`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the module with the dotted name of what is called."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def strings(module: Module) -> Iterator[tuple[int, str]]:
    """Every text in the module that is not a docstring, with its line."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def functions(module: Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function with its name inside the module, as in `Relay.run`."""

    def below(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            name = f"{prefix}{child.name}" if named else prefix  # type: ignore[attr-defined]
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, child
            yield from below(child, f"{name}." if named else prefix)

    for name, node in below(module.tree, ""):
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        yield name, node


def imported(module: Module) -> Iterator[str]:
    """The dotted names of all that the module imports, wherever the statement stands."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
