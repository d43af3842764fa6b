"""What libraries return for a derivative that does not exist, where both sides have one: a choice of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.accuracy.results import Convention, Row
from engine.render.error_curves import own_first
from engine.render.numbers import SYMBOLS, number, place

#: Digits of one-sided derivatives and of results, as few as hold for every type.
DIGITS = 3


@dataclass
class _Place:
    """A derivative at an x: its sides as text, and by result the libraries with their types."""

    order: int
    x: float
    sides: str
    jump: bool
    results: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def choices(rows: Sequence[Row], words: dict[str, str]) -> Iterator[list[str]]:
    """Cells of a table: the derivative and its place, what the sides give, and each result with who returns it."""
    types: dict[str, list[str]] = {}
    for row in rows:
        types.setdefault(row.library, []).append(row.dtype)
    for found in sorted(_places(rows, words).values(), key=lambda place: (place.order, place.x)):
        texts = [
            f"{words['choice'].format(got=got)}{words['colon']}{_who(libraries, types, words)}"
            for got, libraries in found.results.items()
        ]
        about = words["sides jump" if found.jump else "sides"].format(sides=found.sides)
        yield [f"{SYMBOLS[found.order]} {words['at'].format(x=place(found.x))}", about, words["semicolon"].join(texts)]


def _places(rows: Sequence[Row], words: dict[str, str]) -> dict[tuple[int, float, str], _Place]:
    """Whatever was seen, by derivative, place and sides."""
    places: dict[tuple[int, float, str], _Place] = {}
    for row in rows:
        for accuracy in row.orders:
            for seen in accuracy.conventions:
                sides = " \\| ".join(shown_sides(seen))
                key = (accuracy.order, seen.x, sides)
                found = places.setdefault(key, _Place(accuracy.order, seen.x, sides, seen.jump))
                found.results.setdefault(shown_result(seen, words), {}).setdefault(row.library, []).append(row.dtype)
    return places


def shown_sides(seen: Convention) -> list[str]:
    """The derivatives from the left and from the right."""
    return [number(side + 0.0, DIGITS) for side in (seen.left, seen.right)]


def shown_result(seen: Convention, words: dict[str, str], digits: int = DIGITS) -> str:
    """What is returned and, if it is something else alone, that too; a zero has no sign here."""
    got, alone = (number(value + 0.0, digits) for value in (seen.got, seen.alone))
    return got if got == alone else words["choice alone"].format(got=got, alone=alone)


def _who(libraries: dict[str, list[str]], types: dict[str, list[str]], words: dict[str, str]) -> str:
    """Libraries, each with its types where not all of them give this result."""
    return words["list"].join(
        library if len(libraries[library]) == len(types[library]) else f"{library} ({', '.join(libraries[library])})"
        for library in own_first(libraries)
    )
