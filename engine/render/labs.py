"""Labs: scripts of cells, prose and code in turn, each shown as a page of its own and offered as a notebook.

A lab is a snippet like any other: one mechanism runs, bounds, keeps, records and compares it. Here its cells are read,
its outputs and figures put to the cells that made them. `engine.render.notebooks` makes a notebook of it, which
`engine.site.lab_pages` has rendered.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from engine.base.errors import Problem
from engine.compare.alternatives import unfounded
from engine.compare.figures import alternative
from engine.compare.verdict import Verdict
from engine.render.figures import FigureError, inline
from engine.sources import cells

FORMAT = "py:percent"
#: Labs are written in one language; pages in others link to them.
LANGUAGE = "en"


@dataclass(frozen=True)
class Figure:
    """A drawing that a cell has saved. alt: its `Description`, for those who do not see it; line: of `savefig`."""

    name: str
    svg: str
    alt: str
    line: int


@dataclass(frozen=True)
class Cell:
    """One cell with what it made. kind: `code` or `markdown`; line: of its `# %%`."""

    kind: str
    source: str
    line: int
    output: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Lab:
    """A lab as it ran."""

    verdict: Verdict
    cells: tuple[Cell, ...]


def read(verdict: Verdict) -> tuple[Lab, list[Problem]]:
    """A lab that has run, and what is wrong with it: with its cells, or with the figures that it should have drawn."""
    snippet, result = verdict.snippet, verdict.result
    problems: list[Problem] = []
    heads = cells.heads(snippet.source, snippet.name)
    notebook, written = _converted(snippet.source)
    if [cell.cell_type for cell in notebook.cells] != [head.kind for head in heads] or written != snippet.source:
        pairs = enumerate(zip_longest(snippet.source.split("\n"), written.split("\n")), 1)
        line, new = next(((at, new) for at, (old, new) in pairs if old != new), (1, written.partition("\n")[0]))
        reason = "as a notebook and back it is another text; write this line as jupytext's percent format does"
        problems.append(Problem(snippet.name, reason, line, f"  it would be: {new or 'nothing'}"))
    code = sum(head.kind == "code" for head in heads)
    if not result.problem and len(result.cells) != code:
        reason = f"{len(result.cells)} of its {code} code cells reported their start; leave sys.stdout alone"
        problems.append(Problem(snippet.name, reason))
    shares = iter(result.cells)
    lines = snippet.source.split("\n")
    saved = _saved(snippet.source)
    left = {path: text for path, text in result.files.items() if path.endswith(".svg")}
    made = []
    for cell, head, end in zip(
        notebook.cells, heads, [*(head.line for head in heads[1:]), len(lines) + 1], strict=False
    ):
        figures = []
        if head.kind == "code":
            if cell.source.strip("\n") != "\n".join(lines[head.line : end - 1]).strip("\n"):
                problems.append(Problem(snippet.name, "in a notebook this cell would be another text", head.line))
            for name, line in saved:
                if head.line < line < end and name in left:
                    figures.append(_figure(verdict, name, left.pop(name), line, problems))
                elif head.line < line < end and not result.problem:
                    problems.append(Problem(snippet.name, f"no figure {name!r} of its own was written here", line))
        output = next(shares, "") if head.kind == "code" else ""
        made.append(Cell(head.kind, cell.source, head.line, output, tuple(figures)))
    for name in left:
        line = next((number for number, text in enumerate(lines, 1) if "savefig" in text), None)
        reason = f"{name!r} was written, but no cell says savefig({name!r}) with that name in full"
        problems.append(Problem(snippet.name, reason, line))
    return Lab(verdict, tuple(made)), problems


@lru_cache(maxsize=32)
def _converted(source: str) -> tuple[Any, str]:
    """A script as jupytext's notebook, and as the script that it makes of that."""
    import jupytext  # slow to import, and few functions have labs

    notebook = jupytext.reads(source, fmt=FORMAT)
    return notebook, jupytext.writes(notebook, fmt=FORMAT)


def _saved(source: str) -> list[tuple[str, int]]:
    """Names and lines of the SVG files that a lab saves, in order."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return [
        (call.args[0].value, call.lineno)
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset))
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "savefig"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]


def _figure(verdict: Verdict, name: str, svg: str, line: int, problems: list[Problem]) -> Figure:
    script, alt = verdict.snippet.name, ""
    try:
        picture(script, name, svg, alt)
        alt = alternative(svg)
        reasons = unfounded(alt, verdict.result.output)
        if not alt:
            reasons = ['no text for those who do not see it; add metadata={"Description": "..."}']
    except FigureError as error:
        reasons = [str(error)]
    problems += [Problem(script, f"{name}: {reason}", line) for reason in reasons]
    return Figure(name, svg, alt, line)


def picture(script: str, name: str, svg: str, alt: str) -> str:
    """A figure of a lab for its page. name: of its file. Raises FigureError where it cannot stand in a page."""
    path = Path(script)
    name = f"{path.parts[1]}-{path.stem}-{name.removesuffix('.svg')}"
    return f'<figure class="plot" id="{name}">{inline(svg, name, alt)}</figure>\n'
