"""What a page shows of the names of a function in the libraries, and of what layers learn and draw at random."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from engine.names import law
from engine.names.check import PublicName, shown
from engine.render.numbers import exactly, number
from engine.render.variants import page_link
from engine.sources.definition import INPUT, Definition
from engine.sources.includes import Place

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "head": "| Library | Name | Optional arguments and defaults | Version checked |",
        "none": "None. The code below writes the formula in each library's own operations.",
        "others": "Called with `x` and no other argument, some of these names are something else than on this page:",
        "variant": "`{name}` is {other}; here it is called as `{call}`.",
        "other": "`{name}` has other values; here it is called as `{call}`.",
        "other at": "`{name}` has other values: {got} at *x* = {x}, where this function is {here}; "
        "here it is called as `{call}`.",
        "axis": "`{name}` is this function of one vector; of an array with three axes it does not take the last alone; "
        "here it is called as `{call}`.",
        "draws": "`{name}` is in training then and draws at random; here it is called as `{call}`.",
        "learned": "| Library | Name | Shape of the learned parameter, for inputs of {shape} | It starts at |",
        "in training": "In training, the value is",
        "drawn": "where ${variable}$ is drawn for each element, uniformly between ${low}$ and ${high}$, which are "
        "{ends} by default. ",
        "not tried": "No library here has a name that draws so: nothing was drawn.",
        "tried": "Of {count} draws of each of {names}, with fixed seeds, all lie between these, to rounding; "
        "their mean is within {errors} standard errors of the exact one; and their empirical distribution function "
        "differs from the exact one by at most {gap} anywhere. A library that draws independently and uniformly fails "
        "each of the last two with a probability below one in a thousand million. Independence itself is not tested.",
        "and": " and ",
    },
    "zh": {
        "head": "| 库 | 名称 | 可选参数及默认值 | 核验版本 |",
        "none": "没有。下面的代码用各库自身的运算写出公式。",
        "others": "若只传入 `x` 而不给其他参数，下列名称计算的并非本页的函数：",
        "variant": "`{name}` 计算的是 {other}；此处的调用方式是 `{call}`。",
        "other": "`{name}` 给出另外的值；此处的调用方式是 `{call}`。",
        "other at": "`{name}` 给出另外的值：在 *x* = {x} 处得 {got}，而该函数为 {here}；此处的调用方式是 `{call}`。",
        "axis": "`{name}` 对单个向量就是该函数；对三个轴的数组，它并非只沿最后一个轴计算；此处的调用方式是 `{call}`。",
        "draws": "`{name}` 此时处于训练模式，随机抽取；此处的调用方式是 `{call}`。",
        "learned": "| 库 | 名称 | 输入为 {shape} 时可学习参数的形状 | 初始值 |",
        "in training": "训练时的值为",
        "drawn": "其中 ${variable}$ 对每个元素分别抽取，在 ${low}$ 与 ${high}$ 之间均匀分布，两者默认为 {ends}。",
        "not tried": "这里没有哪个库的名称这样抽取，因此未作抽取。",
        "tried": "{names} 各以固定的种子抽取 {count} 次：所得的值都在这两者之间（舍入误差除外），"
        "均值与精确值之差不超过 {errors} 个标准误差，"
        "经验分布函数与精确分布函数处处相差不超过 {gap}。独立且均匀抽取的库，后两项检查各自失败的概率都低于十亿分之一。"
        "是否独立未作检验。",
        "and": " 和 ",
    },
}


def names_fragments(
    definition: Definition,
    names: Sequence[PublicName],
    variants: Sequence[Definition],
    language: str,
    places: Mapping[str, Place],
) -> dict[str, str]:
    """By path: the names; what layers learn; what is drawn in training. Without anything, there is no fragment."""
    words = WORDS[language]
    texts = {"apis.md": _table(definition, names, variants, words, places)}
    if any(name.learned for name in names):
        texts["learned.md"] = _learned(names, words)
    if definition.training:
        texts["drawn.md"] = _drawn(definition, names, words)
    return texts


def _table(
    definition: Definition,
    names: Sequence[PublicName],
    variants: Sequence[Definition],
    words: Mapping[str, str],
    places: Mapping[str, Place],
) -> str:
    if not names:
        return f"{words['none']}\n"
    rows = [words["head"], "|---|---|---|---|"]
    for api in names:
        defaults = f"`{shown(api.defaults)}`" if api.defaults else "–"
        rows.append(f"| {api.library} | `{api.name}` | {defaults} | {api.version} |")
    lines = ['<div class="apis" markdown>', "", *rows, "", "</div>"]
    if others := [*_others(definition, names, variants, words, places)]:
        lines += ["", words["others"], "", *others]
    return "\n".join(lines) + "\n"


def _others(
    definition: Definition,
    names: Sequence[PublicName],
    variants: Sequence[Definition],
    words: Mapping[str, str],
    places: Mapping[str, Place],
) -> Iterator[str]:
    """Names that are another function by default."""
    own = definition.path.parts[1]
    links = {one.path.parts[1]: page_link(one, own, places) for one in variants}
    for api in names:
        if api.alone in links:
            yield "- " + words["variant"].format(name=api.name, other=links[api.alone], call=api.call)
        elif api.alone == "":
            yield "- " + otherwise(api, words)


def otherwise(api: PublicName, words: Mapping[str, str]) -> str:
    """How a name is another function by default: it draws at random, takes other axes, or has other values.

    words: those of a language in `WORDS`.
    """
    if not api.differs:
        kind = "draws" if api.draws_alone else "axis" if api.axis else "other"
        return words[kind].format(name=api.name, call=api.call)
    entries = ", ".join(number(entry, 4) for entry in api.differs.x)
    return words["other at"].format(
        name=api.name,
        call=api.call,
        x=f"({entries})" if len(api.differs.x) > 1 else entries,
        got=number(api.differs.computed, 4),
        here=number(api.differs.defined, 4),
    )


def _learned(names: Sequence[PublicName], words: Mapping[str, str]) -> str:
    rows = [words["learned"].format(shape=_shape(INPUT)), "|---|---|---|---|"]
    for api in names:
        if api.learned:
            shape, start = _shape(api.learned.shape), number(api.learned.start, 6)
            rows.append(f"| {api.library} | `{api.name}` | {shape} | {start} |")
    return "\n".join(rows) + "\n"


def _shape(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape)) or "1"


def _drawn(definition: Definition, names: Sequence[PublicName], words: Mapping[str, str]) -> str:
    training = definition.training
    assert training is not None
    known = {parameter.name: parameter for parameter in definition.parameters}
    low, high = (known[name] for name in training.uniform)
    ends = words["and"].join(exactly(one.default) for one in (low, high))
    text = words["drawn"].format(variable=training.variable, low=low.tex, high=high.tex, ends=ends)
    text += _tried(definition, [api.training for api in names if api.training], words)
    return f"{words['in training']}\n\n$$\n{training.tex}\n$$\n\n{text}\n"


def _tried(definition: Definition, calls: Sequence[str], words: Mapping[str, str]) -> str:
    """What was drawn of a law, and how that agrees."""
    if not calls:
        return words["not tried"]
    drawn = law.Law(definition)
    count = len(law.SEEDS) * sum(times for x, times in law.ARGUMENTS if drawn.hangs_on_chance(x))
    return words["tried"].format(
        names=words["and"].join(f"`{call}`" for call in calls),
        count=count,
        errors=_up(law.errors(), 1),
        gap=_up(law.gap(count), 3),
    )


def _up(value: float, digits: int) -> str:
    """With so many digits behind the point, and no smaller."""
    return f"{math.ceil(value * 10**digits) / 10**digits:.{digits}f}"
