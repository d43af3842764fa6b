"""What of the libraries' activations has a page, as the fragment `coverage.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from engine.base.libraries import LIBRARIES
from engine.names.coverage import Coverage, Covered
from engine.sources.coverage import ALIASES, FRAGMENT, UNARY, WHOLE
from engine.sources.includes import Place, link

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "summary": "Found in {versions}: {count} activation functions with {names} names. {pages} of them have a page, "
        "{rest} have none yet.",
        "function": "Function",
        "not yet": "{title}, not yet",
        "modules": "Where was looked, and how",
        WHOLE: "Every name in {modules} is decided.",
        UNARY: "In {modules} every name is decided that maps an array alone to floats with as many axes, or is called "
        "like an activation elsewhere.",
        ALIASES: "In {modules} a name is decided where it is called like an activation elsewhere.",
        "others": "What else is in these modules: {count} names, and why each is no activation",
        "comma": ", ",
        "colon": ": ",
        "semicolon": "; ",
        "none": "–",
    },
    "zh": {
        "summary": "在 {versions} 中共找到 {count} 个激活函数，{names} 个名称。"
        "其中 {pages} 个函数已有页面，{rest} 个尚无页面。",
        "function": "函数",
        "not yet": "{title}，尚无页面",
        "modules": "查找范围与方式",
        WHOLE: "{modules} 中的每个名称都有结论。",
        UNARY: "{modules} 中，凡能单独作用于一个数组并得到维数相同的浮点数组的名称，"
        "以及与别处的激活函数同名的名称，都有结论。",
        ALIASES: "{modules} 中，与别处的激活函数同名的名称有结论。",
        "others": "这些模块中还有 {count} 个名称，以及它们不算激活函数的理由",
        "comma": "、",
        "colon": "：",
        "semicolon": "；",
        "none": "–",
    },
}


def coverage_fragment(found: Coverage, language: str, places: Mapping[str, Place]) -> str:
    """A table of all activations, where was looked for them, and what else is there. places: where fragments stand."""
    words = WORDS[language]
    pages = [one for one in found.activations if one.function]
    summary = words["summary"].format(
        versions=words["comma"].join(found.versions),
        count=len(found.activations),
        names=len({name for one in found.activations for name in one.names}),
        pages=len(pages),
        rest=len(found.activations) - len(pages),
    )
    modules = dict.fromkeys(module.partition(".")[0] for module in found.modules)
    libraries = [library for library in modules if any(_short(one, library) for one in found.activations)]
    heads = [words["function"], *(LIBRARIES[library].title for library in libraries)]
    rows = [heads, ["---"] * len(heads)]
    for one in found.activations:
        cells = [_listed(_short(one, library), words) or words["none"] for library in libraries]
        rows.append([_title(one, words, places), *cells])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    shown = f'<div class="apis" markdown>\n\n{table}\n\n</div>\n\n'
    return f"{summary}\n\n{shown}{_modules(found, words)}{_others(found, language)}"


def _short(one: Covered, library: str) -> list[str]:
    """Its names in a library, without the library's own."""
    return [name.partition(".")[2] for name in one.names if name.partition(".")[0] == library]


def _title(one: Covered, words: Mapping[str, str], places: Mapping[str, Place]) -> str:
    if not one.function:
        return words["not yet"].format(title=one.title)
    return f"[{one.title}]({link(places, FRAGMENT, f'{one.function}/apis.md')})"


def _listed(names: Sequence[str], words: Mapping[str, str]) -> str:
    return words["comma"].join(f"`{name}`" for name in names)


def _modules(found: Coverage, words: Mapping[str, str]) -> str:
    ways = {way: [module for module, look in found.modules.items() if look == way] for way in (WHOLE, UNARY, ALIASES)}
    lines = [f"- {words[way].format(modules=_listed(modules, words))}" for way, modules in ways.items() if modules]
    return _folded(words["modules"], lines)


def _others(found: Coverage, language: str) -> str:
    words = WORDS[language]
    lines = []
    for why, names in found.others:
        modules = [
            f"{module}{words['colon']}{_listed([name.rpartition('.')[2] for name in of_it], words)}"
            for module, of_it in groupby(names, lambda name: name.rpartition(".")[0])
        ]
        lines.append(f"- {why[language]}{words['colon']}{words['semicolon'].join(modules)}")
    return _folded(words["others"].format(count=sum(len(names) for _, names in found.others)), lines)


def _folded(title: str, lines: Sequence[str]) -> str:
    body = "\n".join(lines)
    return f"/// details | {title}\n    type: audit\n\n{body}\n///\n\n"
