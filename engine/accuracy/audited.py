"""The accuracy of every kind of function, of a number and of a vector: what is measured, recorded, and differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.accuracy import audit
from engine.accuracy import record as of_numbers
from engine.accuracy.audit import Audit
from engine.accuracy.measuring import USUAL, Conditions
from engine.accuracy.rows import measuring as rows
from engine.accuracy.rows import record as of_vectors
from engine.accuracy.rows.results import VectorMeasurement
from engine.base.errors import Problem, SourceError
from engine.base.yamlfile import load
from engine.sources.definition import Definition

Audited = Audit | VectorMeasurement


def audits(
    root: Path, definitions: Sequence[Definition], conditions: Conditions = USUAL
) -> list[Audited | SourceError]:
    """What is measured of functions, as it was kept or now; or what is in the way."""
    vectors = iter(rows.measurements(root, [entry for entry in definitions if entry.entries], conditions))
    numbers = iter(audit.audits(root, [entry for entry in definitions if not entry.entries], conditions))
    return [next(vectors if entry.entries else numbers) for entry in definitions]


def measure(root: Path, definition: Definition, conditions: Conditions = USUAL) -> Audited:
    """A new measurement of one function, whatever is kept. Raises SourceError for what is in the way."""
    return (rows if definition.entries else audit).measure(root, definition, conditions)


def renamed(measured: Audited, name: str) -> Audited:
    """A measurement of one implementation, with another name for it."""
    return replace(measured, rows=tuple(replace(row, api=name, library=name) for row in measured.rows))


def schema(definition: Definition) -> dict[str, Any]:
    """The schema of a record."""
    return of_vectors.SCHEMA if definition.entries else of_numbers.SCHEMA


def recorded(root: Path, definition: Definition) -> dict[str, Any] | None:
    """The table that is recorded of a function, or None. Raises SourceError if it cannot be read."""
    file = root / of_numbers.location(definition)
    return load(root, file, schema(definition)) if file.is_file() else None


def dump(table: dict[str, Any], about: Mapping[str, Any] = MappingProxyType({})) -> str:
    """A record as YAML. about: what else it says, texts or mappings of texts."""
    return (of_numbers if "flags" in table else of_vectors).dump(table, about)


def largest(table: dict[str, Any], name: str, dtype: str, order: str) -> float | None:
    """The largest error in what is recorded, of numbers without 0, inf and nan; None where there is no such result."""
    return (of_numbers if "flags" in table else of_vectors).largest(table["accuracy"].get(name, {}), dtype, order)


def flags(table: dict[str, Any]) -> dict[str, list[str]]:
    """What a record says is wrong, by name: of vectors, the groups with an error that is notable."""
    return table["flags"] if "flags" in table else of_vectors.notable(table)


def table(measured: Audited) -> dict[str, Any]:
    """What is recorded of a measurement."""
    return of_numbers.table(measured) if isinstance(measured, Audit) else of_vectors.table(measured)


def differences(old: dict[str, Any], new: dict[str, Any]) -> of_numbers.Differences:
    """Paths in two tables of one function to what differs, with both sides; None for a side that has nothing there."""
    yield from of_numbers.differences(old, new) if "flags" in new else of_vectors.differences(old, new)


def problems(root: Path, definition: Definition, measured: Audited) -> list[Problem]:
    """Every recorded number that is not what was measured. Raises SourceError for a record that cannot be read."""
    if isinstance(measured, Audit):
        return of_numbers.problems(root, definition, measured)
    return of_vectors.problems(root, definition, measured)


def record(root: Path, definition: Definition, measured: Audited) -> bool:
    """Write what was measured beside the definition, unless the record holds. Returns whether the file changed."""
    if isinstance(measured, Audit):
        return of_numbers.record(root, definition, measured)
    return of_vectors.record(root, definition, measured)
