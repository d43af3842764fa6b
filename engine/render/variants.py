"""On the page of a function: the others of the same name, and how far they are from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.mathematics.distance import FARTHEST, Distance
from engine.render.numbers import number
from engine.sources.definition import Definition
from engine.sources.includes import Place, link
from engine.sources.topics import PAGE

VARIANTS = "variants.md"

WORDS = {
    "en": {
        "apart": "{other} goes by the same name. From $-{far}$ to $+{far}$, the two differ by at most {bound}, "
        "most at {places}.",
        "and": " and ",
    },
    "zh": {
        "apart": "{other} 是同名函数的另一种形式。从 $-{far}$ 到 $+{far}$，两者最多相差 {bound}，"
        "在 {places} 处相差最大。",
        "and": " 和 ",
    },
}


def variants_fragment(
    variants: Sequence[Definition],
    distances: Sequence[Distance | str],
    function: str,
    language: str,
    places: Mapping[str, Place],
) -> str:
    """A sentence for each. distances: in the same order; one that is not known is a problem, and has no sentence."""
    words = WORDS[language]
    lines = []
    for one, apart in zip(variants, distances, strict=True):
        if isinstance(apart, Distance):
            where = words["and"].join(f"$x = {place}$" for place in apart.places)
            other = page_link(one, function, places)
            bound = number(float(apart.bound), 3)
            lines.append(words["apart"].format(other=other, far=FARTHEST, bound=bound, places=where) + "\n")
    return "\n".join(lines) or "\n"


def page_link(one: Definition, function: str, places: Mapping[str, Place]) -> str:
    """A link from the page of a function to that of another."""
    return f"[{one.name}]({link(places, f'{function}/{PAGE}', f'{one.path.parts[1]}/{PAGE}')})"
