"""What pages show of all functions side by side: pictures, a table of what is known of them, and what to write where.

All of it is on the functions' own pages, too: checked facts, and lines that were called and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

import msgspec

from engine.base.libraries import LIBRARIES, TABS
from engine.render import names
from engine.render.facts import math
from engine.render.numbers import exactly
from engine.sources.definition import Definition
from engine.sources.includes import Place, link
from engine.sources.topics import offered

GALLERY, TABLE, PORTING = "functions/gallery.md", "functions/table.md", "functions/porting.md"

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "function": "Function",
        "formula": "Formula",
        "smoothness": "Smoothness class",
        "jumps": "jumps at {places}",
        "offered": "Built into",
        "usual": ", usually {values}",
        "none": "–",
        "write": "Write",
        "written": " (written out)",
        "training": " (in evaluation)",
        "learned": " (not learned)",
        "alone": "Called with `x` and no other argument, some names are something else:",
        "colon": ": ",
        "comma": ", ",
    },
    "zh": {
        "function": "函数",
        "formula": "公式",
        "smoothness": "光滑性类别",
        "jumps": "在 {places} 处跳变",
        "offered": "内置于",
        "usual": "，常用 {values}",
        "none": "–",
        "write": "写法",
        "written": "（按公式写出）",
        "training": "（推理时）",
        "learned": "（参数不学习）",
        "alone": "若只传入 `x` 而不给其他参数，有些名称计算的是另外的函数：",
        "colon": "：",
        "comma": "、",
    },
}
#: The facts that have a column, with its head, which is no formula: an accessible name is made of text alone. Of those
#: that are equations, only what stands on the right.
_FACTS = {"value-at-zero": "*f*(0)", "limit-left": "*x* → −∞", "limit-right": "*x* → ∞"}


@dataclass(frozen=True)
class Known:
    """What is known of a function.

    data: facts, kinks and names of its file of data, see `engine/schemas/function.schema.json`; picture: SVG, empty for
    a function of a vector; lacking: what to write, by tab, where its library has no such function.
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
    return {path: make(known, language, path, places) for path, make in made.items() if path in places}


def _gallery(known: Sequence[Known], language: str, path: str, places: Mapping[str, Place]) -> str:
    items = [f"- [{one.picture}{one.definition.name}]({_page(one, path, places)})" for one in known]
    return _within("gallery", items)


def _table(known: Sequence[Known], language: str, path: str, places: Mapping[str, Place]) -> str:
    words = WORDS[language]
    heads = [words["function"], *_FACTS.values(), *(words[key] for key in ("smoothness", "offered", "formula"))]
    rows = [heads, ["---"] * len(heads)]
    for one in known:
        facts = {fact["id"]: fact["latex"] for fact in one.data["facts"]}
        cells = [math(_right(facts[id])) if id in facts else words["none"] for id in _FACTS]
        libraries = words["comma"].join(dict.fromkeys(LIBRARIES[api.library].title for api in one.definition.apis))
        cells += [_smoothness(one, facts, words), libraries, _formula(one, facts, words)]
        rows.append([f"[{one.definition.name}]({_page(one, path, places)})", *cells])
    return _within("overview", _rows(rows))


def _smoothness(one: Known, facts: Mapping[str, str], words: Mapping[str, str]) -> str:
    """The class, or where the function jumps: no class of all numbers tells of that."""
    if jumps := [kink["place"] for kink in one.data["kinks"] if kink["kind"] == "jump"]:
        return words["jumps"].format(places=words["comma"].join(f"${place}$" for place in jumps))
    return math(facts["smoothness"]) if "smoothness" in facts else words["none"]


def _formula(one: Known, facts: Mapping[str, str], words: Mapping[str, str]) -> str:
    """The definition, with the usual values of its parameters."""
    if "definition" not in facts:
        return words["none"]
    values = [f"${one.tex} = {exactly(one.default)}$" for one in one.definition.parameters]
    return math(facts["definition"]) + (words["usual"].format(values=words["comma"].join(values)) if values else "")


def _right(tex: str) -> str:
    """What stands on the right of an equation, or the whole of another formula."""
    return tex.partition(" = ")[2] or tex


def _porting(known: Sequence[Known], language: str, path: str, places: Mapping[str, Place]) -> str:
    """A table for each framework, in tabs that have the names of those of the code: one choice is kept for all."""
    words = WORDS[language]
    parts = []
    for tab, module in TABS.items():
        rows = [[words["function"], words["write"]], ["---"] * 2]
        for one in known:
            rows.append([f"[{one.definition.name}]({_page(one, path, places)})", _line(one, tab, words)])
        table = _within("porting", _rows(rows))
        parts.append(f'=== "{LIBRARIES[module].title}"\n\n{indent(table, "    ")}\n')
    lines = [*_alone(known, words, language, path, places)]
    return "".join([*parts, *([words["alone"], "\n\n", *lines] if lines else [])])


def _line(one: Known, tab: str, words: Mapping[str, str]) -> str:
    """What to write in a framework, and what it leaves out of the function in training."""
    left_out = "training" if one.definition.training else "learned" if one.definition.learned else ""
    if api := offered(one.definition, tab):
        return f"`{api.call}`{words['training'] if left_out == 'training' else ''}"
    if tab not in one.lacking:
        return words["none"]
    return f"`{one.lacking[tab]}`{words['written']}{words[left_out] if left_out else ''}"


def _alone(
    known: Sequence[Known], words: Mapping[str, str], language: str, path: str, places: Mapping[str, Place]
) -> Iterator[str]:
    """Names that are another function by default, each with what to write.

    That the name of a variant's function is that function is what everybody expects.
    """
    pages = {one.folder: f"[{one.definition.name}]({_page(one, path, places)})" for one in known}
    said = names.WORDS[language]
    for one in known:
        for api in msgspec.convert(one.data["apis"], list[names.PublicName]):
            about = f"- {pages[one.folder]}{words['colon']}"
            if api.alone == "":
                yield f"{about}{names.otherwise(api, said)}\n"
            elif api.alone in pages.keys() - {one.folder, one.definition.variant}:
                other = said["variant"].format(name=api.name, other=pages[api.alone], call=api.call)
                yield f"{about}{other}\n"


def _page(one: Known, path: str, places: Mapping[str, Place]) -> str:
    return link(places, path, f"{one.folder}/apis.md")


def _rows(rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in rows]


def _within(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f'<div class="{name}" markdown>', "", *lines, "", "</div>", ""])
