"""The points that a step is checked at: spread, far out, where formulas tend to fail, and beside their borders."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from engine.mathematics.derivation.steps import Domain

_SPECIAL = (0.0, 1e-30, 1e-8, 0.5, 1.0, 2.0, 10.0, 40.0, 100.0, 710.0, 1e4)
MODERATE = 10.0  # beyond, a difference may be too small for the precision at hand
_NEAR = 8.0  # as far as most points lie, and as far as integrals, series and limits are computed
_WHOLE = (20, 1000)  # most whole numbers are at most the first, none is over the second
#: Multiples of these, less whole numbers, are spread evenly, and no two variables' alike (H. Weyl, 1916).
_STEPS = (2**0.5, 3**0.5, 5**0.5, 7**0.5, 11**0.5, 13**0.5)


@dataclass(frozen=True)
class Point:
    """A place to check at. generic: one of those that are spread, so that both sides have to have a value there."""

    values: tuple[tuple[str, float], ...]
    generic: bool

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value:.17g}" for name, value in self.values) or "any point"


def points(domains: Mapping[str, Domain], limiting: bool) -> Iterator[Point]:
    """Spread points without end, and among the first of them every special value of each variable."""
    chance = random.Random("points")
    specials = [(name, value) for name, domain in domains.items() for value in _specials(domain, limiting)]
    chance.shuffle(specials)
    for number in count(1):
        yield Point(tuple(_spread(domains, number, limiting)), True)
        if specials:
            special = dict([specials.pop()])
            yield Point(tuple({**dict(_spread(domains, number, True)), **special}.items()), False)


def _specials(domain: Domain, limiting: bool) -> list[float]:
    values = {sign * value for value in _SPECIAL for sign in (1, -1)}
    for end, sign in ((domain.lower, 1), (domain.upper, -1)):
        if abs(end) != float("inf"):
            values |= {end, end + sign * 1e-8}
    largest = _NEAR if limiting else float("inf")
    smallest = 1e-8 if limiting else 0.0
    return sorted(
        value
        for value in values
        if domain.holds(value)
        and (not value or smallest <= abs(value) <= largest)
        and (not domain.whole or (value == int(value) and abs(value) <= 100))
    )


def _spread(domains: Mapping[str, Domain], number: int, limiting: bool) -> Iterator[tuple[str, float]]:
    for i, (name, domain) in enumerate(domains.items()):
        yield name, _value(domain, number * _STEPS[i % len(_STEPS)] % 1, number + i, limiting)


def _value(domain: Domain, part: float, number: int, limiting: bool) -> float:
    """A value of a variable: six in ten spread over the middle of its domain, the others over its magnitudes."""
    lower, upper = domain.lower, domain.upper
    if domain.whole:
        largest = _WHOLE[0] if limiting or number % 5 else _WHOLE[1]
        low, high = max(lower, -largest), min(upper, largest)
        return float(int(low) + int(part * (high - low + 1)))
    if lower > -float("inf") and upper < float("inf"):
        return lower + part * (upper - lower)
    near = number % 5 < 3
    size = part * _NEAR if near else 10 ** (-3 + part * (3.9 if limiting else 5.5))
    if lower == -float("inf") and upper == float("inf"):
        return size if number % 2 else -size
    return lower + size if upper == float("inf") else upper - size


def beside(point: Point, name: str, border: float, domains: Mapping[str, Domain]) -> Iterator[Point]:
    """The points where a variable is at a border, and near it on both sides."""
    scale = max(1.0, abs(border))
    for step in (0.0, 1e-12, 1e-6, 1e-3):
        for value in {border - step * scale, border + step * scale}:
            if domains[name].holds(value) and (not domains[name].whole or value == int(value)):
                yield Point(tuple({**dict(point.values), name: value}.items()), False)
