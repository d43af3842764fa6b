"""Programs of others that judge a page: Lighthouse, axe and vnu, pinned in package-lock.json beside this file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


class Missing(Exception):
    """Something that a measurement needs is not there, or does not work."""


@dataclass(frozen=True)
class Known:
    """An error that is not ours: what its message and the markup at its place hold, and why it stays."""

    message: str
    extract: str
    reason: str

    def is_(self, message: Mapping[str, Any]) -> bool:
        """Whether a message of vnu is this error."""
        return self.message in message["message"] and self.extract in message.get("extract", "")


def install(cache: Path) -> Path:
    """The folder `node_modules` with exactly what the lock file says, kept in the folder `cache`."""
    for program, use in (("node", "Lighthouse and axe"), ("npm", "Lighthouse, axe and vnu"), ("java", "vnu")):
        if not shutil.which(program):
            raise Missing(f"`{program}` is not on PATH; {use} need it (Node 18.16 or newer, Java 11 or newer)")
    lock = (HERE / "package-lock.json").read_bytes()
    done = cache / "node_modules" / "installed"
    if not done.is_file() or done.read_bytes() != lock:
        cache.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, cache)
        # Scripts of packages do not run: none of these needs one.
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=cache)
        done.write_bytes(lock)
    return cache / "node_modules"


def known(path: Path = HERE / "vnu_known.yml") -> list[Known]:
    """The errors of the theme, each with its reason."""
    return [Known(**entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def vnu(modules: Path, files: Sequence[Path]) -> list[dict[str, Any]]:
    """What the Nu HTML checker says of files, message by message."""
    jar = modules / "vnu-jar/build/dist/vnu.jar"
    # Without --exit-zero-always its status would only repeat that there are errors.
    command = ["java", "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", *map(str, files)]
    return json.loads(_run(command))["messages"]


def errors_of_ours(messages: Sequence[Mapping[str, Any]], excused: Sequence[Known]) -> tuple[list[str], list[Known]]:
    """Errors that nobody else has to answer for, as text, and the excuses that no message has used."""
    errors, used = [], set()
    for message in messages:
        if message["type"] == "info":  # warnings too: they have the subtype `warning`
            continue
        reasons = [entry for entry in excused if message["type"] == "error" and entry.is_(message)]
        used.update(reasons)
        if not reasons:
            place = f"{message.get('url', '').removeprefix('file:')}:{message.get('lastLine', '')}"
            errors.append(f"{place}: {message['message']}")
    return errors, [entry for entry in excused if entry not in used]


def lighthouse(modules: Path, chromium: str, arguments: Sequence[str], url: str) -> dict[str, Any]:
    """Lighthouse's report on a page, with its settings for a phone."""
    command = [
        "node",
        str(modules / "lighthouse/cli/index.js"),
        url,
        "--output=json",
        "--output-path=stdout",
        "--quiet",
    ]
    command += [
        f"--chrome-flags={' '.join(['--headless=new', *arguments])}",
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    report = json.loads(_run(command, environment={"CHROME_PATH": chromium}))
    if report.get("runtimeError"):
        raise Missing(f"Lighthouse: {report['runtimeError']['message']}")
    return report


def scores(report: Mapping[str, Any]) -> dict[str, float]:
    """The score of each category, from 0 to 1. Raises Missing if one has none."""
    found = {name: report["categories"][name]["score"] for name in CATEGORIES}
    if None in found.values():
        raise Missing(f"Lighthouse gave no score: {found}")
    return found


def lost(report: Mapping[str, Any], category: str) -> list[str]:
    """The audits that took something off the score of a category."""
    return sorted(
        entry["id"]
        for entry in report["categories"][category]["auditRefs"]
        if entry["weight"] and (report["audits"][entry["id"]]["score"] or 0) < 1
        if report["audits"][entry["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    )


def _run(command: list[str], cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"{command[0]}: still running after ten minutes") from None
    if done.returncode:
        print(done.stdout[-2000:], file=sys.stderr)
        raise Missing(f"{' '.join(command[:4])} failed: {done.stderr[:2000]}")
    return done.stdout
