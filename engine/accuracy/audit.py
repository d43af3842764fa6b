"""The accuracy audit of a function: how far each library is from the exact value, and every fault that shows by itself.

Measuring is `engine.accuracy.worker`'s, a process of its own for each library; what is exact says
`engine.accuracy.oracle`. This module starts the processes, applies the rules that turn measurements into flags, keeps
results, and compares them with those recorded in `snippets/<function>/audit.yml`. It imports no library, so that a kept
audit is read at once.
"""

from __future__ import annotations

import hashlib
import json
import math
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.files import write
from engine.base.libraries import LIBRARIES
from engine.base.yamlfile import line_of, load
from engine.run import progress
from engine.run.isolation import ENVIRONMENT, environment
from engine.sources.definition import Api, Definition

#: Errors and steps of more than this are flagged, in ulp. Elementary functions of a good library stay around 1
#: (V. Innocente and P. Zimmermann, "Accuracy of Mathematical Functions in Single, Double, Double Extended, and
#: Quadruple Precision", hal-03141101), and a function composed of a few of them below this.
NOTABLE = 4.0
#: A difference between a value alone and the same in an array is flagged above this: the last digit may differ.
LAST_DIGIT = 1.0
#: Types whose error over x is drawn, and the number of colours that the figure style has for curves.
PLOTTED, COLOURS = ("float32", "float64"), 4
#: Bits of the significand, and largest finite number, of each format.
PRECISION = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
#: Backends that Keras is measured on.
BACKENDS = ("tensorflow", "torch", "jax")
#: Processes by (library, backend), the slowest first.
SLOWEST = [("keras", "torch"), ("keras", "tensorflow"), ("keras", "jax"), ("jax", "jax"), ("tensorflow", "tensorflow")]
#: Seconds of processor time and of wall time that one process may take, and how many run at once.
SECONDS, WALL_SECONDS, PROCESSES = 600, 3600, 2
_SMALLER = "see whether what definition.yml calls there ever returns"
#: Errors in the subnormal range up to this, in ulp, come and go with a processor's vector code.
ROUNDING = 2.0
#: Recorded and measured errors match within this factor; places within WITHIN.
FACTOR, WITHIN = 2.0, 0.015

ORDERS = ("value", "first", "second")


@dataclass(frozen=True)
class Spot:
    """How much, in ulp unless said otherwise, and at which x."""

    size: float
    x: float


@dataclass(frozen=True)
class Edge:
    """Where results become 0, inf or nan (kind) on one side of 0: the nearest such x to 0, and the farthest."""

    kind: str
    near: float
    far: float


@dataclass(frozen=True)
class Accuracy:
    """One order (0 value, 1 first, 2 second derivative) of one function in one format.

    points: floats tried; max: largest error where the exact value is no subnormal number; mean: mean error over all
    floats with a normal exact value; subnormal: largest error in the subnormal range; step: the largest step between
    neighbouring floats beyond the exact function's, if results around it are smoother; drop: the largest step against
    the exact function's direction; alone: the largest difference of the same x in an array of one and in a large array;
    lost: a result of 0 for a normal exact value, size being the largest such value; early: x nearest to 0 with an
    infinite result for a finite value; undefined: x nearest to 0 with nan for a defined value; ends: result and limit
    (None: unknown) at -inf, inf and nan; curve: largest error in each bin of x.
    """

    order: int
    points: int
    max: Spot | None
    mean: float
    subnormal: Spot | None
    step: Spot | None
    drop: Spot | None
    alone: Spot | None
    lost: Spot | None
    early: float | None
    undefined: float | None
    edges: tuple[Edge, ...]
    ends: dict[str, tuple[float, float | None]]
    curve: tuple[float, ...]


@dataclass(frozen=True)
class Integers:
    """What an array of integers gives: the dtype returned and its largest error in ulp, or why it is refused."""

    refused: str
    returns: str
    error: float | None


@dataclass(frozen=True)
class Row:
    """One function of a library in one format. backend: what it computes with; library: title as readers write it.

    refused: why the format is not taken, or empty; returns: dtype of the result; no_gradient: why there are no
    derivatives, or empty; integers: the same in each row of a function.
    """

    api: str
    backend: str
    library: str
    dtype: str
    refused: str
    returns: str
    no_gradient: str
    orders: tuple[Accuracy, ...]
    integers: Integers

    @property
    def name(self) -> str:
        """The function and, where that is another library's, its backend."""
        own = self.api.partition(".")[0]
        return self.api if self.backend in (own, "numpy") else f"{self.api} on {self.backend}"


@dataclass(frozen=True, order=True)
class Flag:
    """A fault that a rule has found. name: of the row; order: -1 if it is of no one order; got: what was seen, as text.

    size: in ulp for error, subnormal, step, drop and alone; for zero, the exact value.
    """

    name: str
    dtype: str
    order: int
    kind: str
    x: float | None
    size: float | None
    got: str


@dataclass(frozen=True)
class Audit:
    """The audit of one function. nearest: what a faultless implementation gives, by dtype; plot: SVG of the errors."""

    function: str
    rows: tuple[Row, ...]
    nearest: dict[str, tuple[Accuracy, ...]]
    flags: tuple[Flag, ...]
    versions: dict[str, str]
    machine: str
    plot: str


def audit(root: Path, definition: Definition, own: Mapping[str, str] = MappingProxyType({})) -> Audit:
    """The audit of a function: the one kept, or a new one.

    own: variables of the measuring processes beside those of `engine.run.isolation`, for other conditions than usual.
    Raises SourceError for a missing library, or a process that fails or takes too long.
    """
    file = root / ".cache" / "audit" / f"{_key(definition, own)}.json"
    try:
        return _audit(json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError, KeyError):
        pass
    progress.current.say(f"measuring the accuracy of {definition.name}, which takes minutes the first time")
    try:
        result = measure(root, definition, own)
    finally:
        progress.current.say("")
    write(file, json.dumps(asdict(result)))
    return result


# Measuring ------------------------------------------------------------------------------------------------------------


def _tasks(definition: Definition) -> dict[tuple[str, str], list[Api]]:
    """The audited functions by process: (library, backend). NumPy and what only adds functions to it share one."""
    tasks: dict[tuple[str, str], list[Api]] = {}
    for api in definition.apis:
        if not api.audit:
            continue
        if api.library == "keras":
            for backend in BACKENDS:
                tasks.setdefault(("keras", backend), []).append(api)
        else:
            worker = LIBRARIES[api.library].worker if api.library in LIBRARIES else None
            tasks.setdefault((api.library, api.library) if worker else ("numpy", "numpy"), []).append(api)
    order = {task: number for number, task in enumerate(SLOWEST)}
    return dict(sorted(tasks.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def _libraries(definition: Definition) -> list[str]:
    """Modules that an audit needs."""
    tasks = _tasks(definition)
    modules = {backend for _, backend in tasks} | {api.library for apis in tasks.values() for api in apis}
    return sorted(modules | {"numpy", "sympy", "flint", "matplotlib"})


def _key(definition: Definition, own: Mapping[str, str] = MappingProxyType({})) -> str:
    """Digest of all that the result depends on."""
    names = {"python-flint"}
    for module in _libraries(definition):
        names.update(LIBRARIES[module].distributions if module in LIBRARIES else ())
    parts = (
        definition.expression,
        {parameter.name: parameter.default for parameter in definition.parameters},
        [(api.name, api.call) for api in definition.apis if api.audit],
        {name: frameworks.version(name) for name in sorted(names)},
        frameworks.environment(),
        ENVIRONMENT | {"MATPLOTLIBRC": "", **own},
        code_digest(__name__),
    )
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def measure(root: Path, definition: Definition, own: Mapping[str, str] = MappingProxyType({})) -> Audit:
    """A new audit, whatever is kept. Arguments and errors as of `audit`."""
    missing = [module for module in _libraries(definition) if not frameworks.installed(module)]
    if missing:
        hint = "install it (pip install -r requirements.txt)"
        raise SourceError(
            [Problem(definition.path.as_posix(), f"the audit needs {name}, not installed; {hint}") for name in missing]
        )
    parameters = {parameter.name: parameter.default for parameter in definition.parameters}

    def ask(job: dict[str, Any], backend: str = "tensorflow") -> Any:
        progress.current.say(f"measuring the accuracy of {definition.name}: {_part(job)}", passing=True)
        return _run(root, definition, job, backend, own)

    shared = ask({"kind": "formulas", "expression": definition.expression, "parameters": parameters})
    shared["cache"] = str(root / ".cache" / "oracle")
    nearest: dict[str, tuple[Accuracy, ...]] = {}
    rows: list[Row] = []
    with ThreadPoolExecutor(PROCESSES) as pool:
        dtypes = sorted(PRECISION, key=lambda name: -PRECISION[name])  # the slowest first
        for dtype, orders in zip(
            dtypes, pool.map(lambda dtype: ask(shared | {"kind": "exact", "dtype": dtype}), dtypes), strict=True
        ):
            nearest[dtype] = tuple(_accuracy(order) for order in orders)
        tasks = _tasks(definition)

        def measure(task: tuple[str, str]) -> list[Row]:
            _, backend = task
            apis = [(api.name, api.call) for api in tasks[task]]
            job = shared | {"kind": "library", "backend": backend, "apis": apis}
            return [_row({**row, "backend": backend}) for row in ask(job, backend)]

        for part in pool.map(measure, tasks):
            rows += part
    place = {api.name: number for number, api in enumerate(definition.apis)}
    rows.sort(key=lambda row: (place[row.api], BACKENDS.index(row.backend) if row.backend in BACKENDS else -1))
    columns = [name for name in PLOTTED if any(row.dtype == name and row.orders for row in rows)]
    curves = [(*look(index), curve) for index, (_, curve) in enumerate(groups(rows))]
    plot = ask({"kind": "plot", "columns": columns, "groups": curves}) if columns else ""
    versions = {}
    for module in _libraries(definition):
        if module in LIBRARIES and module not in ("sympy", "matplotlib"):
            versions[LIBRARIES[module].title] = frameworks.version(LIBRARIES[module].distributions[0]) or ""
    return Audit(
        function=definition.path.parts[1],
        rows=tuple(rows),
        nearest={dtype: nearest[dtype] for dtype in PRECISION},
        flags=tuple(flags(rows)),
        versions=versions,
        machine=frameworks.machine(),
        plot=plot,
    )


def _part(job: dict[str, Any]) -> str:
    """What a job is about, for messages."""
    return " ".join(str(job[key]) for key in ("kind", "backend", "dtype") if key in job)


def _run(root: Path, definition: Definition, job: dict[str, Any], backend: str, own: Mapping[str, str]) -> Any:
    """The answer of a worker process to a job."""
    name, what = definition.path.as_posix(), _part(job)
    with tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True) as home:
        try:
            process = subprocess.run(
                [sys.executable, "-m", "engine.accuracy.worker"],
                input=json.dumps(job | {"seconds": SECONDS}),
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=root,
                env=environment(Path(home), {**own, "KERAS_BACKEND": backend}),
                timeout=WALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            reason = f"audit ({what}): still running after {WALL_SECONDS} s; {_SMALLER}"
            raise SourceError([Problem(name, reason)]) from None
    try:
        return json.loads(process.stdout)
    except json.JSONDecodeError:
        reason = f"audit ({what}): its process ended with status {process.returncode}; what it wrote last:"
        if process.returncode == -getattr(signal, "SIGXCPU", 0):
            reason = f"audit ({what}): still running after {SECONDS} s of processor time; {_SMALLER}"
        raise SourceError([Problem(name, reason, detail=process.stderr[-4000:])]) from None


def groups(rows: Iterable[Row]) -> list[tuple[str, dict[str, list[tuple[float, ...]]]]]:
    """The curves of the plot by label; libraries with equal curves share one. `look` gives the look of each."""
    curves: dict[tuple[str, str], dict[str, list[tuple[float, ...]]]] = {}
    for row in rows:
        if row.dtype in PLOTTED and row.orders:
            filled = [order.curve for order in row.orders] + [()] * (len(ORDERS) - len(row.orders))
            curves.setdefault((row.name, row.library), {})[row.dtype] = filled
    merged: list[tuple[list[str], dict[str, list[tuple[float, ...]]]]] = []
    for (_, library), curve in curves.items():
        same = next((labels for labels, other in merged if other == curve), None)
        if same is None:
            merged.append(([library], curve))
        elif library not in same:
            same.append(library)
    return [(", ".join(own_first(labels)), curve) for labels, curve in merged]


def look(index: int) -> tuple[int, str]:
    """Colour of the figure style, from 0, and line style of a curve, by a name that matplotlib and CSS share."""
    return index % COLOURS, "dashed" if index >= COLOURS else "solid"


def own_first(libraries: Iterable[str]) -> list[str]:
    """Names with those before that compute by themselves, without another library's backend."""
    return sorted(libraries, key=lambda name: "(" in name)


def title(api: str, backend: str) -> str:
    """A library as readers write it, with its backend where that is another."""
    library = api.partition(".")[0]
    own = LIBRARIES[library].title if library in LIBRARIES else library
    return own if backend in (library, "numpy") else f"{own} ({LIBRARIES[backend].title})"


# From and to JSON -----------------------------------------------------------------------------------------------------


def _spot(data: Any) -> Spot | None:
    if data is None:
        return None
    return Spot(**data) if isinstance(data, dict) else Spot(*data)


def _accuracy(data: dict[str, Any]) -> Accuracy:
    spots = {name: _spot(data[name]) for name in ("max", "subnormal", "step", "drop", "alone", "lost")}
    edges = tuple(Edge(**edge) for edge in data["edges"])
    ends = {name: (pair[0], pair[1]) for name, pair in data["ends"].items()}
    return Accuracy(**data | spots | {"edges": edges, "ends": ends, "curve": tuple(data["curve"])})


def _row(data: dict[str, Any]) -> Row:
    data = {"no_gradient": "", "library": title(data["api"], data["backend"])} | data
    orders = tuple(_accuracy(order) for order in data["orders"])
    return Row(**data | {"orders": orders, "integers": Integers(**data["integers"])})


def _audit(data: dict[str, Any]) -> Audit:
    rows = tuple(_row(row) for row in data["rows"])
    nearest = {dtype: tuple(map(_accuracy, orders)) for dtype, orders in data["nearest"].items()}
    return Audit(**data | {"rows": rows, "nearest": nearest, "flags": tuple(Flag(**flag) for flag in data["flags"])})


# Rules ----------------------------------------------------------------------------------------------------------------


def flags(rows: Iterable[Row]) -> list[Flag]:
    """Everything in measurements that a user would not expect, by rules that know no library and no function."""
    found = []
    for row in rows:
        if row.refused:
            found.append(Flag(row.name, row.dtype, -1, "refused", None, None, row.refused))
            continue
        if row.returns != row.dtype:
            found.append(Flag(row.name, row.dtype, -1, "dtype", None, None, row.returns))
        for accuracy in row.orders:
            for kind, x, size, got in _faults(accuracy, row.dtype):
                found.append(Flag(row.name, row.dtype, accuracy.order, kind, x, size, got))
        if row.dtype == "float32":  # once for each function
            whole = row.integers
            if whole.refused:
                found.append(Flag(row.name, "int32", -1, "integer", None, None, whole.refused))
            elif whole.returns not in PRECISION or (whole.error or 0) > NOTABLE:
                found.append(Flag(row.name, "int32", -1, "integer", None, whole.error, whole.returns))
    return found


def _faults(accuracy: Accuracy, dtype: str) -> Iterator[tuple[str, float | None, float | None, str]]:
    """Kind, x, size and what was seen of each fault in one order of one format."""
    for kind in ("max", "subnormal", "step", "drop"):
        spot: Spot | None = getattr(accuracy, kind)
        if spot and spot.size > NOTABLE:
            yield {"max": "error"}.get(kind, kind), spot.x, spot.size, ""
    if accuracy.alone and accuracy.alone.size > LAST_DIGIT:
        yield "alone", accuracy.alone.x, accuracy.alone.size, ""
    if accuracy.lost:
        yield "zero", accuracy.lost.x, accuracy.lost.size, "0"
    if accuracy.early is not None:
        yield "inf", accuracy.early, None, "inf"
    if accuracy.undefined is not None:
        yield "nan", accuracy.undefined, None, "nan"
    for name in ("-inf", "inf"):
        got, limit = accuracy.ends[name]
        if limit is not None and not _near(got, limit, NOTABLE * 2.0 ** (1 - PRECISION[dtype])):
            yield "infinity", float(name), limit, f"{got:g}"
    if not math.isnan(accuracy.ends["nan"][0]):
        yield "nan lost", math.nan, None, f"{accuracy.ends['nan'][0]:g}"


def _near(a: float, b: float, within: float) -> bool:
    """Whether two numbers are equal to a relative difference."""
    return a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= within * max(abs(a), abs(b)))


# Recording ------------------------------------------------------------------------------------------------------------

_NUMBER = {"type": "number"}
_PLACES = {"type": "array", "items": _NUMBER, "minItems": 1}


def _closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of a mapping with no other keys."""
    return {"type": "object", "additionalProperties": False, "properties": properties} | more


_ORDER = _closed(
    dict.fromkeys(("max", "mean", "subnormal", "step", "drop"), _NUMBER)
    | dict.fromkeys(("zero", "inf", "nan"), _PLACES)
)
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
# What the audit measured. `check` compares: errors within a factor of 2, places within 1 %, flags exactly.
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
    found = []
    for path, old, new in differences(recorded(root, definition), table(audit)):
        versions = ", ".join([*(f"{title} {number}" for title, number in audit.versions.items()), audit.machine])
        detail = f"  - {shown(old)}\n  + {shown(new)}\n  with {versions}\n{accept}"
        found.append(Problem(name, f"{': '.join(path)} is something else", line_of(root, file, path), detail))
    return found


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
    found: dict[str, list[str]] = {}
    for flag in audit.flags:
        if flag.kind == "alone":
            continue  # vector code beside scalar code: some processors have only one of them
        words = (flag.dtype, ORDERS[flag.order] if flag.order >= 0 else "", flag.kind)
        found.setdefault(flag.name, []).append(" ".join(filter(None, words)))
    return {"accuracy": accuracy, "flags": {name: sorted(set(kinds)) for name, kinds in found.items()}}


def _numbers(accuracy: Accuracy) -> dict[str, Any]:
    numbers: dict[str, Any] = {"max": accuracy.max.size} if accuracy.max else {}
    numbers["mean"] = accuracy.mean
    for name in ("subnormal", "step", "drop"):
        spot: Spot | None = getattr(accuracy, name)
        if spot:
            numbers[name] = spot.size
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
            if key == "subnormal" and one and other and max(one, other) <= ROUNDING:
                continue  # so are one or two of the smallest units that there are
            yield from differences(one, other, (*path, key))
    elif isinstance(old, (int, float)) and isinstance(new, (int, float)):
        if not (new / FACTOR <= old <= new * FACTOR):
            yield path, old, new
    elif path[0] == "accuracy" and isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        if not all(_near(a, b, WITHIN) for a, b in zip(old, new, strict=True)):
            yield path, old, new
    elif old != new:
        yield path, old, new


def shown(value: Any) -> str:
    """A recorded value as YAML on one line."""
    match value:
        case None:
            return "nothing"
        case bool() | str():
            return str(value)
        case int() | float():
            text = (
                f"{value:.4g}" if abs(value) < math.inf else {math.inf: ".inf", -math.inf: "-.inf"}.get(value, ".nan")
            )
            mantissa, e, exponent = text.partition("e")  # YAML 1.1 takes 1e+05 for text, 1.0e+05 for a number
            return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}" if e else text
        case dict():
            return "{" + ", ".join(f"{key}: {shown(part)}" for key, part in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(shown, value)) + "]"


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
