"""The points that a step is checked at: random ones, and those where formulas tend to fail."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.mathematics.derivation.steps import Domain

_SPECIAL = (0.0, 1e-30, 1e-8, 0.5, 1.0, 2.0, 10.0, 40.0, 100.0, 710.0, 1e4, 1e6)
MODERATE = 10.0  # beyond, a difference may be too small for the precision at hand
_NEAR = 8.0  # as far as integrals, series and limits are computed


@dataclass(frozen=True)
class Point:
    """A place to check at. generic: it was drawn at random, so that both sides have to have a value there."""

    values: tuple[tuple[str, float], ...]
    generic: bool

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value:.17g}" for name, value in self.values) or "any point"


def points(domains: Mapping[str, Domain], limiting: bool) -> Iterator[Point]:
    """Random points without end, and among the first of them every special value of each variable."""
    chance = random.Random("points")
    specials = [(name, value) for name, domain in domains.items() for value in _specials(domain, limiting)]
    chance.shuffle(specials)
    while True:
        yield Point(tuple((name, _draw(domain, chance, limiting)) for name, domain in domains.items()), True)
        if specials:
            special = dict([specials.pop()])
            others = {name: _draw(domain, chance, True) for name, domain in domains.items()}
            yield Point(tuple({**others, **special}.items()), False)


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


def _draw(domain: Domain, chance: random.Random, limiting: bool) -> float:
    lower, upper = domain.lower, domain.upper
    if domain.whole:
        low, high = max(lower, -20), min(upper, 20)
        return float(chance.randint(int(low), int(high)))
    if lower > -float("inf") and upper < float("inf"):
        return chance.uniform(lower, upper)
    size = chance.uniform(0, 4) if chance.random() < 0.5 else 10 ** chance.uniform(-3, 0.9 if limiting else 2.5)
    if lower == -float("inf") and upper == float("inf"):
        return chance.choice((1, -1)) * size
    return lower + size if upper == float("inf") else upper - size
