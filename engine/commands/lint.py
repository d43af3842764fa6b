"""Read snippets, and compare what `topics/` fills with the files of it; nothing is run."""

from __future__ import annotations

from pathlib import Path

from engine.commands.outcome import FAILED, OK
from engine.commands.selection import select


def lint(root: Path, paths: list[str]) -> int:
    """Print what is wrong with the sources of snippets. Returns the exit status. Raises SourceError and UsageError."""
    snippets, refused = select(root, paths)
    for problem in refused:
        print(problem)
    print(f"{len(snippets)} snippets can be run, {len(refused)} problem(s)")
    return FAILED if refused else OK
