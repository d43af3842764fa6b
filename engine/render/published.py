"""What the engine makes of a function: fragments for the pages, and files for readers and machines beside them.

The files lie in `.cache/downloads/` at the path that they have within the site of a language, the same in each. The
hook tells MkDocs of them, so that links to them are checked like all others; `engine.site.after` puts them there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.base.errors import Problem
from engine.base.files import ENGINE, files_below, write

FOLDER = Path(".cache/downloads")
#: Where labs have their pages and files within the site.
LABS = "labs"
#: What is known of each function as data, and its schema: their folder within the site, and the schema's file here.
DATA = "functions"
SCHEMA = ENGINE / "schemas" / "function.schema.json"


@dataclass(frozen=True)
class Download:
    """A file for readers. path: within the site; content: text or bytes; about: what it is, by language."""

    path: str
    content: Any  # msgspec, which keeps it, reads no union of text and bytes
    about: Mapping[str, str]


@dataclass(frozen=True)
class Built:
    """What a build made of one function: fragments, by language and path within its folder; files; what is wrong."""

    texts: dict[str, dict[str, str]]
    files: list[Download]
    problems: list[Problem]


def schema() -> Download:
    """The published schema of the data."""
    return Download(f"{DATA}/{SCHEMA.name}", SCHEMA.read_text(encoding="utf-8"), {})


def publish(root: Path, file: Download) -> str:
    """Write a file. Returns its path within the site."""
    write(root / FOLDER / file.path, file.content)
    return file.path


def collect(root: Path) -> list[str]:
    """The paths within the site of all files that are there."""
    folder = root / FOLDER
    return [path[len(str(folder)) + 1 :].replace(os.sep, "/") for path in files_below(folder)]
