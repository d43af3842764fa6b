"""The recorded table of a function's accuracy, `snippets/<function>/audit.yml`, and what differs from it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from engine.accuracy.audit import Audit
from engine.accuracy.flags import NOTABLE, near
from engine.accuracy.formats import PRECISION
from engine.accuracy.results import INTEGERS, ORDERS, REACHES, SIDES, Accuracy, Convention
from engine.base.errors import Problem, SourceError
from engine.base.files import write
from engine.base.yamlfile import line_of, load
from engine.sources.definition import Definition

#: Recorded and measured errors match within this factor; places within WITHIN.
FACTOR, WITHIN = 2.0, 0.015
#: Errors in the subnormal range up to this, in ulp, come and go with a processor's vector code.
ROUNDING = 2.0
#: The key of errors at a declared point begins so.
_AT = "at "

#: Paths in two tables to what differs, with both sides; None for a side that has nothing there.
Differences = Iterator[tuple[tuple[str, ...], Any, Any]]


class Measured(Protocol):
    """What is told of every measurement: the versions of libraries, by title, and the machine."""

    @property
    def versions(self) -> Mapping[str, str]:
        """By title."""

    @property
    def machine(self) -> str:
        """Where it was."""


_NUMBER = {"type": "number"}
_BETWEEN = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_RESULTS = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 3}
_PLACES = {"type": "array", "items": {"anyOf": [_NUMBER, _BETWEEN]}, "minItems": 1}


def _closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of a mapping with no other keys."""
    return {"type": "object", "additionalProperties": False, "properties": properties} | more


#: Faults of a part of the line that are recorded, by their size in ulp. Of the others the places are, as where results
#: end, and that of one alone hangs on the processor.
_FAULTS = ("error", "subnormal", "flushed", "step", "drop")
_PART = _closed(dict.fromkeys(_FAULTS, _NUMBER))
_ORDER = _closed(
    {"mean": _NUMBER}
    | dict.fromkeys(("zero", "inf", "nan"), _PLACES)
    | {"convention": {"type": "array", "items": _RESULTS, "minItems": 1}}
    | {f"{side} {reach}": _PART for side in SIDES for reach in REACHES},
    patternProperties={f"^{_AT}": {"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": 3}},
)
_DTYPE = _closed(dict.fromkeys(ORDERS, _ORDER), type=["object", "string"])
_INTEGERS = _closed({dtype: {"type": "string"} for dtype in INTEGERS})
_FUNCTION = _closed({"integers": _INTEGERS} | dict.fromkeys(PRECISION, _DTYPE))
_FLAGS = {"type": "array", "items": {"type": "string"}}
#: accuracy: function -> dtype -> order -> numbers, or in place of orders what the dtype gives; flags: function ->
#: dtype, order and kind of each fault.
SCHEMA = _closed(
    {
        "accuracy": {"type": "object", "additionalProperties": _FUNCTION},
        "flags": {"type": "object", "additionalProperties": _FLAGS},
    },
    required=["accuracy", "flags"],
)
_HEAD = """\
# What the audit measured. `check` compares: errors within a factor of 2, places within 1.5 %, flags exactly.
# error, mean, subnormal, flushed, step, drop: in ulp, as engine/accuracy/results.py says. zero, inf, nan: on each side
# of 0 the nearest and the farthest x of those beside it and of those between other results, and the x from which on all
# are so. convention: an x without a derivative and what is returned there, and what it is alone if that is something
# else. at: the errors at the float nearest to a point that the definition declares, and at its neighbours.
"""


def problems(root: Path, definition: Definition, audit: Audit) -> list[Problem]:
    """Every recorded number that is not what was measured, with its line.

    Raises SourceError for a record that cannot be read.
    """
    file = location(definition)
    accept = f"  accept it: python -m engine record {file.parent.as_posix()}"
    if not (root / file).is_file():
        return [Problem(file.as_posix(), "no recorded audit", detail=accept)]
    return told(root, file, differences(recorded(root, definition), table(audit)), audit, accept)


def told(root: Path, file: Path, found: Differences, measured: Measured, accept: str) -> list[Problem]:
    """What differs between the table in a file and what was measured, as problems. accept: how to record it."""
    return [
        Problem(
            file.as_posix(),
            f"{': '.join(path)} is something else",
            line_of(root, file, path),
            f"  - {shown(old)}\n  + {shown(new)}\n  with {conditions(measured)}\n{accept}",
        )
        for path, old, new in found
    ]


def conditions(measured: Measured) -> str:
    """With what and where something was measured."""
    return ", ".join([*(f"{title} {number}" for title, number in measured.versions.items()), measured.machine])


def recorded(root: Path, definition: Definition) -> dict[str, Any]:
    """The table that is recorded. Raises SourceError if it cannot be read."""
    return load(root, root / location(definition), SCHEMA)


def record(root: Path, definition: Definition, audit: Audit) -> bool:
    """Write what was measured beside the definition, unless the record holds. Returns whether the file changed."""
    try:
        if not problems(root, definition, audit):
            return False
    except SourceError:
        pass  # an unreadable record is replaced
    return write(root / location(definition), dump(table(audit)))


def location(definition: Definition) -> Path:
    """Where its record is, from the root of the project."""
    return definition.path.with_name("audit.yml")


def table(audit: Audit) -> dict[str, Any]:
    """What is recorded of an audit."""
    accuracy: dict[str, Any] = {}
    for row in audit.rows:
        integers = {given.dtype: given.returns or "refused" for given in row.integers}
        entry = accuracy.setdefault(row.name, {"integers": integers})
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
    numbers: dict[str, Any] = {"mean": accuracy.mean_error}
    for edge in accuracy.edges:
        numbers.setdefault(edge.kind, []).append(edge.near if edge.onward else [edge.near, edge.far])
    if accuracy.conventions:
        numbers["convention"] = [_result(convention) for convention in accuracy.conventions]
    for part in accuracy.parts:
        faults = {name: getattr(part, name) for name in _FAULTS}
        if sizes := {name: fault.size for name, fault in faults.items() if fault}:
            numbers[f"{part.side} {part.reach}"] = sizes
    for there in accuracy.declared:
        numbers[f"{_AT}{there.point}"] = [spot.size for spot in there.spots]
    return numbers


def _result(convention: Convention) -> list[float]:
    """A place and what is returned there, without the sign of a zero."""
    got, alone = convention.got + 0.0, convention.alone + 0.0
    same = got == alone or (math.isnan(got) and math.isnan(alone))
    return [convention.x, got] if same else [convention.x, got, alone]


def largest(entry: Mapping[str, Any], dtype: str, order: str) -> float | None:
    """The largest error of results that are numbers, over the parts of the line, in what is recorded of a function.

    None where it has no such type or order.
    """
    orders = entry.get(dtype)
    numbers = orders.get(order) if isinstance(orders, dict) else None
    if numbers is None:
        return None
    return max(numbers.get(f"{side} {reach}", {}).get("error", 0.0) for side in SIDES for reach in REACHES)


def differences(old: Any, new: Any, path: tuple[str, ...] = ()) -> Differences:
    """Paths in two tables to what differs, with both sides; None for a side that has nothing there."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            # A unit more or less is rounding: one CPU's vector code goes beyond it and another's does not.
            none = 1.0 if key in ("step", "drop", "flushed") else None
            one, other = old.get(key, none), new.get(key, none)
            if key.startswith(_AT) and isinstance(one, list) and isinstance(other, list):
                if len(one) != len(other) or not all(map(_same_error, one, other)):
                    yield (*path, key), one, other
            elif not (key in ("subnormal", "flushed") and _is_rounding(one, other)):
                yield from differences(one, other, (*path, key))
    elif not _same(old, new, places=path[0] == "accuracy"):
        yield path, old, new


def _is_rounding(one: float | None, other: float | None) -> bool:
    """Whether errors in the subnormal range are one or two of the smallest units that there are."""
    return bool(one and other and max(one, other) <= ROUNDING)


def _same_error(old: float, new: float) -> bool:
    """Whether errors at one float agree. Vector code may round more often there, up to what is notable."""
    return max(old, new) <= NOTABLE or _same(old, new, places=False)


def _same(old: Any, new: Any, places: bool) -> bool:
    """Whether two values of a table agree. places: whether lists are places, which may move a little."""
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return new / FACTOR <= old <= new * FACTOR
    if places and isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return all(_at(a, b) for a, b in zip(old, new, strict=True))
    return old == new


def _at(old: Any, new: Any) -> bool:
    """Whether two places, or two ranges of them, agree."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_at(a, b) for a, b in zip(old, new, strict=True))
    if not (isinstance(old, (int, float)) and isinstance(new, (int, float))):
        return False
    return near(old, new, WITHIN) or (math.isnan(old) and math.isnan(new))


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
    """To four digits, if these are no infinity yet. YAML 1.1 takes 1e+05 for text, 1.0e+05 for a number."""
    if not math.isfinite(value):
        return {math.inf: ".inf", -math.inf: "-.inf"}.get(value, ".nan")
    text = f"{value:.4g}"
    mantissa, e, exponent = (text if math.isfinite(float(text)) else repr(value)).partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}" if e else mantissa


def dump(table: dict[str, Any], about: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The record as YAML: a line for each part of the line, so that a change is one line of a diff.

    about: what else it says, texts or mappings of texts.
    """
    lines = [_HEAD.rstrip("\n")]
    lines += [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in about.items()]
    lines.append("accuracy:")
    for name, entry in sorted(table["accuracy"].items()):
        lines.append(f"  {name}:")
        for dtype, orders in entry.items():
            if isinstance(orders, str) or dtype == "integers":
                lines.append(f"    {dtype}: {shown(orders)}")
                continue
            lines.append(f"    {dtype}:")
            for order, numbers in orders.items():
                lines += [f"      {order}:", *(f"        {key}: {shown(value)}" for key, value in numbers.items())]
    lines.append("flags:" if table["flags"] else "flags: {}")
    for name, kinds in sorted(table["flags"].items()):
        lines.append(f"  {name}:")
        lines += [f"    - {kind}" for kind in kinds]
    return "\n".join(lines) + "\n"
