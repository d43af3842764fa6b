"""The errors that a person has to mend: each names a file, a line where there is one, and the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Item, Result = TypeVar("Item"), TypeVar("Result")


@dataclass(frozen=True)
class Problem:
    """One fault in the sources: where, what, and the detail that helps to mend it."""

    path: str
    reason: str
    line: int | None = None
    detail: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.reason}" + ("\n" + self.detail.rstrip("\n") if self.detail else "")


class SourceError(Exception):
    """Sources that cannot be used. `problems` holds all of them, so that one run shows everything."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def attempt(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> tuple[dict[Item, Result], dict[Item, list[Problem]]]:
    """What a function returns for each item, and the problems of those for which it raises SourceError."""
    results: dict[Item, Result] = {}
    problems: dict[Item, list[Problem]] = {}
    for item in items:
        try:
            results[item] = function(item)
        except SourceError as error:
            problems[item] = error.problems
    return results, problems


def gather(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """What a function returns for each item. Raises SourceError with the problems of all of them."""
    results, problems = attempt(lambda item: function(item[1]), enumerate(items))
    if problems:
        raise SourceError([problem for some in problems.values() for problem in some])
    return list(results.values())
