"""The list of what the audit's rules flagged: of each kind of fault, which libraries have it, where and how much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.accuracy.audit import Audit
from engine.accuracy.flags import NOTABLE, Flag
from engine.accuracy.results import Convention, Spot
from engine.render.conventions import shown_result, shown_sides
from engine.render.error_curves import own_first
from engine.render.numbers import SYMBOLS, apart, number, place

#: Digits of what is returned outside of both sides: a last digit may be all that is outside.
APART = 12
#: Kinds of flags in the order of the page. What concerns a whole function stands at the end.
KINDS = (
    *("step", "drop", "error", "zero", "inf", "nan", "convention", "infinity", "negative zero", "nan lost"),
    *("subnormal", "flushed", "alone"),
    *("no derivative", "integer", "integer type", "default", "dtype", "refused"),
)


def faults(audit: Audit, words: dict[str, str]) -> str:
    """A list for each kind of fault."""
    if not audit.flags:
        return words["none"] + "\n"
    tried = sum(len(row.orders) or 1 for row in audit.rows)
    parts = [words["summary"].format(count=len(audit.flags), tried=tried)]
    for heading, items in by_kind(audit, words):
        parts += [heading, "\n".join(items)]
    return "\n\n".join(parts) + "\n"


def by_kind(audit: Audit, words: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """What each kind of fault is, with an item for the libraries that share such faults."""
    titles = {row.name: row.library for row in audit.rows}
    shown = _unexplained(_worst(audit.flags))  # in this order: what is shown is the largest, or the step that it is
    for kind in KINDS:
        known = {} if kind == "default" else titles  # of functions, of which a library may have several
        if items := _items([flag for flag in shown if flag.kind == kind], known, words):
            yield words[kind].format(notable=f"{NOTABLE:g}"), items


def _items(flags: Iterable[Flag], titles: Mapping[str, str], words: dict[str, str]) -> list[str]:
    """An item for the libraries that share the flags of one kind. titles: of libraries, by name of the row."""
    alike: dict[str, dict[tuple[Any, ...], list[Flag]]] = {}
    for flag in flags:
        title = titles.get(flag.name, f"`{flag.name}`")
        where = flag.order, _side(flag) if flag.fault else _fact(flag, words)
        alike.setdefault(title, {}).setdefault(where, []).append(flag)
    libraries: dict[str, list[str]] = {}
    for title, groups in alike.items():
        text = words["semicolon"].join(_sentence(group, words) for group in groups.values())
        libraries.setdefault(text, []).append(title)
    return [f"- {', '.join(own_first(some))}{words['colon']}{text}" for text, some in libraries.items()]


def _side(flag: Flag) -> str:
    """The side of 0, or the very place of what is in no part of the line."""
    return flag.part[0] or f"{flag.x}"


def _sentence(flags: list[Flag], words: dict[str, str]) -> str:
    """The largest of the faults of one order on one side with its types, and which other types have such a fault."""
    worst = _fact(max(flags, key=_weight), words)
    here = [flag.dtype for flag in flags if _fact(flag, words) == worst]
    others = [flag.dtype for flag in flags if flag.dtype not in here]
    if not any(here):
        return worst  # a fault of the name, whatever the type
    template = words["fact in types and others" if others else "fact in types"]
    return template.format(fact=worst, types=words["list"].join(here), others=words["list"].join(others))


def _unexplained(flags: Iterable[Flag]) -> list[Flag]:
    """Flags without errors that are beside a step of their size: they are that step."""
    flags = list(flags)
    steps = {(flag.name, flag.dtype, flag.order, flag.part): flag for flag in flags if flag.kind == "step"}

    def explained(flag: Flag) -> bool:
        step = steps.get((flag.name, flag.dtype, flag.order, flag.part))
        if flag.kind != "error" or not step or flag.x is None or step.x is None or not step.size or not flag.size:
            return False
        return abs(flag.x - step.x) <= 1e-4 * abs(step.x) and 0.5 <= flag.size / step.size <= 2

    return [flag for flag in flags if not explained(flag)]


def _worst(flags: Iterable[Flag]) -> list[Flag]:
    """Of the flags of one kind and order, the largest on each side of 0: of zeros the largest value."""
    worst: dict[tuple[Any, ...], Flag] = {}
    for flag in flags:
        side, _ = flag.part
        key = (flag.name, flag.dtype, flag.order, flag.kind, side or flag.x)
        if key not in worst or _weight(flag) > _weight(worst[key]):
            worst[key] = flag
    return list(worst.values())


def _weight(flag: Flag) -> float:
    if flag.kind == "zero" and isinstance(flag.fault, Spot):
        return abs(flag.fault.exact)
    return flag.size or 0.0


def _fact(flag: Flag, words: dict[str, str]) -> str:
    """What a flag says, without its library and type."""
    got, exact, sides = "", "", ""
    if isinstance(flag.fault, Spot):
        got, exact = apart(flag.fault.got, flag.fault.exact)
    elif isinstance(flag.fault, Convention):
        got, sides = shown_result(flag.fault, words, APART), words["list"].join(shown_sides(flag.fault))
    text = flag.got if flag.kind == "no derivative" else flag.got.partition(":")[0]
    return words.get(f"fact {flag.kind}", words["fact"]).format(
        f=SYMBOLS[flag.order] if flag.order >= 0 else "",
        size=number(flag.size) if flag.size is not None else "",
        x=place(flag.x) if flag.x is not None and math.isfinite(flag.x) else number(flag.x or 0.0),
        got=got,
        exact=exact,
        sides=sides,
        text=f"`{text}`",
    )
