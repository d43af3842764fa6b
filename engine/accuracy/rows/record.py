"""The recorded accuracy of a function of a vector, `snippets/<function>/audit.yml`, and what differs from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
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
SCHEMA: dict[str, Any] = {
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
    return told(root, file, differences(load(root, root / file, SCHEMA), table(measured)), measured, accept)


def record(root: Path, definition: Definition, measured: VectorMeasurement) -> bool:
    """Write what was measured beside the definition, unless the record holds. Returns whether the file changed."""
    try:
        if not problems(root, definition, measured):
            return False
    except SourceError:
        pass  # an unreadable record is replaced
    return write(root / location(definition), dump(table(measured)))


def dump(table: Mapping[str, Any], about: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The record as YAML. about: as of `engine.accuracy.record`."""
    lines = [_HEAD.rstrip("\n")]
    lines += [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in about.items()]
    lines.append("accuracy:")
    for name, dtypes in sorted(table["accuracy"].items()):
        lines.append(f"  {name}:")
        for dtype, orders in dtypes.items():
            if isinstance(orders, str):
                lines.append(f"    {dtype}: {orders}")
                continue
            lines.append(f"    {dtype}:")
            lines += [f"      {order}: {shown(groups)}" for order, groups in orders.items()]
    return "\n".join(lines) + "\n"


def largest(entry: Mapping[str, Any], dtype: str, order: str) -> float | None:
    """The largest error over all groups in what is recorded of a name; None where it has no such type or order."""
    orders = entry.get(dtype)
    groups = orders.get(order) if isinstance(orders, dict) else None
    return max(groups.values()) if groups else None


def notable(table: Mapping[str, Any]) -> dict[str, list[str]]:
    """Type, order and group of each error that is notable, by name."""
    return {
        name: [
            f"{dtype} {order} {group}"
            for dtype, orders in dtypes.items()
            for order, groups in (orders.items() if isinstance(orders, dict) else ())
            for group, size in groups.items()
            if size > NOTABLE
        ]
        for name, dtypes in table["accuracy"].items()
    }


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
