"""The pages' includes: each must name a fragment that exists, and each fragment must be on a page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from engine.base.errors import Problem
from engine.base.files import read_source, sources_below
from engine.sources.topics import PAGE, page

# The stock syntax of pymdownx.snippets, single-line form; a leading `;` escapes it.
INCLUDE = re.compile(r"""^\s*-{1,}8<-{1,}\s+["']([^"']+)["']\s*$""")
_HEADING = re.compile(r"#+\s+(.+?)(?:\s+\{[^{}]*\})?\s*$")
_FORMULA = re.compile(r"\$[^\s$](?:[^$]*[^\s$])?\$(?!\d)")
_BLOCK = re.compile(r"^\s*-{1,}8<-{1,}\s*$")


def check_includes(root: Path, language: str, fragments: set[str]) -> list[Problem]:
    """Includes without their fragment, with page and line, and fragments that no page of the language includes.

    Also formulas in the front matter, which every use of it would show as TeX.
    """
    folder = root / "docs" / language
    problems: list[Problem] = []
    included: set[str] = set()
    for file in sources_below(folder, ".md"):
        name = file.relative_to(root).as_posix()
        lines = read_source(root, file).split("\n")
        settings = lines.index("---", 1) if lines[0] == "---" and "---" in lines[1:] else 0
        for number, line in enumerate(lines, 1):
            if number <= settings and (formula := _FORMULA.search(line)):
                reason = f"what the front matter says is shown without markup; write {formula[0]} in signs, as β₁ or x²"
                problems.append(Problem(name, reason, number))
            if _BLOCK.match(line):
                problems.append(Problem(name, 'write one include a line: --8<-- "path"', number))
            match = INCLUDE.match(line)
            if match:
                included.update([match[1], *_nested(root, match[1], language)])
                if match[1] not in fragments:
                    near = get_close_matches(match[1], sorted(fragments), 1, 0.8)
                    hint = f"; the nearest is {near[0]!r}" if near else ""
                    problems.append(Problem(name, f"no fragment {match[1]!r}{hint}", number))
    problems += [
        Problem(f"docs/{language}", f'no page includes the fragment {name!r}: one has to hold the line --8<-- "{name}"')
        for name in sorted(fragments - included)
    ]
    return problems


@dataclass(frozen=True)
class Place:
    """Where a page includes a fragment: the page's path within the language's folder, and the heading above."""

    page: str
    heading: str = ""


def places(root: Path, language: str) -> dict[str, Place]:
    """Each fragment that the pages of a language include and where, in reading order: a page before those below it."""
    where: dict[str, Place] = {}
    folder = root / "docs" / language
    for file in sorted(sources_below(folder, ".md"), key=lambda file: file.with_suffix("").parts):
        heading = ""
        name = file.relative_to(folder).as_posix()
        lines = read_source(root, file).split("\n")
        while lines:
            line = lines.pop(0)
            if match := _HEADING.match(line):
                heading = match[1]
            elif match := INCLUDE.match(line):
                where.setdefault(match[1], Place(name, heading))
                if function := _shows_page(match[1]):
                    lines = page(root, function, language).split("\n") + lines
    return where


def _shows_page(fragment: str) -> str:
    """The function of which a fragment is all that is shown of every function alike; empty for another fragment."""
    function, _, name = fragment.partition("/")
    return function if name == PAGE else ""


def _nested(root: Path, fragment: str, language: str) -> list[str]:
    """The fragments that a fragment includes itself."""
    if not (function := _shows_page(fragment)):
        return []
    return [match[1] for line in page(root, function, language).split("\n") if (match := INCLUDE.match(line))]


def shown(text: str, fragments: Container[str]) -> str:
    """A text without includes of fragments that there are not, and without headings that have nothing below them."""
    parts: list[list[str]] = [[]]  # each begins with a heading, but for the first
    for line in text.split("\n"):
        match = INCLUDE.match(line)
        if match and match[1] not in fragments:
            continue
        if _HEADING.match(line):
            parts.append([])
        parts[-1].append(line)
    whole: list[list[str]] = []  # from the end: a heading stays for what stays below it
    for part in reversed(parts[1:]):
        if any(map(INCLUDE.match, part)) or (whole and _depth(whole[0]) > _depth(part)):
            whole.insert(0, part)
    return "\n".join(line for part in [parts[0], *whole] for line in part)


def _depth(part: list[str]) -> int:
    """How deep the heading is that a part begins with."""
    return len(part[0]) - len(part[0].lstrip("#"))


def page_of(places: Mapping[str, Place], fragment: str) -> str:
    """The page that includes a fragment. One that none includes is a problem of its own; here it is its function's."""
    return places[fragment].page if fragment in places else f"functions/{fragment.partition('/')[0]}.md"


def link(places: Mapping[str, Place], start: str, end: str) -> str:
    """The target of a link from one fragment's page to another's: empty if both are on the same."""
    here, there = page_of(places, start), page_of(places, end)
    return "" if here == there else posixpath.relpath(there, posixpath.dirname(here))


def address(places: Mapping[str, Place], function: str, fragment: str) -> str:
    """The address of a fragment's page, relative to that of its function: empty if they are the same."""
    folder = posixpath.relpath(page_of(places, fragment).removesuffix(".md"), f"functions/{function}")
    return "" if folder == "." else f"{folder}/"
