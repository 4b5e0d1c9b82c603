"""Kafka's jars, which Maven copies out of Maven Central once, and the Java that runs them."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

POM = Path(__file__).resolve().parents[2] / "kafka" / "pom.xml"
OLDEST_JAVA = 17


def missing() -> str:
    """Why real Kafka cannot run here, as a phrase; empty when it can."""
    if not shutil.which("java") or _java_version() < OLDEST_JAVA:
        return f"there is no Java {OLDEST_JAVA} or newer on PATH"
    if not shutil.which("mvn") and not _jars().exists():
        return "there is no mvn on PATH to fetch Kafka with"
    return ""


def fetch() -> Path:
    """The folder with Kafka's jars, filled by Maven once per version; RuntimeError if it fails."""
    jars = _jars()
    if jars.exists():
        return jars
    jars.parent.mkdir(parents=True, exist_ok=True)
    # Filled aside and renamed, so that an interrupted download is never taken for a whole one.
    partial = Path(tempfile.mkdtemp(dir=jars.parent))
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"]
    try:
        run(["mvn", "-q", "-B", "-f", str(POM), *goal, f"-DoutputDirectory={partial}"], "Maven")
        partial.rename(jars)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return jars


def run(command: list[str], name: str) -> None:
    """Run to the end; RuntimeError, which names the program, with what it printed if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stdout}{done.stderr}")


def _jars() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = re.search(r"<kafka\.version>(.+?)<", POM.read_text())
    return cache / "throughline" / f"kafka-{version[1] if version else 'unknown'}"


def _java_version() -> int:
    printed = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', printed.stderr)
    return int(version[1]) if version else 0
