"""What was found out about a derivation: what pages and data show of it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.errors import Problem


@dataclass(frozen=True)
class NotDecided(Problem):
    """A statement of which it could not be told whether it holds: it stops a build, and is not called wrong."""


@dataclass(frozen=True)
class Evidence:
    """How a step was checked: by a proof of SymPy, and at that many points with that many digits."""

    symbolic: bool
    points: int
    digits: int


@dataclass(frozen=True)
class Report:
    """The result for one derivation: its problems, or else the evidence for each step."""

    name: str
    problems: tuple[Problem, ...]
    evidence: tuple[Evidence, ...] = ()
