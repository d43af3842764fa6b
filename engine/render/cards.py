"""What libraries do on a card, beside what they do on the processor: the largest errors, and flags of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.accuracy import audited
from engine.accuracy.audited import Audited
from engine.accuracy.cards import Recorded
from engine.accuracy.formats import PRECISION
from engine.render.error_curves import own_first
from engine.render.numbers import number


def beside(
    measured: Audited, recorded: Recorded, words: Mapping[str, str], orders: Sequence[str]
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Library, type, and for each order the largest error on the processor and on the card."""
    here = audited.table(measured)
    for name, title in _titles(measured, recorded).items():
        for dtype in PRECISION:
            cells = [
                words["never"] if size is None else number(size)
                for order in orders
                for table in (here, recorded.table)
                for size in (audited.largest(table, name, dtype, order),)
            ]
            yield title, [dtype], cells


def apart(measured: Audited, recorded: Recorded, words: Mapping[str, str]) -> tuple[str, str]:
    """What is flagged on the processor only, and on the card only."""
    titles = _titles(measured, recorded)
    here, there = audited.flags(audited.table(measured)), audited.flags(recorded.table)
    return _only(here, there, titles, words), _only(there, here, titles, words)


def _titles(measured: Audited, recorded: Recorded) -> dict[str, str]:
    """The libraries that were measured on the card, by the name of the row."""
    known = {row.name: row.library for row in measured.rows}
    names = own_first(recorded.table["accuracy"])
    return {name: known.get(name, f"`{name}`") for name in names}


def _only(
    some: Mapping[str, Any], other: Mapping[str, Any], titles: Mapping[str, str], words: Mapping[str, str]
) -> str:
    """Flags of the first table that the other does not have, by library."""
    parts = []
    for name, title in titles.items():
        more = [flag for flag in some.get(name, []) if flag not in other.get(name, []) and flag != "default"]
        if more:
            parts.append(title + words["colon"] + words["list"].join(f"`{flag}`" for flag in more))
    return words["semicolon"].join(parts)
