"""The accuracy audit of a function: how far each library is from the exact value, and every fault that shows by itself.

What is measured comes from `engine.accuracy.measuring`, the faults from the rules of `engine.accuracy.flags`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.accuracy import measuring
from engine.accuracy.flags import Flag, find_flags
from engine.accuracy.measuring import USUAL, Conditions
from engine.accuracy.results import Measurement
from engine.base.errors import SourceError
from engine.run import progress
from engine.sources.definition import Definition


@dataclass(frozen=True)
class Audit(Measurement):
    """What is known of the accuracy of one function.

    plot: SVG of the error curves, which `engine.render.error_curves` draws for a page, and empty until then.
    """

    flags: tuple[Flag, ...]
    plot: str = ""


def audits(root: Path, definitions: Sequence[Definition], conditions: Conditions = USUAL) -> list[Audit | SourceError]:
    """The audits of functions, of the measurements kept or of new ones, which are then kept; or what is in the way.

    All that has to be measured is measured at once.
    """
    known = [measuring.recall(root, definition, conditions) for definition in definitions]
    asked = [definition for definition, kept in zip(definitions, known, strict=True) if kept is None]
    fresh = iter(_measure(root, asked, conditions))
    found = [kept or next(fresh) for kept in known]
    for definition, kept, measured in zip(definitions, known, found, strict=True):
        if kept is None and isinstance(measured, Measurement):
            measuring.keep(root, definition, measured, conditions)
    return list(map(_judged, found, definitions))


def audit(root: Path, definition: Definition) -> Audit:
    """The audit of one function. Raises SourceError for what is in the way."""
    return _certain(audits(root, [definition])[0])


def measure(root: Path, definition: Definition, conditions: Conditions = USUAL) -> Audit:
    """The audit of a new measurement, whatever is kept. Errors as of `audit`."""
    return _certain(_judged(_measure(root, [definition], conditions)[0], definition))


def _measure(root: Path, definitions: Sequence[Definition], conditions: Conditions) -> list[Measurement | SourceError]:
    if not definitions:
        return []
    about = ", ".join(definition.name for definition in definitions)

    def tell(part: str) -> None:
        progress.current.say(f"measuring the accuracy of {about}: {part}", passing=True)

    progress.current.say(f"measuring the accuracy of {about}, which takes minutes the first time")
    try:
        return measuring.measure(root, definitions, tell, conditions)
    finally:
        progress.current.say("")


def _judged(measured: Measurement | SourceError, definition: Definition) -> Audit | SourceError:
    if isinstance(measured, SourceError):
        return measured
    return Audit(**vars(measured), flags=tuple(find_flags(measured.rows, definition.apis)))


def _certain(found: Audit | SourceError) -> Audit:
    if isinstance(found, SourceError):
        raise found
    return found
