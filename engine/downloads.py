"""Files that the site offers beside its pages: written by the engine, the same in every language.

They lie in `.cache/downloads/` at the path that they have within the site of a language. The hook hands them to MkDocs,
so that links to them are checked like all others and `mkdocs serve` serves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.files import write

FOLDER = Path(".cache", "downloads")


def publish(root: Path, texts: Mapping[str, str]) -> None:
    """Write these files, by path within the site, and remove all others."""
    for path, text in texts.items():
        write(root / FOLDER / path, text)
    for stale in [path for path in collect(root) if path not in texts]:
        (root / FOLDER / stale).unlink()


def collect(root: Path) -> list[str]:
    """The paths within the site of all files that are there."""
    folder = root / FOLDER
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
