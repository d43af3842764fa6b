"""Run the snippets with another release of their framework, in an environment made for it, and enter what they print.

The environment holds the release, the other libraries that its snippets import, in the versions that pip then chooses,
and what the engine needs to run them. It is removed afterwards: a framework takes gigabytes, and the ledger keeps the
versions. `torch==2.12.0` says which release; `tensorflow==2.19.0,keras==3.9.0` also which version of another library
with it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.base.errors import Problem
from engine.base.files import ENGINE
from engine.elsewhere.process import NoAnswerError, Order, ask
from engine.ledger import entries as ledger
from engine.ledger.entries import Entry
from engine.ledger.recording import Printed
from engine.run.runner import Result
from engine.sources.snippets import Snippet

_PIN = re.compile(rf"([A-Za-z][\w-]*)==({ledger.NUMBER})")


class ReleaseError(Exception):
    """A release that cannot be run."""


@dataclass(frozen=True)
class Release:
    """What to run. library: the module; pins: what to install in which version, the library first."""

    library: str
    pins: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it, as `torch==2.12.0`."""
        return self.pins[0]


def parse(text: str) -> Release:
    """Read a release as people write it. Raises ReleaseError."""
    pins = text.split(",")
    for pin in pins:
        if not _PIN.fullmatch(pin):
            raise ReleaseError(f"{text}: write a release as in torch==2.12.0; {pin!r} is none")
    library = ledger.library_of(pins[0].partition("==")[0])
    if isinstance(library, Problem):
        raise ReleaseError(f"{text}: {library.reason}")
    return Release(library, tuple(pins))


def gaps(releases: Sequence[ledger.Release], snippets: Sequence[Snippet]) -> Iterator[tuple[Release, list[Snippet]]]:
    """The releases that the ledger knows, as they were installed, each with the snippets that it lacks them for."""
    known: dict[tuple[str, str], dict[tuple[str, str], Entry]] = {}
    for release in releases:
        entries = {(release.function, path): entry for path, entry in release.entries.items()}
        known.setdefault((release.library, release.version), {}).update(entries)
    for (library, version), entries in known.items():
        missing = [s for s in snippets if ledger.lead(s) == library and (s.function, ledger.key(s)) not in entries]
        if missing:
            versions = {ledger.distribution(library): version}
            for entry in sorted(entries.values(), key=lambda entry: entry.run.day):
                versions |= {name: ledger.public(text) for name, text in entry.run.versions.items()}
            yield Release(library, tuple(f"{name}=={text}" for name, text in versions.items())), missing


def run(root: Path, release: Release, snippets: Sequence[Snippet]) -> tuple[dict[str, str], list[Printed]]:
    """What snippets print with a release, and the versions of its environment. Raises ReleaseError."""
    if not snippets:
        raise ReleaseError(f"{release.name}: no snippet belongs to its releases")
    with _environment(root, release, snippets) as (python, folder):
        order = Order(str(root), tuple(snippet.name for snippet in snippets))
        try:
            answers = ask([python], order, os.environ | {"PYTHONPATH": str(ENGINE.parent)})
        except NoAnswerError as error:
            raise ReleaseError(f"{release.name}: {error}") from None
        results = {name: _result(result, folder) for name, result in answers.results.items()}
    return answers.versions, [Printed(one, results[one.name], ledger.recorded(one)) for one in snippets]


def _result(result: Result, folder: Path) -> Result:
    """A result with the place of the environment, which is gone by then, left out of an error."""
    if not result.problem:
        return result
    return replace(
        result, problem=replace(result.problem, reason=result.problem.reason.replace(f"{folder}{os.sep}", ""))
    )


@contextmanager
def _environment(root: Path, release: Release, snippets: Sequence[Snippet]) -> Iterator[tuple[Path, Path]]:
    """A fresh virtual environment for a release: its Python, and its folder."""
    folder = root / ".cache" / "ledger" / release.name.replace("==", "-")
    pinned = {pin.partition("==")[0] for pin in release.pins}
    others = {ledger.distribution(module) for snippet in snippets for module in snippet.libraries} - pinned
    shutil.rmtree(folder, ignore_errors=True)  # of a command that was killed
    try:
        _call([sys.executable, "-m", "venv", "--without-pip", str(folder)], f"{release.name}: cannot be installed")
        pip = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-compile"]
        _call([*pip, *release.pins, *sorted(others), "psutil", "msgspec"], f"{release.name}: cannot be installed")
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        # An installation that is broken says nothing of the release: not for the ledger, unlike a snippet that fails.
        _call([str(python), "-c", f"import {release.library}"], f"{release.name}: cannot be imported")
        yield python, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _call(command: list[str], otherwise: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR: ")]
        raise ReleaseError("\n".join([otherwise, *(errors or done.stdout.strip().splitlines()[-1:])]))
