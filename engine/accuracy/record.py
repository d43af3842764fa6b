"""The recorded table of a function's accuracy, `snippets/<function>/audit.yml`, and what differs from it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.accuracy.audit import Audit
from engine.accuracy.flags import near
from engine.accuracy.formats import PRECISION
from engine.accuracy.results import ORDERS, Accuracy, Spot
from engine.base.errors import Problem, SourceError
from engine.base.files import write
from engine.base.yamlfile import line_of, load
from engine.sources.definition import Definition

#: Recorded and measured errors match within this factor; places within WITHIN.
FACTOR, WITHIN = 2.0, 0.015
#: Errors in the subnormal range up to this, in ulp, come and go with a processor's vector code.
ROUNDING = 2.0

_NUMBER = {"type": "number"}
_PLACES = {"type": "array", "items": _NUMBER, "minItems": 1}


def _closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of a mapping with no other keys."""
    return {"type": "object", "additionalProperties": False, "properties": properties} | more


#: Keys of the record, which its readers know -> what they are called in `engine.accuracy.results.Accuracy`.
_ERRORS = {
    "max": "max_error",
    "mean": "mean_error",
    "subnormal": "subnormal_error",
    "step": "discontinuity",
    "drop": "non_monotonic",
}
_ORDER = _closed(dict.fromkeys(_ERRORS, _NUMBER) | dict.fromkeys(("zero", "inf", "nan"), _PLACES))
_DTYPE = _closed(dict.fromkeys(ORDERS, _ORDER), type=["object", "string"])
_FUNCTION = _closed({"integers": {"type": "string"}} | dict.fromkeys(PRECISION, _DTYPE))
_FLAGS = {"type": "array", "items": {"type": "string"}}
#: accuracy: function -> dtype -> order -> numbers, or in place of orders what the dtype gives; flags: function ->
#: dtype, order and kind of each fault.
_SCHEMA = _closed(
    {
        "accuracy": {"type": "object", "additionalProperties": _FUNCTION},
        "flags": {"type": "object", "additionalProperties": _FLAGS},
    },
    required=["accuracy", "flags"],
)
_HEAD = """\
# What the audit measured. `check` compares: errors within a factor of 2, places within 1.5 %, flags exactly.
# max, mean, subnormal, step, drop: errors in ulp. zero, inf, nan: the x nearest to 0 on each side with such a result.
"""


def problems(root: Path, definition: Definition, audit: Audit) -> list[Problem]:
    """Every recorded number that is not what was measured, with its line.

    Raises SourceError for a record that cannot be read.
    """
    file = _record(definition)
    name, accept = file.as_posix(), f"  accept it: python -m engine record {file.parent.as_posix()}"
    if not (root / file).is_file():
        return [Problem(name, "no recorded audit", detail=accept)]
    return [
        Problem(
            name,
            f"{': '.join(path)} is something else",
            line_of(root, file, path),
            f"  - {shown(old)}\n  + {shown(new)}\n  with {_conditions(audit)}\n{accept}",
        )
        for path, old, new in differences(recorded(root, definition), table(audit))
    ]


def _conditions(audit: Audit) -> str:
    """With what and where an audit was measured."""
    return ", ".join([*(f"{title} {number}" for title, number in audit.versions.items()), audit.machine])


def recorded(root: Path, definition: Definition) -> dict[str, Any]:
    """The table that is recorded. Raises SourceError if it cannot be read."""
    return load(root, root / _record(definition), _SCHEMA)


def record(root: Path, definition: Definition, audit: Audit) -> bool:
    """Write what was measured beside the definition, unless the record holds. Returns whether the file changed."""
    try:
        if not problems(root, definition, audit):
            return False
    except SourceError:
        pass  # an unreadable record is replaced
    return write(root / _record(definition), _dump(table(audit)))


def _record(definition: Definition) -> Path:
    """Its path from the root of the project."""
    return definition.path.with_name("audit.yml")


def table(audit: Audit) -> dict[str, Any]:
    """What is recorded of an audit."""
    accuracy: dict[str, Any] = {}
    for row in audit.rows:
        entry = accuracy.setdefault(row.name, {"integers": row.integers.returns or "refused"})
        if row.orders:
            entry[row.dtype] = {ORDERS[order.order]: _numbers(order) for order in row.orders}
        else:
            entry[row.dtype] = f"returns {row.returns}" if row.returns else "refused"
    return {"accuracy": accuracy, "flags": _flags(audit)}


def _flags(audit: Audit) -> dict[str, list[str]]:
    """Dtype, order and kind of each flag, by name."""
    texts: dict[str, set[str]] = {}
    for flag in audit.flags:
        if flag.kind == "alone":
            continue  # vector code beside scalar code: some processors have only one of them
        words = (flag.dtype, ORDERS[flag.order] if flag.order >= 0 else "", flag.kind)
        texts.setdefault(flag.name, set()).add(" ".join(filter(None, words)))
    return {name: sorted(kinds) for name, kinds in texts.items()}


def _numbers(accuracy: Accuracy) -> dict[str, Any]:
    """The recorded numbers of one order."""
    numbers: dict[str, Any] = {}
    for key, name in _ERRORS.items():
        error: Spot | float | None = getattr(accuracy, name)
        if error is not None:
            numbers[key] = error.size if isinstance(error, Spot) else error
    for edge in accuracy.edges:
        numbers.setdefault(edge.kind, []).append(edge.near)
    return numbers


def differences(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Paths in two tables to what differs, with both sides; None for a side that has nothing there."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            # A fall of one unit is rounding: one CPU's vector code shows it and another's does not.
            none = 1.0 if key == "drop" else None
            one, other = old.get(key, none), new.get(key, none)
            if not (key == "subnormal" and _is_rounding(one, other)):
                yield from differences(one, other, (*path, key))
    elif not _same(old, new, places=path[0] == "accuracy"):
        yield path, old, new


def _is_rounding(one: float | None, other: float | None) -> bool:
    """Whether errors in the subnormal range are one or two of the smallest units that there are."""
    return bool(one and other and max(one, other) <= ROUNDING)


def _same(old: Any, new: Any, places: bool) -> bool:
    """Whether two values of a table agree. places: whether lists are places, which may move a little."""
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return new / FACTOR <= old <= new * FACTOR
    if places and isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return all(near(a, b, WITHIN) for a, b in zip(old, new, strict=True))
    return old == new


def shown(value: Any) -> str:
    """A recorded value as YAML on one line."""
    match value:
        case None:
            return "nothing"
        case bool() | str():
            return str(value)
        case int() | float():
            return _number(value)
        case dict():
            return "{" + ", ".join(f"{key}: {shown(part)}" for key, part in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(shown, value)) + "]"


def _number(value: float) -> str:
    """To four digits. YAML 1.1 takes 1e+05 for text, 1.0e+05 for a number."""
    if not math.isfinite(value):
        return {math.inf: ".inf", -math.inf: "-.inf"}.get(value, ".nan")
    mantissa, e, exponent = f"{value:.4g}".partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}" if e else mantissa


def _dump(table: dict[str, Any]) -> str:
    """The record as YAML: a line for each order, so that a change is one line of a diff."""
    lines = [_HEAD + "accuracy:"]
    for name, entry in sorted(table["accuracy"].items()):
        lines.append(f"  {name}:")
        for dtype, orders in entry.items():
            if isinstance(orders, str):
                lines.append(f"    {dtype}: {orders}")
                continue
            lines.append(f"    {dtype}:")
            lines += [f"      {order}: {shown(numbers)}" for order, numbers in orders.items()]
    lines.append("flags:" if table["flags"] else "flags: {}")
    for name, kinds in sorted(table["flags"].items()):
        lines.append(f"  {name}:")
        lines += [f"    - {kind}" for kind in kinds]
    return "\n".join(lines) + "\n"
