"""The pages' includes: each must name a fragment that exists, and each fragment must be on a page."""

from __future__ import annotations

import re
from pathlib import Path

from engine.errors import Problem

# The stock syntax of pymdownx.snippets, single-line form; a leading `;` escapes it.
INCLUDE = re.compile(r"""^\s*-{1,}8<-{1,}\s+["']([^"']+)["']\s*$""")
_HEADING = re.compile(r"#+\s+(.+?)(?:\s+\{[^{}]*\})?\s*$")
_BLOCK = re.compile(r"^\s*-{1,}8<-{1,}\s*$")


def check_includes(root: Path, language: str, fragments: set[str]) -> list[Problem]:
    """Includes without their fragment, with page and line, and fragments that no page of the language includes."""
    folder = root / "docs" / language
    problems: list[Problem] = []
    included: set[str] = set()
    for page in sorted(folder.rglob("*.md")):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            name = page.relative_to(root).as_posix()
            if _BLOCK.match(line):
                problems.append(Problem(name, 'write one include a line: --8<-- "path"', number))
            match = INCLUDE.match(line)
            if match:
                included.add(match[1])
                if match[1] not in fragments:
                    problems.append(Problem(name, f"no fragment {match[1]!r}", number))
    problems += [
        Problem(f"docs/{language}", f"no page includes the fragment {name!r}") for name in sorted(fragments - included)
    ]
    return problems


def headings(root: Path, language: str) -> dict[str, str]:
    """Each fragment that the pages of a language include, in their order, with the heading that it stands under."""
    found: dict[str, str] = {}
    for page in sorted((root / "docs" / language).rglob("*.md")):
        heading = ""
        for line in page.read_text(encoding="utf-8").splitlines():
            if match := _HEADING.match(line):
                heading = match[1]
            elif match := INCLUDE.match(line):
                found.setdefault(match[1], heading)
    return found
