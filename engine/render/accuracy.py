"""What pages show of an audit: its tables, the plot of the error, and the list of where libraries part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from engine.accuracy.audit import Audit
from engine.accuracy.audited import Audited
from engine.accuracy.cards import Recorded
from engine.accuracy.flags import NOTABLE
from engine.accuracy.formats import FORMATS, PRECISION, Format
from engine.accuracy.results import MIDDLE, ORDERS, Accuracy, Edge, Row, Spot
from engine.accuracy.rows.results import VectorRow
from engine.render import cards
from engine.render.accuracy_words import WORDS
from engine.render.conventions import choices
from engine.render.error_curves import legend, own_first
from engine.render.faults import faults
from engine.render.figures import inline
from engine.render.numbers import SYMBOLS, apart, distinct, number, place
from engine.sources.definition import Definition

#: Results in a table have no more digits than this: it has to fit a page.
DIGITS = 12


def audit_fragments(
    definition: Definition, audit: Audit, language: str, recorded: Sequence[Recorded] = ()
) -> dict[str, str]:
    """Fragments by path within the function's folder: audit.md, audit_plot.md, parts.md. recorded: on cards."""
    words = WORDS[language]
    return {
        "audit.md": _tables(audit, words) + on_cards(audit, recorded, words, SYMBOLS),
        "audit_plot.md": _plot(audit, words),
        "parts.md": faults(audit, words),
    }


# Tables ---------------------------------------------------------------------------------------------------------------


def _tables(audit: Audit, words: dict[str, str]) -> str:
    """How far each library is off, and below, folded, the same by place, and where its results end."""
    places = words["about places"].format(middle=f"{MIDDLE:g}")
    return (
        f"{_about(audit, words)}\n\n{_error_table(audit, words)}\n"
        + _folded(words["places"], places, _place_table(audit, words))
        + _declared(audit, words)
        + _folded(words["edges"], words["about edges"], _edge_table(audit, words))
        + _conventions(audit, words)
    )


def _folded(title: str, about: str, table: str) -> str:
    return f"/// details | {title}\n    type: audit\n\n{about}\n\n{table}\n///\n\n"


def _about(audit: Audit, words: dict[str, str]) -> str:
    """What the numbers mean."""
    points = [order.points for row in audit.rows for order in row.orders if PRECISION[row.dtype] > 16]
    no_digit = words["list"].join(
        words["per type"].format(size=number(2.0 ** (bits - 1)), dtype=dtype)
        for dtype, bits in PRECISION.items()
        if any(row.dtype == dtype and row.orders for row in audit.rows)
    )
    least = f"{min(points, default=0) // 1000 * 1000:,}"
    about = words["about"].format(points=least, all=no_digit, notable=f"{NOTABLE:g}", digits=DIGITS)
    return f"{measured_names(audit.rows, words)}\n\n{about}"


def measured_names(rows: Iterable[Row | VectorRow], words: dict[str, str]) -> str:
    """Which names were measured, once each: a library may have others."""
    return words["measured"].format(names=words["list"].join(dict.fromkeys(f"`{row.api}`" for row in rows)))


def _error_table(audit: Audit, words: dict[str, str]) -> str:
    head = [words["library"], words["type"]]
    for symbol in SYMBOLS:
        head += [words["max"].format(f=symbol), words["mean"]]
    return table(head, [(row.library, [_dtype(row, words)], _errors(row, words)) for row in audit.rows])


def _dtype(row: Row, words: dict[str, str]) -> str:
    """A type, and whose it is where the library has none of its own."""
    return words["lent"].format(dtype=row.dtype, package=row.lent) if row.lent else row.dtype


def _place_table(audit: Audit, words: dict[str, str]) -> str:
    rows = []
    for row in audit.rows:
        for parts in zip(*(accuracy.parts for accuracy in row.orders), strict=True):
            cells = [_there(part.error, words) for part in parts] + [words["never"]] * (len(ORDERS) - len(parts))
            place = words[f"{parts[0].side} {parts[0].reach}"]
            rows.append((row.library, [_dtype(row, words), place], cells))
    return table([words["library"], words["type"], words["part"], *SYMBOLS], rows)


def _there(spot: Spot | None, words: dict[str, str]) -> str:
    """An error with its place and, where it is a notable one that not too many digits tell, what came out."""
    if not spot or spot.size <= NOTABLE or number(spot.got, DIGITS) == number(spot.exact, DIGITS):
        return _spot(spot, words)
    got, exact = apart(spot.got, spot.exact)
    result = f"<small>{got}</small> <small>{words['for'].format(exact=exact)}</small>"
    return f"{_spot(spot, words, words['colon'])}{result}"


def _declared(audit: Audit, words: dict[str, str]) -> str:
    """What is returned at the points that the definition declares, and beside them where that is off; if it has any."""
    declared = [there for row in audit.rows for accuracy in row.orders for there in accuracy.declared]
    if not declared:
        return ""
    rows = []
    for row in audit.rows:
        seen = [(accuracy.order, there) for accuracy in row.orders for there in accuracy.declared]
        spots = {(spot.x, order): spot for order, there in seen for spot in there.spots}
        shown = {there.x for _, there in seen} | {x for (x, _), spot in spots.items() if spot.size > NOTABLE}
        for x, text in distinct(shown).items():
            cells = [_returned(spots.get((x, order)), words) for order in range(len(ORDERS))]
            rows.append((row.library, [_dtype(row, words), text], cells))
    points = words["list"].join(dict.fromkeys(there.point.replace("-", "−") for there in declared))
    head = [words["library"], words["type"], "*x*", *SYMBOLS]
    about = words["about declared"].format(notable=f"{NOTABLE:g}")
    return _folded(words["declared"].format(points=points), about, table(head, rows))


def _returned(spot: Spot | None, words: dict[str, str]) -> str:
    """A result with its error and, where that is notable, the exact value, in as many digits as tell them apart."""
    if not spot:
        return words["never"]
    if spot.size <= NOTABLE:
        return words["returned"].format(got=number(spot.got + 0.0, DIGITS), size=number(round(spot.size, 2)))
    got, exact = apart(spot.got + 0.0, spot.exact)
    return words["returned wrong"].format(got=got, size=number(spot.size), exact=exact)


def _edge_table(audit: Audit, words: dict[str, str]) -> str:
    limits = [words["limits"].format(f=symbol) for symbol in SYMBOLS]
    head = [words["library"], words["type"], *SYMBOLS, *limits, words["integers"]]
    best = audit.nearest
    cells = [(words["exact"], [dtype], _ends(dtype, orders, orders, words, "")) for dtype, orders in best.items()]
    for row in audit.rows:
        if row.orders:
            ends = _ends(row.dtype, row.orders, best[row.dtype], words, _integers(row, words))
            cells.append((row.library, [_dtype(row, words)], ends))
    return table(head, cells)


def _conventions(audit: Audit, words: dict[str, str]) -> str:
    """What is returned where there is no derivative, if there are such places."""
    rows = [(derivative, [sides, result], []) for derivative, sides, result in choices(audit.rows, words)]
    if not rows:
        return ""
    head = [words["derivative"], words["both sides"], words["choices"]]
    return _folded(words["conventions"], words["about conventions"], table(head, rows, words["list"]))


def on_cards(measured: Audited, recorded: Sequence[Recorded], words: dict[str, str], symbols: Sequence[str]) -> str:
    """What is recorded of cards, or that there is nothing. symbols: of the value and of each derivative."""
    if not recorded:
        return f"{words['no card']}\n"
    return "".join(_card(measured, one, words, symbols) for one in recorded)


def _card(measured: Audited, recorded: Recorded, words: dict[str, str], symbols: Sequence[str]) -> str:
    named = words["list"].join(dict.fromkeys(recorded.cards.values()))
    versions = words["list"].join(f"{title} {version}" for title, version in recorded.versions.items())
    head = [words["library"], words["type"]]
    for symbol in symbols:
        head += [words["on processor"].format(f=symbol), words["on card"].format(f=symbol)]
    here, there = cards.apart(measured, recorded, words)
    kind = words["of numbers" if isinstance(measured, Audit) else "of vectors"]
    about = [words["about card"].format(card=named, versions=versions, machine=recorded.machine) + kind]
    about += [words["only processor"].format(flags=here)] if here else []
    about += [words["only card"].format(flags=there)] if there else []
    beside = table(head, cards.beside(measured, recorded, words, ORDERS[: len(symbols)]))
    return _folded(words["card"].format(card=named), "\n\n".join(about), beside)


def _integers(row: Row, words: dict[str, str]) -> str:
    """What integers give; their types only where that hangs on them."""
    results: dict[str, list[str]] = {}
    for given in row.integers:
        results.setdefault(given.returns or words["not taken"], []).append(given.dtype)
    if len(results) == 1:
        return next(iter(results))
    return words["semicolon"].join(
        f"{words['list'].join(types)}{words['colon']}{got}" for got, types in results.items()
    )


def table(head: list[str], rows: Iterable[tuple[str, list[str], list[str]]], between: str = ", ") -> str:
    """A Markdown table of libraries, words and numbers. between: what stands between libraries in one row.

    Libraries with equal cells share a row, and a library's name stands at its first row only.
    """
    merged: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for library, texts, numbers in rows:
        merged.setdefault((tuple(texts), tuple(numbers)), []).append(library)
    named: dict[str, list[list[str]]] = {}
    for (texts, numbers), libraries in merged.items():
        title = between.join(own_first(dict.fromkeys(libraries)))
        named.setdefault(title, []).append([*texts, *numbers])
    left = 1 + len(next(iter(merged))[0]) if merged else 1
    lines = [" | ".join(head), " | ".join(["---"] * left + ["--:"] * (len(head) - left))]
    for title, parts in named.items():
        lines += [" | ".join([title if not index else "", *part]) for index, part in enumerate(parts)]
    return '<div class="errors" markdown>\n\n' + "\n".join(f"| {line} |" for line in lines) + "\n\n</div>\n"


def _errors(row: Row, words: dict[str, str]) -> list[str]:
    """Largest and mean error of each order."""
    cells = []
    for order in range(len(ORDERS)):
        if order < len(row.orders):
            accuracy = row.orders[order]
            cells += [_there(accuracy.max_error, words), number(accuracy.mean_error)]
        else:
            cells += [words["not taken"] if not row.orders else words["no gradient"], words["never"]]
    return cells


def _spot(spot: Spot | None, words: dict[str, str], end: str = "") -> str:
    """An error with its place, unless there is none. end: what stands behind that, before what came out there."""
    if not spot:
        return words["never"]
    size = number(spot.size)
    return f"{size} <small>{words['at'].format(x=place(spot.x))}{end}</small>" if spot.size else size


def _ends(
    dtype: str, orders: Sequence[Accuracy], nearest: Sequence[Accuracy], words: dict[str, str], integers: str
) -> list[str]:
    """Where results of each order end, their limits, and what integers give. nearest: what is faultless."""
    missing = [words["never"]] * (len(ORDERS) - len(orders))
    ends = [_edges(here, best, FORMATS[dtype], words) for here, best in zip(orders, nearest, strict=False)]
    limits = [
        words["list"].join(number(accuracy.at_nonfinite[name][0], 4) for name in ("-inf", "inf")) for accuracy in orders
    ]
    return [*ends, *missing, *limits, *missing, integers]


def _edges(accuracy: Accuracy, nearest: Accuracy, format: Format, words: dict[str, str]) -> str:
    """Where results are 0, inf or nan. Not told are zeros beyond which the results are numbers again, where there are
    such in a faultless implementation, too, and at the least numbers of the format: the function only passes 0 there.
    """
    least = math.ldexp(format.smallest_normal, 1 - format.precision)
    passed = [Edge("zero", x, x, False) for x in (least, -least)]
    passed += [edge for edge in nearest.edges if edge.kind == "zero" and not edge.onward]
    edges = [_edge(edge, least, words) for edge in accuracy.edges if not any(_within(edge, one) for one in passed)]
    return words["comma"].join(edges) or words["never"]


def _edge(edge: Edge, least: float, words: dict[str, str]) -> str:
    """Where results are so. least: the least number of the format, beside 0."""
    form = "edge with gaps"
    if edge.onward:
        form = "edge"
    elif edge.near == edge.far:
        form = "edge alone"
    elif abs(edge.near) <= least:
        form = "edge beside 0"
    return words[form].format(kind=edge.kind.replace("zero", "0"), near=place(edge.near), far=place(edge.far))


def _within(edge: Edge, known: Edge) -> bool:
    """Whether an edge lies within another one of its kind."""
    same = edge.kind == known.kind and math.copysign(1, edge.near) == math.copysign(1, known.near)
    return same and abs(known.near) <= abs(edge.near) <= abs(edge.far) <= abs(known.far)


# Plot -----------------------------------------------------------------------------------------------------------------


def _plot(audit: Audit, words: dict[str, str]) -> str:
    if not audit.plot:
        return "\n"
    name = f"{audit.function}-audit"
    picture = inline(audit.plot, name, words["plot"])
    return f'<figure class="plot" id="{name}">{picture}<figcaption>{legend(audit.rows)}</figcaption></figure>\n'
