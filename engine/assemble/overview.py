"""What pages show of all functions side by side, made of the data of each; kept while nothing changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from engine.base.code import code_digest
from engine.base.store import digest, project_store
from engine.render.published import DATA, Built
from engine.sources.definition import FILE
from engine.sources.includes import Place

#: Where the fragments lie among those of functions.
FOLDER = "functions/"


def overviews(
    root: Path, built: Mapping[str, Built], included: Mapping[str, Mapping[str, Place]]
) -> dict[str, dict[str, str]]:
    """The fragments that pages include, by language and path. A function that could not be built is in none."""
    if not any(path.startswith(FOLDER) for places in included.values() for path in places):
        return {}
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
        return kept
    made = _made(root, data, pages)
    store.put(key, made)
    store.keep([key])
    return made


def _data(name: str, built: Built) -> str:
    """The text of a function's file of data; empty if there is none."""
    return next((str(file.content) for file in built.files if file.path == f"{DATA}/{name}.json"), "")


def _made(root: Path, data: Mapping[str, str], pages: Mapping[str, Mapping[str, Place]]) -> dict[str, dict[str, str]]:
    from engine.render import overview  # slow to import, and so is what follows
    from engine.render.thumbnails import thumbnail
    from engine.sources import definition, topics

    known = []
    for name, text in data.items():
        entry, found = definition.read(root, name), json.loads(text)
        borders = [kink["x"] for kink in found["kinks"]]
        picture = "" if entry.entries else thumbnail(entry, borders)
        known.append(overview.Known(entry, found, picture, topics.lacking(root, entry)))
    known.sort(key=lambda one: one.definition.name.casefold())
    return {language: overview.overviews(known, language, places) for language, places in pages.items()}
