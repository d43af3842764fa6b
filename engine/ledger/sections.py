"""The files of the ledger: `ledger/<library>-<version>.yml`, each with a section for each function.

A build reads the texts of all of them, and takes apart only those of the functions that it builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.base.errors import Problem, SourceError, gather
from engine.base.files import read_source, sources_below, write
from engine.base.store import digest
from engine.sources.snippets import LEDGER

_HEAD = re.compile(r"([\w-]+):")


@dataclass(frozen=True)
class Section:
    """What a file says of one function. path: of the file, in the project; line: that of the text's first line."""

    path: Path
    function: str
    line: int
    text: str


def read(root: Path) -> list[Section]:
    """All sections of the ledger, by file and place. Raises SourceError for files that cannot be taken apart."""
    files = sources_below(root / LEDGER, "")
    return [section for sections in gather(lambda file: list(_sections(root, file)), files) for section in sections]


def by_function(root: Path) -> dict[str, list[Section]]:
    """The same, by function."""
    functions: dict[str, list[Section]] = {}
    for section in read(root):
        functions.setdefault(section.function, []).append(section)
    return functions


def digest_of(sections: Iterable[Section]) -> str:
    """Digest of what sections say, wherever they stand in their files."""
    return digest([(section.path.as_posix(), section.text) for section in sections])


def save(root: Path, path: Path, head: str, texts: Mapping[str, str]) -> bool:
    """Write sections, by function, into a file, and leave its others as they are; an empty text removes one.

    Without any section the file is removed. Returns whether that changed anything.
    """
    file = root / path
    before = {section.function: section.text for section in _sections(root, file)} if file.is_file() else {}
    after = {function: text for function, text in (before | dict(texts)).items() if text}
    if after:
        return write(file, head + "".join(f"{function}:\n{after[function]}" for function in sorted(after)))
    file.unlink(missing_ok=True)
    return bool(before)


def _sections(root: Path, file: Path) -> Iterator[Section]:
    path = file.relative_to(root)
    if path.parent != Path(LEDGER):
        reason = f"the ledger has a file for each release, as {LEDGER}/torch-2.13.0.yml; remove this one"
        raise SourceError([Problem(path.as_posix(), reason)])
    heads: dict[str, int] = {}
    lines = read_source(root, file).splitlines(keepends=True)
    for at, line in enumerate(lines, 1):
        if match := _HEAD.fullmatch(line.rstrip()):
            if match[1] in heads:
                raise SourceError([Problem(path.as_posix(), f"two sections of {match[1]}; make one of them", at)])
            heads[match[1]] = at
        elif line[:1] not in (" ", "-", "#", "\n") or (not heads and line[:1] not in ("#", "\n")):
            reason = "a section begins with the name of a function and a colon, and nobody edits what is in it"
            raise SourceError([Problem(path.as_posix(), reason, at)])
    starts = [*heads.values(), len(lines) + 1]
    for (function, start), end in zip(heads.items(), starts[1:], strict=True):
        yield Section(path, function, start + 1, "".join(lines[start : end - 1]))
