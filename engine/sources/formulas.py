"""The formulas of the prose about a function: on its pages and in the prose of its labs, in English.

A translation has the same ones, block by block (`engine.translation.check`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.base.code import code_digest
from engine.base.errors import Problem
from engine.base.files import read_source, sources_below
from engine.base.languages import SOURCE
from engine.base.store import Store, digest
from engine.sources import cells


@dataclass(frozen=True)
class Formula:
    """A formula in prose. path, line: of the block that holds it; page: its name, as `softplus` or `labs/beta`.

    section: the anchor of the heading above it, empty above the first.
    """

    path: str
    line: int
    page: str
    section: str
    tex: str


def of_function(root: Path, function: str, store: Store) -> list[Formula]:
    """The formulas of all pages of a function, in their order; those of a text that was read before are kept."""
    return [formula for page in _pages(root, function) for formula in _formulas(page, store)]


def strays(root: Path, store: Store) -> list[Problem]:
    """The formulas of pages that belong to no function, so that nothing can check them."""
    folder = root / "docs" / SOURCE
    others = [file for file in sources_below(folder, ".md") if (folder / "functions") not in file.parents]
    reason = "this formula is on the page of no function, so that nothing checks it; write it in words"
    return [
        Problem(formula.path, reason, formula.line, f"  {formula.tex}")
        for file in others
        for formula in _formulas(_Page(file.stem, file.relative_to(root).as_posix(), read_source(root, file)), store)
    ]


@dataclass(frozen=True)
class _Page:
    """What it is called, its path, and its text in Markdown."""

    name: str
    path: str
    text: str


def _formulas(page: _Page, store: Store) -> list[Formula]:
    key = digest(page.name, page.path, page.text, code_digest(__name__))
    return store.made(key, list[Formula], lambda: [*_read(page)])


def statements(tex: str) -> list[str]:
    r"""The formulas that stand side by side in one: in the rows of `aligned`, and set apart by `\quad`."""
    text = re.sub(r"\\(begin|end)\{aligned\}", "", tex)
    rows = text.replace("&", "").split("\\\\") if text != tex else [text]
    parts: list[str] = []
    for part in (part for row in rows for part in re.split(r"\\q?quad(?![A-Za-z])", row)):
        part = re.sub(r"(\s|\\[,;:!])*[.,;:]?(\s|\\[,;:!])*$", "", part).strip()
        if re.match(r"=|<|>|\\(le|ge|ne|approx)(?![A-Za-z])", part) and parts:
            parts[-1] += f" {part}"
        elif part:
            parts.append(part)
    return parts


def _pages(root: Path, function: str) -> Iterator[_Page]:
    """Those of a function, and the prose of its labs."""
    folder = root / "docs" / SOURCE / "functions"
    files = [folder / f"{function}.md", *sources_below(folder / function, ".md")]
    for file in (file for file in files if file.is_file()):
        yield _Page(file.stem, file.relative_to(root).as_posix(), read_source(root, file))
    for file in sources_below(root / "snippets" / function / "labs", ".py"):
        path = file.relative_to(root).as_posix()
        yield _Page(f"labs/{file.stem}", path, cells.prose(read_source(root, file), path))


def _read(page: _Page) -> Iterator[Formula]:
    from engine.sources import blocks  # slow to import

    section = ""
    for block in blocks.parse(page.path, page.text).blocks:
        section = next((mark[1].lstrip("#") for mark in block.marks if mark[0] == "anchor"), section)
        for tex in block.formulas:
            yield from (Formula(page.path, block.line, page.name, section, part) for part in statements(tex))
