"""What pages show of all functions side by side: pictures, a table of what is known of them, and what to write where.

All of it is on the functions' own pages, too: checked facts, and lines that were called and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from engine.base.libraries import LIBRARIES, TABS
from engine.render.facts import math
from engine.sources.definition import Definition
from engine.sources.includes import Place, link
from engine.sources.topics import offered

GALLERY, TABLE, PORTING = "functions/gallery.md", "functions/table.md", "functions/porting.md"

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "function": "Function",
        "formula": "Formula",
        "smoothness": "Smoothness class",
        "offered": "Built into",
        "none": "–",
        "write": "Write",
        "written": "{code} (written out)",
        "alone": "Called with `x` and no other argument, these names are not the function that one might expect:",
        "other": "- `{name}`: not {function}; write `{call}`.",
        "variant": "- `{name}`: {variant}, not {function}; write `{call}`.",
        "comma": ", ",
    },
    "zh": {
        "function": "函数",
        "formula": "公式",
        "smoothness": "光滑性类别",
        "offered": "内置于",
        "none": "–",
        "write": "写法",
        "written": "{code}（写出公式）",
        "alone": "若只传入 `x` 而不给其他参数，下列名称计算的并非预想的函数：",
        "other": "- `{name}`：并非 {function}；应写 `{call}`。",
        "variant": "- `{name}`：{variant}，并非 {function}；应写 `{call}`。",
        "comma": "、",
    },
}
#: The facts that have a column, with its head; of those that are equations, only what stands on the right.
_FACTS = {"value-at-zero": "$f(0)$", "limit-left": r"$x \to -\infty$", "limit-right": r"$x \to \infty$"}


@dataclass(frozen=True)
class Known:
    """What is known of a function.

    data: what its file of data says, see `engine/schemas/function.schema.json`; picture: SVG, empty for a function of a
    vector; lacking: what to write, by tab, where its library has no such function.
    """

    definition: Definition
    data: Mapping[str, Any]
    picture: str
    lacking: Mapping[str, str]

    @property
    def folder(self) -> str:
        """The function's folder in `snippets/`."""
        return self.definition.path.parts[1]


def overviews(known: Sequence[Known], language: str, places: Mapping[str, Place]) -> dict[str, str]:
    """The fragments that pages of a language ask for, by path; places: where they stand."""
    made: dict[str, Callable[..., str]] = {GALLERY: _gallery, TABLE: _table, PORTING: _porting}
    words = WORDS[language]
    return {path: make(known, words, path, places) for path, make in made.items() if path in places}


def _gallery(known: Sequence[Known], words: Mapping[str, str], path: str, places: Mapping[str, Place]) -> str:
    items = [f"- [{one.picture}{one.definition.name}]({_page(one, path, places)})" for one in known]
    return _within("gallery", items)


def _table(known: Sequence[Known], words: Mapping[str, str], path: str, places: Mapping[str, Place]) -> str:
    heads = [words["function"], *_FACTS.values(), *(words[key] for key in ("smoothness", "offered", "formula"))]
    rows = [heads, ["---"] * len(heads)]
    for one in known:
        facts = {fact["id"]: math(_right(fact["latex"])) for fact in one.data["facts"]}
        cells = [facts.get(id, words["none"]) for id in (*_FACTS, "smoothness")]
        libraries = words["comma"].join(dict.fromkeys(LIBRARIES[api.library].title for api in one.definition.apis))
        formula = facts.get("definition", words["none"])
        rows.append([f"[{one.definition.name}]({_page(one, path, places)})", *cells, libraries, formula])
    return _within("overview", _rows(rows))


def _right(tex: str) -> str:
    """What stands on the right of an equation, or the whole of another formula."""
    return tex.partition(" = ")[2] or tex


def _porting(known: Sequence[Known], words: Mapping[str, str], path: str, places: Mapping[str, Place]) -> str:
    """A table for each framework, in tabs that have the names of those of the code: one choice is kept for all."""
    parts = []
    for tab, module in TABS.items():
        rows = [[words["function"], words["write"]], ["---"] * 2]
        for one in known:
            rows.append([f"[{one.definition.name}]({_page(one, path, places)})", _line(one, tab, words)])
        table = _within("porting", _rows(rows))
        parts.append(f'=== "{LIBRARIES[module].title}"\n\n{indent(table, "    ")}\n')
    lines = [*_alone(known, words, path, places)]
    return "".join([*parts, *([words["alone"], "\n\n", *lines] if lines else [])])


def _line(one: Known, tab: str, words: Mapping[str, str]) -> str:
    """What to write in a framework."""
    if api := offered(one.definition, tab):
        return f"`{api.call}`"
    return words["written"].format(code=f"`{one.lacking[tab]}`") if tab in one.lacking else words["none"]


def _alone(known: Sequence[Known], words: Mapping[str, str], path: str, places: Mapping[str, Place]) -> Iterator[str]:
    """Names that are another function by default, each with what to write."""
    pages = {one.folder: f"[{one.definition.name}]({_page(one, path, places)})" for one in known}
    for one in known:
        for api in one.data["apis"]:
            if api["alone"] == "":
                yield words["other"].format(**_named(one, api)) + "\n"
            elif api["alone"] in pages.keys() - {one.folder}:
                yield words["variant"].format(**_named(one, api), variant=pages[api["alone"]]) + "\n"


def _named(one: Known, api: Mapping[str, Any]) -> dict[str, str]:
    return {"name": api["name"], "function": one.definition.name, "call": api["call"]}


def _page(one: Known, path: str, places: Mapping[str, Place]) -> str:
    return link(places, path, f"{one.folder}/apis.md")


def _rows(rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in rows]


def _within(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f'<div class="{name}" markdown>', "", *lines, "", "</div>", ""])
