"""The recorded accuracy of a function of a vector, `snippets/<function>/audit.yml`, and what differs from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.accuracy.flags import NOTABLE
from engine.accuracy.formats import PRECISION
from engine.accuracy.record import FACTOR, Differences, location, shown, told
from engine.accuracy.results import ORDERS
from engine.accuracy.rows.results import VectorMeasurement
from engine.accuracy.rows.suite import GROUPS
from engine.base.errors import Problem, SourceError
from engine.base.files import write
from engine.base.yamlfile import load
from engine.sources.definition import Definition

_GROUPS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {name: {"type": "number"} for name in GROUPS},
}
_ORDERS = {
    "type": ["object", "string"],
    "additionalProperties": False,
    "properties": dict.fromkeys(ORDERS[:2], _GROUPS),
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["accuracy"],
    "properties": {
        "accuracy": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(PRECISION, _ORDERS),
            },
        }
    },
}
_HEAD = """\
# What the audit measured: the largest error of each group of vectors, in ulp; .inf: nan or infinite for a finite value.
# `check` takes errors for the same that are both at most 4, or within a factor of 2.
"""


def table(measured: VectorMeasurement) -> dict[str, Any]:
    """What is recorded of a measurement."""
    accuracy: dict[str, Any] = {}
    for row in measured.rows:
        entry = accuracy.setdefault(row.name, {})
        if not row.groups:
            entry[row.dtype] = "refused" if row.refused else f"returns {row.returns}"
            continue
        orders: dict[str, dict[str, float]] = {}
        for group in row.groups:
            orders.setdefault(ORDERS[group.order], {})[group.name] = group.worst.size if group.worst else 0.0
        entry[row.dtype] = orders
    return {"accuracy": accuracy}


def problems(root: Path, definition: Definition, measured: VectorMeasurement) -> list[Problem]:
    """Every recorded number that is not what was measured, with its line. Raises SourceError for an unreadable one."""
    file = location(definition)
    accept = f"  accept it: python -m engine record {file.parent.as_posix()}"
    if not (root / file).is_file():
        return [Problem(file.as_posix(), "no recorded audit", detail=accept)]
    return told(root, file, differences(load(root, root / file, _SCHEMA), table(measured)), measured, accept)


def record(root: Path, definition: Definition, measured: VectorMeasurement) -> bool:
    """Write what was measured beside the definition, unless the record holds. Returns whether the file changed."""
    try:
        if not problems(root, definition, measured):
            return False
    except SourceError:
        pass  # an unreadable record is replaced
    lines = [_HEAD + "accuracy:"]
    for name, dtypes in sorted(table(measured)["accuracy"].items()):
        lines.append(f"  {name}:")
        for dtype, orders in dtypes.items():
            if isinstance(orders, str):
                lines.append(f"    {dtype}: {orders}")
                continue
            lines.append(f"    {dtype}:")
            lines += [f"      {order}: {shown(groups)}" for order, groups in orders.items()]
    return write(root / location(definition), "\n".join(lines) + "\n")


def differences(old: Any, new: Any, path: tuple[str, ...] = ()) -> Differences:
    """Paths in two tables to what differs, with both sides; None for a side that has nothing there."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from differences(old.get(key), new.get(key), (*path, key))
    elif not _same(old, new):
        yield path, old, new


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return max(old, new) <= NOTABLE or new / FACTOR <= old <= new * FACTOR
    return bool(old == new)
