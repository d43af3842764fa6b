"""What pages show of an audit: its tables, the plot of the error, and the list of where libraries part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from engine.accuracy.audit import Audit
from engine.accuracy.flags import NOTABLE, Flag
from engine.accuracy.formats import PRECISION
from engine.accuracy.results import ORDERS, Accuracy, Row, Spot
from engine.render.error_curves import legend, own_first
from engine.render.figures import inline
from engine.sources.definition import Definition

#: The names of the orders in running text.
SYMBOLS = ("*f*", "*f*′", "*f*″")
#: Kinds of flags in the order of the page. What concerns a whole function stands at the end.
KINDS = (
    *("step", "drop", "error", "zero", "inf", "nan", "infinity", "nan lost", "subnormal", "alone"),
    *("integer", "dtype", "refused"),
)

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "library": "library",
        "type": "type",
        "max": "{f} max",
        "mean": "mean",
        "at": "at {x}",
        "no gradient": "no autodiff",
        "not taken": "refused",
        "about": "Errors in ulp, units in the last place of each type, against exact values: the largest with its "
        "*x*, then the mean over all floats with a normal result. The 16-bit types were tried on all their values, "
        "the others on {points} points and more, gathered where the error is large or jumps. From {all} on, no digit "
        "is right.",
        "per type": "{size} ({dtype})",
        "edges": "Where results end: zeros, infinities, integers",
        "about edges": "Where each result becomes 0, inf or nan, found by bisection, and its limits at ±∞. The first "
        "rows are those of exact values, rounded.",
        "exact": "exact, rounded",
        "edge": "{kind} from {x}",
        "limits": "{f} at −∞, +∞",
        "integers": "int32 gives",
        "never": "—",
        "plot": "Largest error of value, first and second derivative over x for each library, in ulp, for float32 and "
        "float64, on logarithmic scales.",
        "summary": "Rules that know no library and no function flagged {count} faults in {tried} combinations of "
        "library, type and order. Equal ones are merged here; libraries that are not named under a heading have no "
        "such fault.",
        "step": "**A step between neighbouring floats**, beyond the function's own, as a switch of formula leaves it:",
        "drop": "**A move in the wrong direction** between neighbouring floats, by more than {notable} ulp:",
        "error": "**An error of more than {notable} ulp**:",
        "zero": "**Exactly 0 where the true value is a normal number**, with the largest value so lost. Errors of the "
        "same derivative are not listed again:",
        "inf": "**inf where the true value is finite**:",
        "nan": "**nan for a number**:",
        "infinity": "**A wrong result at ±∞**:",
        "nan lost": "**nan goes in and does not come out**:",
        "subnormal": "**Digits lost below the smallest normal number**, or all of it replaced by 0:",
        "alone": "**Another result alone than in a large array**, beyond the last digit:",
        "integer": "**Integers** are refused or give a wrong result:",
        "dtype": "**Another type comes out than went in**:",
        "refused": "**Types not accepted**:",
        "fact": "{f} {size} ulp at {x}",
        "fact zero": "{f} is 0 for {size} at {x}",
        "fact inf": "{f} at {x}",
        "fact nan": "{f} at {x}",
        "fact infinity": "{f}({x}) is {got}, not {size}",
        "fact nan lost": "{f} gives {got}",
        "fact integer": "{got}",
        "fact dtype": "{got}",
        "fact refused": "{got}",
        "none": "No rule flagged anything.",
        "comma": ", ",
        "list": ", ",
        "semicolon": "; ",
        "colon": ": ",
    },
    "zh": {
        "library": "库",
        "type": "类型",
        "max": "{f} 最大",
        "mean": "平均",
        "at": "{x} 处",
        "no gradient": "无自动微分",
        "not taken": "不接受",
        "about": "与精确值相比的误差，以各类型的末位单位（ulp）计：先列最大误差及其所在的 *x*，再列平均误差，"
        "即对结果为正规数的所有浮点数取平均。16 位类型试遍全部取值，其余类型至少试 {points} 个点，"
        "并在误差大或有跳变处加密。误差达到 {all}时，结果没有一位是对的。",
        "per type": "{size}（{dtype}）",
        "edges": "结果的边界：零、无穷与整数输入",
        "about edges": "各结果从何处起变为 0、inf 或 nan（由二分法求得），以及在 ±∞ 处的极限。"
        "最前几行是精确值舍入后应有的结果。",
        "exact": "精确值舍入",
        "edge": "从 {x} 起为 {kind}",
        "limits": "{f} 在 −∞、+∞ 处",
        "integers": "int32 的结果",
        "never": "—",
        "plot": "各库的函数值、一阶导数与二阶导数的最大误差随 x 的变化，float32 与 float64，单位为 ulp，对数坐标。",
        "summary": "检查规则不涉及任何具体的库或函数，在 {tried} 个“库、类型、阶数”组合中共标出 {count} 处问题。"
        "相同的已合并；某一类下没有列出的库，就没有这类问题。",
        "step": "**相邻浮点数之间的台阶**，大于函数本身的变化，通常由切换公式造成：",
        "drop": "**相邻浮点数之间变化方向相反**，幅度超过 {notable} ulp：",
        "error": "**误差超过 {notable} ulp**：",
        "zero": "**真值是正规数，结果却恰好为 0**，列出的是由此丢失的最大值；同一阶导数的误差不再另列：",
        "inf": "**真值有限，结果却是 inf**：",
        "nan": "**输入是数，结果却是 nan**：",
        "infinity": "**在 ±∞ 处结果错误**：",
        "nan lost": "**输入 nan，输出却不是 nan**：",
        "subnormal": "**真值低于最小正规数时丢失有效位**，或整个变为 0：",
        "alone": "**单独计算与放在大数组中计算，结果不同**，且差别不止末位：",
        "integer": "**整数输入**被拒绝或结果错误：",
        "dtype": "**输出类型与输入类型不同**：",
        "refused": "**不接受的类型**：",
        "fact": "{f} 在 {x} 处为 {size} ulp",
        "fact zero": "{f} 在 {x} 处应为 {size}，得 0",
        "fact inf": "{f} 在 {x} 处",
        "fact nan": "{f} 在 {x} 处",
        "fact infinity": "{f}({x}) 得 {got}，应为 {size}",
        "fact nan lost": "{f} 得 {got}",
        "fact integer": "{got}",
        "fact dtype": "{got}",
        "fact refused": "{got}",
        "none": "没有规则标出任何问题。",
        "comma": "，",
        "list": "、",
        "semicolon": "；",
        "colon": "：",
    },
}


def audit_fragments(definition: Definition, audit: Audit, language: str) -> dict[str, str]:
    """Fragments by path within the function's folder: audit.md, audit_plot.md, parts.md."""
    words = WORDS[language]
    return {
        "audit.md": _tables(audit, words),
        "audit_plot.md": _plot(audit, words),
        "parts.md": _parts(audit, words),
    }


# Numbers --------------------------------------------------------------------------------------------------------------


def number(value: float, digits: int = 2) -> str:
    """A number for readers: few digits, large and small ones with a power of ten, a true minus sign."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "∞" if value > 0 else "−∞"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0 or 1e-4 <= abs(rounded) < 1e5:
        return f"{rounded:.{max(digits, 6)}g}".replace("-", "−")
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa} × 10<sup>{int(exponent)}</sup>".replace("-", "−")


def place(x: float) -> str:
    """An x with as many digits as tell it from a whole number that it only lies near to."""
    near = float(f"{x:.6g}")
    return repr(x).replace("-", "−") if near != x and near.is_integer() and abs(x) < 1e6 else number(x, 6)


# Tables ---------------------------------------------------------------------------------------------------------------


def _tables(audit: Audit, words: dict[str, str]) -> str:
    """How far each library is off, and below, folded, where its results end."""
    return (
        f"{_about(audit, words)}\n\n{_error_table(audit, words)}\n"
        f"/// details | {words['edges']}\n    type: audit\n\n"
        f"{words['about edges']}\n\n{_edge_table(audit, words)}\n///\n"
    )


def _about(audit: Audit, words: dict[str, str]) -> str:
    """What the numbers mean."""
    points = [order.points for row in audit.rows for order in row.orders if PRECISION[row.dtype] > 16]
    no_digit = words["list"].join(
        words["per type"].format(size=number(2.0 ** (bits - 1)), dtype=dtype)
        for dtype, bits in PRECISION.items()
        if any(row.dtype == dtype and row.orders for row in audit.rows)
    )
    return words["about"].format(points=f"{min(points, default=0) // 1000 * 1000:,}", all=no_digit)


def _error_table(audit: Audit, words: dict[str, str]) -> str:
    head = [words["library"], words["type"]]
    for symbol in SYMBOLS:
        head += [words["max"].format(f=symbol), words["mean"]]
    return _table(head, [([row.library, row.dtype], _errors(row, words)) for row in audit.rows])


def _edge_table(audit: Audit, words: dict[str, str]) -> str:
    limits = [words["limits"].format(f=symbol) for symbol in SYMBOLS]
    head = [words["library"], words["type"], *SYMBOLS, *limits, words["integers"]]
    cells = [([words["exact"], dtype], _ends(orders, words, "")) for dtype, orders in audit.nearest.items()]
    for row in audit.rows:
        if row.orders:
            integers = row.integers.returns or words["not taken"]
            cells.append(([row.library, row.dtype], _ends(row.orders, words, integers)))
    return _table(head, cells)


def _table(head: list[str], rows: Iterable[tuple[list[str], list[str]]]) -> str:
    """A Markdown table; libraries with equal cells share a row, and a library's name stands at its first row only."""
    merged: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (library, dtype), cells in rows:
        merged.setdefault((dtype, tuple(cells)), []).append(library)
    named: dict[str, list[list[str]]] = {}
    for (dtype, cells), libraries in merged.items():
        title = ", ".join(own_first(dict.fromkeys(libraries)))
        named.setdefault(title, []).append([dtype, *cells])
    lines = [" | ".join(head), " | ".join(["---"] * 2 + ["--:"] * (len(head) - 2))]
    for title, parts in named.items():
        lines += [" | ".join([title if not index else "", *part]) for index, part in enumerate(parts)]
    return '<div class="errors" markdown>\n\n' + "\n".join(f"| {line} |" for line in lines) + "\n\n</div>\n"


def _errors(row: Row, words: dict[str, str]) -> list[str]:
    """Largest and mean error of each order."""
    cells = []
    for order in range(len(ORDERS)):
        if order < len(row.orders):
            accuracy = row.orders[order]
            cells += [_spot(accuracy.max_error, words), number(accuracy.mean_error)]
        else:
            cells += [words["not taken"] if not row.orders else words["no gradient"], words["never"]]
    return cells


def _spot(spot: Spot | None, words: dict[str, str]) -> str:
    return f"{number(spot.size)} <small>{words['at'].format(x=place(spot.x))}</small>" if spot else words["never"]


def _ends(orders: tuple[Accuracy, ...], words: dict[str, str], integers: str) -> list[str]:
    """Where results of each order end, their limits, and what integers give."""
    missing = [words["never"]] * (len(ORDERS) - len(orders))
    ends = [_edges(accuracy, words) for accuracy in orders]
    limits = [
        words["list"].join(number(accuracy.at_nonfinite[name][0], 4) for name in ("-inf", "inf")) for accuracy in orders
    ]
    return [*ends, *missing, *limits, *missing, integers]


def _edges(accuracy: Accuracy, words: dict[str, str]) -> str:
    edges = [words["edge"].format(kind=edge.kind.replace("zero", "0"), x=place(edge.near)) for edge in accuracy.edges]
    return words["comma"].join(edges) or words["never"]


# Plot -----------------------------------------------------------------------------------------------------------------


def _plot(audit: Audit, words: dict[str, str]) -> str:
    if not audit.plot:
        return "\n"
    name = f"{audit.function}-audit"
    picture = inline(audit.plot, name, words["plot"])
    return f'<figure class="plot" id="{name}">{picture}<figcaption>{legend(audit.rows)}</figcaption></figure>\n'


# Where the libraries part ---------------------------------------------------------------------------------------------


def _parts(audit: Audit, words: dict[str, str]) -> str:
    """A list for each kind of fault."""
    if not audit.flags:
        return words["none"] + "\n"
    titles = {row.name: row.library for row in audit.rows}
    tried = sum(len(row.orders) or 1 for row in audit.rows)
    parts = [words["summary"].format(count=len(audit.flags), tried=tried)]
    unexplained = _unexplained(audit.flags)
    for kind in KINDS:
        if items := _items([flag for flag in unexplained if flag.kind == kind], titles, words):
            parts += [words[kind].format(notable=f"{NOTABLE:g}"), "\n".join(items)]
    return "\n\n".join(parts) + "\n"


def _items(flags: Iterable[Flag], titles: Mapping[str, str], words: dict[str, str]) -> list[str]:
    """An item for the libraries that share the flags of one kind. titles: of libraries, by name of the row."""
    facts: dict[str, dict[str, list[str]]] = {}
    for flag in flags:
        facts.setdefault(titles[flag.name], {}).setdefault(flag.dtype, []).append(_fact(flag, words))
    libraries: dict[str, list[str]] = {}
    for title, types in facts.items():
        libraries.setdefault(_sentence(types, words), []).append(title)
    return [f"- {', '.join(own_first(some))}{words['colon']}{text}" for text, some in libraries.items()]


def _sentence(types: Mapping[str, list[str]], words: dict[str, str]) -> str:
    """Facts by type; types with equal ones are named together."""
    same: dict[str, list[str]] = {}
    for dtype, texts in types.items():
        same.setdefault(words["comma"].join(texts), []).append(dtype)
    return words["semicolon"].join(f"{', '.join(dtypes)}{words['colon']}{text}" for text, dtypes in same.items())


def _unexplained(flags: Iterable[Flag]) -> list[Flag]:
    """Flags without those that another one explains.

    Where a result is 0 for a normal number, its error, step and direction say no more; an error beside a step of its
    size is that step.
    """
    flags = list(flags)
    zero = {(flag.name, flag.dtype, flag.order) for flag in flags if flag.kind == "zero"}
    steps = {(flag.name, flag.dtype, flag.order): flag for flag in flags if flag.kind == "step"}

    def explained(flag: Flag) -> bool:
        key = (flag.name, flag.dtype, flag.order)
        if flag.kind in ("error", "step", "drop") and key in zero:
            return True
        step = steps.get(key)
        if flag.kind != "error" or not step or flag.x is None or step.x is None or not step.size or not flag.size:
            return False
        return abs(flag.x - step.x) <= 1e-4 * abs(step.x) and 0.5 <= flag.size / step.size <= 2

    return [flag for flag in flags if not explained(flag)]


def _fact(flag: Flag, words: dict[str, str]) -> str:
    template = words.get(f"fact {flag.kind}", words["fact"])
    return template.format(
        f=SYMBOLS[flag.order] if flag.order >= 0 else "",
        size=number(flag.size) if flag.size is not None else "",
        x=place(flag.x) if flag.x is not None and math.isfinite(flag.x) else number(flag.x or 0.0),
        got=f"`{flag.got.partition(':')[0]}`" if flag.kind in ("integer", "refused", "dtype") else flag.got,
    )
