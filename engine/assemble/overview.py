"""What pages show of all functions side by side, made of the data of each; kept while nothing changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.base.code import code_digest
from engine.base.errors import Problem, attempt
from engine.base.store import digest, project_store
from engine.render.published import DATA, FOLDER
from engine.sources.definition import FILE
from engine.sources.includes import Place

#: Where the fragments lie among those of functions.
FRAGMENTS = "functions/"


def overviews(
    root: Path, names: Sequence[str], included: Mapping[str, Mapping[str, Place]]
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The fragments that pages include, by language and path, and what is wrong with the pictures in them.

    names: of functions whose data this build has published. They are read from there, one after the other: a build
    holds no more of them at once, however many there are.
    """
    if not any(path.startswith(FRAGMENTS) for places in included.values() for path in places):
        return {}, []
    files = [path for name in names for path in (_data(root, name), root / "snippets" / name / FILE)]
    sources = [digest(path.read_text(encoding="utf-8")) for path in files]
    pages = {
        language: {
            path: where for path, where in places.items() if path.startswith(FRAGMENTS) or path.endswith("/apis.md")
        }
        for language, places in included.items()
    }
    key = digest(names, sources, pages, code_digest(__name__))
    store = project_store(root, "overviews")
    if (kept := store.get(key, dict[str, dict[str, str]])) is not None:
        return kept, []
    made, problems = _made(root, names, pages)
    if not problems:
        store.put(key, made)
        store.keep([key])
    return made, problems


def _data(root: Path, name: str) -> Path:
    """A function's file of data."""
    return root / FOLDER / DATA / f"{name}.json"


def _made(
    root: Path, names: Sequence[str], pages: Mapping[str, Mapping[str, Place]]
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    from engine.render import overview  # slow to import, and so is what follows
    from engine.render.thumbnails import thumbnail
    from engine.sources import definition, topics

    entries = {name: definition.read(root, name) for name in names}
    found = {name: _shown(root, name) for name in names}
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


def _shown(root: Path, name: str) -> dict[str, Any]:
    """What the overviews need of a function's data, a small part of it."""
    data = json.loads(_data(root, name).read_text(encoding="utf-8"))
    return {key: data[key] for key in ("facts", "kinks", "apis")}
