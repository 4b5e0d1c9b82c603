"""A page of the documentation as its reader uses it: files saved, commands run, answers seen."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.system import RunningSystem, environment

ADDRESS = "http://127.0.0.1:8080"
_FILE = re.compile(r"Save as\s+`([\w.]+)`:\n\n```\w+\n(.*?)```", re.S)
_COMMAND = re.compile(r"```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.S)
# What is another one each time: receipts and traces.
_CHANGES = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")
_END = "---- end of a command"


def run_page(page: Path, system: RunningSystem, folder: Path) -> tuple[list[str], list[str]]:
    """What each command of the page answered, and what the page shows; changing ids are `~`."""
    text = page.read_text()
    for name, content in _FILE.findall(text):
        (folder / name).write_text(content)
    commands = _COMMAND.findall(text)
    script = "".join(f"{command}\necho; echo '{_END}'\n" for command, _ in commands)
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(ADDRESS, system.address)],
        cwd=folder,
        env=environment(system.home, system.port) | {"PATH": tools},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answered = done.stdout.split(f"{_END}\n")[:-1]
    return [_words(part) for part in answered], [_words(shown) for _, shown in commands]


def _words(text: str) -> str:
    """Without what changes, and without a difference of empty lines."""
    return "\n".join(line for line in _CHANGES.sub("~", text).splitlines() if line.strip())
