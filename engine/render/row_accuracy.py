"""What pages show of the accuracy of a function of a vector: the largest errors by group, and the notable ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.accuracy.cards import Recorded
from engine.accuracy.flags import NOTABLE, find_flags
from engine.accuracy.rows.results import Group, RowSpot, VectorMeasurement, VectorRow
from engine.accuracy.rows.suite import GROUPS, LONG
from engine.mathematics.lengths import shapes
from engine.render.accuracy import measured_names, on_cards, table
from engine.render.accuracy_words import WORDS as COMMON
from engine.render.error_curves import own_first
from engine.render.numbers import apart, number
from engine.sources.definition import Definition

#: How many entries of a vector are written.
ENTRIES = 4
WORDS = {
    "en": {
        "library": "library",
        "type": "type",
        "of": "of",
        "value": "*f*",
        "first": "*∂f*",
        "ordinary": "ordinary",
        "equal": "equal",
        "small": "small",
        "large": "large",
        "masked": "masked",
        "long": "long",
        "never": "—",
        "no autodiff": "no autodiff",
        "refused": "refused",
        "other type": "gives {dtype}",
        "about": "Errors in ulp, units in the last place of each type, against exact values: the largest of each group "
        "of vectors, of results whose exact value is a normal number or 0. nan and infinite results count, as ∞, "
        "wherever the exact value is finite. Vectors have {lengths} entries, and long ones {long}, of which the "
        "derivatives are not tried. Ordinary entries lie within ±4; equal ones are all alike; small ones are below "
        "0.001 or a few times the smallest normal number; large ones are spread to one and a half times the range of "
        "the exponential, or to a quarter of the largest number; in masked vectors the second entry is −∞, and in "
        "longer ones some others; long ones are spread as ordinary and as large ones. Of each length four or six "
        "vectors were tried, and four long ones.",
        "list": ", ",
        "colon": ": ",
        "none": "No error of more than {notable} ulp.",
        "summary": "Errors of more than {notable} ulp, of each group the largest with its type, and what came out:",
        "group value": "**Value ({group})**:",
        "group first": "**Derivatives ({group})**:",
        "fact": "{size} ulp ({dtype}), entry {row} at ({x}): {got} for {exact}",
        "fact first": "{size} ulp ({dtype}), of entry {row} by entry {entry} at ({x}): {got} for {exact}",
    },
    "zh": {
        "library": "库",
        "type": "类型",
        "of": "对象",
        "value": "*f*",
        "first": "*∂f*",
        "ordinary": "普通",
        "equal": "相等",
        "small": "很小",
        "large": "很大",
        "masked": "被屏蔽",
        "long": "长向量",
        "never": "—",
        "no autodiff": "无自动微分",
        "refused": "不接受",
        "other type": "得到 {dtype}",
        "about": "与精确值相比的误差，以各类型的末位单位（ulp）计：每组向量中、精确值为正规数或 0 的结果的最大误差。"
        "只要精确值有限，nan 和无穷大的结果也计入，记为 ∞。向量有 {lengths} 个分量；长向量有 {long} 个分量，"
        "不测其导数。普通：各分量在 ±4 以内；相等：所有分量相同；很小：小于 0.001，或为最小正规数的几倍；"
        "很大：铺开到指数函数范围的一倍半，或最大数的四分之一；被屏蔽：第二个分量为 −∞，较长的向量中还有另外一些；"
        "长向量：取值范围同“普通”和“很大”。每种长度各试四个或六个向量，长向量共四个。",
        "list": "、",
        "colon": "：",
        "none": "没有超过 {notable} ulp 的误差。",
        "summary": "超过 {notable} ulp 的误差：每组列出最大的一个、所属类型以及所得结果。",
        "group value": "**函数值（{group}）**：",
        "group first": "**导数（{group}）**：",
        "fact": "{size} ulp（{dtype}），({x}) 处的第 {row} 个分量：应为 {exact}，得到 {got}",
        "fact first": "{size} ulp（{dtype}），({x}) 处第 {row} 个分量对第 {entry} 个分量的导数："
        "应为 {exact}，得到 {got}",
    },
}


def row_fragments(
    definition: Definition, measured: VectorMeasurement, language: str, recorded: Sequence[Recorded] = ()
) -> dict[str, str]:
    """Fragments by path within the function's folder: audit.md, parts.md. recorded: on cards."""
    words = WORDS[language]
    lengths = words["list"].join(str(n) for n, _ in shapes(definition.entries))
    about = words["about"].format(lengths=lengths, long=LONG)
    head = [words["library"], words["type"], words["of"], *(words[name] for name in GROUPS)]
    rows = [line for row in measured.rows for line in _lines(row, words)]
    rows = list(dict.fromkeys((library, *map(tuple, cells)) for library, *cells in rows))  # of no type: once
    parts = [*notable(measured, words), *_defaults(definition, language)]
    names = measured_names(measured.rows, COMMON[language])
    there = on_cards(measured, recorded, COMMON[language], (words["value"], words["first"]))
    shown = f"{names}\n\n{about}\n\n{table(head, rows)}\n{there}"
    return {"audit.md": shown, "parts.md": "\n\n".join(parts) + "\n"}


def _defaults(definition: Definition, language: str) -> Iterator[str]:
    """The names whose defaults differ."""
    if flags := find_flags((), definition.apis):
        yield COMMON[language]["default"]
        yield "\n".join(f"- `{flag.name}`{WORDS[language]['colon']}`{flag.got}`" for flag in flags)


def _lines(row: VectorRow, words: dict[str, str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """The rows of the table for one library in one type."""
    if not row.groups:
        reason = words["refused"] if row.refused else words["other type"].format(dtype=row.returns)
        yield row.library, [row.dtype, reason], [words["never"]] * len(GROUPS)
        return
    for order, name in enumerate(("value", "first")):
        found = {group.name: group for group in row.groups if group.order == order}
        if found:
            cells = [_size(found.get(group), words) for group in GROUPS]
            yield row.library, [row.dtype, words[name]], cells
        else:
            yield (
                row.library,
                [words["never"], f"{words[name]}: {words['no autodiff']}"],
                [words["never"]] * len(GROUPS),
            )


def _size(group: Group | None, words: dict[str, str]) -> str:
    if group is None:
        return words["never"]
    size = number(group.worst.size if group.worst else 0.0)
    return f"**{size}**" if group.worst and group.worst.size > NOTABLE else size


def notable(measured: VectorMeasurement, words: dict[str, str]) -> list[str]:
    """A sentence, then what is notable, by order and group, for each library: a heading, and a list."""
    parts = []
    for order, kind in enumerate(("value", "first")):
        for name in GROUPS:
            facts: dict[str, list[str]] = {}
            for library in dict.fromkeys(row.library for row in measured.rows):
                rows = [row for row in measured.rows if row.library == library]
                spots = [(row.dtype, spot) for row in rows if (spot := _spot(row, order, name)) and spot.size > NOTABLE]
                if spots:
                    dtype, worst = max(spots, key=lambda pair: pair[1].size)
                    facts.setdefault(_fact(worst, dtype, words), []).append(library)
            if facts:
                items = [f"- {', '.join(own_first(some))}{words['colon']}{text}" for text, some in facts.items()]
                parts += [words[f"group {kind}"].format(group=words[name]), "\n".join(items)]
    word = "summary" if parts else "none"
    return [words[word].format(notable=f"{NOTABLE:g}"), *parts]


def _spot(row: VectorRow, order: int, name: str) -> RowSpot | None:
    return next((group.worst for group in row.groups if (group.order, group.name) == (order, name)), None)


def _fact(spot: RowSpot, dtype: str, words: dict[str, str]) -> str:
    got, exact = apart(spot.got, spot.exact)
    entries = shortened([number(x, 6) for x in spot.x])
    template = words["fact first" if spot.entry else "fact"]
    return template.format(
        size=number(spot.size), dtype=dtype, row=spot.row, entry=spot.entry, x=entries, got=got, exact=exact
    )


def shortened(entries: Sequence[str]) -> str:
    """The first entries of a vector, as texts."""
    return ", ".join([*entries[:ENTRIES], *(["…"] if len(entries) > ENTRIES else [])])
