"""What pages show of all functions side by side, made of the data of each; kept while nothing changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from engine.base.code import code_digest
from engine.base.errors import Problem, attempt
from engine.base.store import digest, project_store
from engine.render.published import DATA, Built
from engine.sources.definition import FILE
from engine.sources.includes import Place

#: Where the fragments lie among those of functions.
FOLDER = "functions/"


def overviews(
    root: Path, built: Mapping[str, Built], included: Mapping[str, Mapping[str, Place]]
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The fragments that pages include, by language and path, and what is wrong with the pictures in them.

    A function that could not be built is in none.
    """
    if not any(path.startswith(FOLDER) for places in included.values() for path in places):
        return {}, []
    data = {name: text for name, one in built.items() if (text := _data(name, one))}
    sources = {name: (root / "snippets" / name / FILE).read_text(encoding="utf-8") for name in data}
    pages = {
        language: {
            path: where for path, where in places.items() if path.startswith(FOLDER) or path.endswith("/apis.md")
        }
        for language, places in included.items()
    }
    key = digest({name: digest(text) for name, text in data.items()}, sources, pages, code_digest(__name__))
    store = project_store(root, "overviews")
    if (kept := store.get(key, dict[str, dict[str, str]])) is not None:
        return kept, []
    made, problems = _made(root, data, pages)
    if not problems:
        store.put(key, made)
        store.keep([key])
    return made, problems


def _data(name: str, built: Built) -> str:
    """The text of a function's file of data; empty if there is none."""
    return next((str(file.content) for file in built.files if file.path == f"{DATA}/{name}.json"), "")


def _made(
    root: Path, data: Mapping[str, str], pages: Mapping[str, Mapping[str, Place]]
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    from engine.render import overview  # slow to import, and so is what follows
    from engine.render.thumbnails import thumbnail
    from engine.sources import definition, topics

    entries = {name: definition.read(root, name) for name in data}
    found = {name: json.loads(text) for name, text in data.items()}
    borders = {name: [kink["x"] for kink in known["kinks"]] for name, known in found.items()}
    drawable = [name for name, entry in entries.items() if not entry.entries]
    drawn, refused = attempt(lambda name: thumbnail(entries[name], borders[name]), drawable)
    known = [
        overview.Known(entry, found[name], drawn.get(name, ""), topics.lacking(root, entry))
        for name, entry in entries.items()
    ]
    known.sort(key=lambda one: one.definition.name.casefold())
    texts = {language: overview.overviews(known, language, places) for language, places in pages.items()}
    return texts, [problem for problems in refused.values() for problem in problems]
