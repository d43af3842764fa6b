"""Notebooks with the outputs of this build: one of each lab, and one of all snippets of a function.

They are the same on every build of one commit: cells are named by their place, and nothing says when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import nbformat

from engine.base.libraries import LIBRARIES, TABS
from engine.compare.verdict import Verdict
from engine.render.curve_words import alternative
from engine.render.labs import LANGUAGE, Lab
from engine.render.snippets import caption
from engine.sources.definition import Definition
from engine.sources.includes import Place
from engine.sources.threads import Thread

#: A cell or an output: the notebook is validated as a whole.
_Node = dict[str, Any]
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def lab_notebook(lab: Lab) -> str:
    """A lab as a notebook file, with its outputs and figures. Raises nbformat.ValidationError.

    Its metadata say which script it is and what ran it, and its cells are numbered as if run one after the other.
    """
    made: list[_Node] = []
    for cell in lab.cells:
        if cell.kind == "markdown":
            made.append(_prose(cell.source))
        else:
            pictures = [_picture(figure.svg, figure.alt, filename=figure.name) for figure in cell.figures]
            number = 1 + sum(cell["cell_type"] == "code" for cell in made)
            made.append(_code(cell.source, cell.output, pictures) | {"execution_count": number})
    return _written(made, script=lab.verdict.snippet.name, ran_with=caption(lab.verdict, LANGUAGE))


def function_notebook(
    definition: Definition,
    threads: Mapping[str, Thread],
    verdicts: Iterable[Verdict],
    places: Mapping[str, Place],
    language: str,
) -> str:
    """All snippets of a function as one notebook file, labs left out. Raises nbformat.ValidationError.

    places: see `engine.sources.includes`; topics and claims follow the order of the pages.
    """
    shown = [verdict for verdict in verdicts if not verdict.snippet.lab]
    order = {fragment: number for number, fragment in enumerate(places)}

    def place(verdict: Verdict) -> tuple[int, str, int]:
        snippet = verdict.snippet
        tabs = snippet.folder in TABS
        path = f"{snippet.topic}.md" if tabs or not snippet.folder else f"{snippet.folder}/{snippet.topic}.md"
        return (
            order.get(f"{snippet.function}/{path}", len(order)),
            path,
            list(TABS).index(snippet.folder) if tabs else 0,
        )

    shown.sort(key=place)
    made = [_prose(_introduction(definition, shown))]
    for title, folders in (
        ("Figure", [""]),
        ("In code", [*TABS]),
        ("Claims", ["claims"]),
        ("Uses", ["recipes"]),
        ("Reported upstream", ["threads"]),
    ):
        chosen = [verdict for verdict in shown if verdict.snippet.folder in folders]
        if chosen:
            made.append(_prose(f"## {title}"))
        topic = ""
        for verdict in chosen:
            snippet = verdict.snippet
            if snippet.folder in TABS and snippet.topic != topic:
                topic = snippet.topic
                heading = places.get(f"{snippet.function}/{topic}.md", Place("", topic)).heading
                made.append(_prose(f"### {heading}"))
            made.append(_prose(_about(verdict, threads, language)))
            drawn = [text for path, text in verdict.result.files.items() if path.endswith(".svg")]
            alt = alternative(definition, verdict.result.output, language)
            pictures = [_picture(svg, alt) for svg in drawn] if not snippet.folder else []
            made.append(_code(snippet.source.rstrip("\n"), verdict.result.output, pictures))
    return _written(made)


def _introduction(definition: Definition, verdicts: list[Verdict]) -> str:
    versions = dict(pair for verdict in verdicts for pair in verdict.result.versions.items())
    machines = dict.fromkeys(verdict.result.machine for verdict in verdicts)
    ran = ", ".join(f"{title} {number}" for title, number in sorted(versions.items()))
    return (
        f"# {definition.name}: all of its code\n\n"
        "This notebook was written by the build of the reference, from the scripts that it runs and checks. "
        "Below each cell stands what it printed in that build.\n\n"
        f"Ran with {ran}; {', '.join(machines)}.\n\n"
        "**Run the cells one by one, each in a fresh kernel.** Every cell is a script of its own. PyTorch and "
        "TensorFlow should not share a process, some scripts change the settings of a library, and each script "
        "counts on one thread, no GPU and `PYTHONHASHSEED=0`."
    )


def _about(verdict: Verdict, threads: Mapping[str, Thread], language: str) -> str:
    """The heading above a cell: the framework, or the name of the script with its verdict."""
    snippet = verdict.snippet
    if snippet.folder in TABS:
        lines = [f"#### {LIBRARIES[TABS[snippet.folder]].title}"]
    elif snippet.folder in ("claims", "threads"):
        lines = [f"### {snippet.topic}", f"**{_last_line(verdict)}**"]
    else:
        lines = [f"### {snippet.topic}"]
    if snippet.folder == "threads" and snippet.topic in threads:
        thread = threads[snippet.topic]
        lines.insert(1, f"[{thread.label}]({thread.url}): {thread.text[language]}")
    if snippet.modules:
        names = ", ".join(f"`{path}`" for path, _ in snippet.modules)
        lines.append(f"Needs beside it: {names}")
    return "\n\n".join(lines)


def _last_line(verdict: Verdict) -> str:
    return verdict.result.output.rstrip("\n").rpartition("\n")[2]


def _prose(source: str) -> _Node:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str, output: str, pictures: list[_Node]) -> _Node:
    printed = [{"output_type": "stream", "name": "stdout", "text": output}] if output else []
    outputs = [*printed, *pictures]
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs, "execution_count": None}


def _picture(svg: str, alt: str, **metadata: str) -> _Node:
    return {
        "output_type": "display_data",
        "data": {"image/svg+xml": svg, "text/plain": alt},
        "metadata": metadata,
    }


def _written(cells: list[_Node], **metadata: str) -> str:
    numbered = [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells, 1)]
    data = {"cells": numbered, "metadata": _METADATA | metadata, "nbformat": 4, "nbformat_minor": 5}
    notebook = nbformat.from_dict(data)
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"
