"""Build the documentation site from the repository's own pages: `make docs`.

The pages are copied as they are, so that a link which works in the repository works on the site.
"""

import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUT = ROOT / "build" / "docs"
LINK = re.compile(r"\]\(([^)#\s:]+)")


def main() -> int:
    """mkdocs' exit code: a page that nothing leads to is an error."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    pages = sorted(listed.stdout.split())
    shutil.rmtree(OUT, ignore_errors=True)
    for page in pages:
        copy(page)
        for link in LINK.findall((ROOT / page).read_text()):
            linked = os.path.normpath(Path(page).parent / link)
            if not linked.endswith(".md") and (ROOT / linked).is_file():
                copy(linked)
    config = yaml.safe_load((HERE / "mkdocs.yml").read_text())
    shown: set[str] = set()
    config["nav"] = [filled(entry, pages, shown) for entry in config["nav"]]
    for folder in ("docs_dir", "site_dir"):
        config[folder] = str((HERE / config[folder]).resolve())
    path = OUT / "mkdocs.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", str(path)]
    return subprocess.run(command, check=False).returncode  # noqa: S603


def copy(name: str) -> None:
    target = OUT / "pages" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / name, target)


def filled(entry: Any, pages: list[str], shown: set[str]) -> Any:
    """The entry with every pattern replaced by the pages that are not shown yet."""
    if isinstance(entry, dict):
        return {title: filled(below, pages, shown) for title, below in entry.items()}
    if not isinstance(entry, list):
        shown.add(entry)
        return entry
    found: list[Any] = []
    for item in entry:
        if isinstance(item, str) and "*" in item:
            matching = [page for page in pages if fnmatch(page, item)]
            found += [page for page in matching if page not in shown]
            shown.update(matching)
        else:
            found.append(filled(item, pages, shown))
    return found


if __name__ == "__main__":
    sys.exit(main())
