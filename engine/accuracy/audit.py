"""The accuracy audit of a function: how far each library is from the exact value, and every fault that shows by itself.

What is measured comes from `engine.accuracy.measuring`, the faults from the rules of `engine.accuracy.flags`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.accuracy import measuring
from engine.accuracy.flags import Flag, find_flags
from engine.accuracy.results import Measurement
from engine.run import progress
from engine.sources.definition import Definition

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Audit(Measurement):
    """What is known of the accuracy of one function.

    plot: SVG of the error curves, which `engine.render.error_curves` draws for a page, and empty until then.
    """

    flags: tuple[Flag, ...]
    plot: str = ""


def audit(root: Path, definition: Definition, own: Mapping[str, str] = _NONE) -> Audit:
    """The audit of a function, of the measurement kept or of a new one, which is then kept.

    own: variables of the measuring processes beside those of `engine.run.isolation`, for other conditions than usual.
    Raises SourceError for a missing library, or a process that fails or takes too long.
    """
    measurement = measuring.recall(root, definition, own)
    if measurement is None:
        progress.current.say(f"measuring the accuracy of {definition.name}, which takes minutes the first time")
        try:
            measurement = _measure(root, definition, own)
        finally:
            progress.current.say("")
        measuring.keep(root, definition, measurement, own)
    return _judged(measurement, definition)


def measure(root: Path, definition: Definition, own: Mapping[str, str] = _NONE) -> Audit:
    """The audit of a new measurement, whatever is kept. Arguments and errors as of `audit`."""
    return _judged(_measure(root, definition, own), definition)


def _measure(root: Path, definition: Definition, own: Mapping[str, str]) -> Measurement:
    def tell(part: str) -> None:
        progress.current.say(f"measuring the accuracy of {definition.name}: {part}", passing=True)

    return measuring.measure(root, definition, tell, own)


def _judged(measurement: Measurement, definition: Definition) -> Audit:
    return Audit(**vars(measurement), flags=tuple(find_flags(measurement.rows, definition.apis)))
