"""The measurement of a function: starts the processes of `engine.accuracy.worker`, and keeps what they answer.

What is kept is the measurement and nothing that is made of it: rules, the record and the page are asked anew each time,
so that a change of them measures nothing again. It imports no library, so that what is kept is read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

from engine.accuracy import jobs
from engine.accuracy.formats import PRECISION
from engine.accuracy.jobs import Answer, Exact, Job, Library, Outline, Outlines
from engine.accuracy.results import Accuracy, Measurement, Row, apart
from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.libraries import LIBRARIES
from engine.base.store import digest, project_store
from engine.run.isolation import ENVIRONMENT
from engine.sources.definition import Api, Definition

#: Backends that Keras is measured on.
BACKENDS = ("tensorflow", "torch", "jax")
#: Processes by (library, backend), the slowest first, and how many run at once.
SLOWEST = [("keras", "torch"), ("keras", "tensorflow"), ("keras", "jax"), ("jax", "jax"), ("tensorflow", "tensorflow")]
PROCESSES = 2

_Task = tuple[str, str]
_NONE: Mapping[str, str] = MappingProxyType({})


def recall(root: Path, definition: Definition, own: Mapping[str, str] = _NONE) -> Measurement | None:
    """The measurement kept of a function as it is, or None. own: as of `measure`."""
    return project_store(root, "audit").get(_key(definition, own), Measurement)


def keep(root: Path, definition: Definition, measurement: Measurement, own: Mapping[str, str] = _NONE) -> None:
    """Keep a measurement for `recall`."""
    project_store(root, "audit").put(_key(definition, own), measurement)


def measure(
    root: Path, definition: Definition, tell: Callable[[str], None], own: Mapping[str, str] = _NONE
) -> Measurement:
    """A new measurement, whatever is kept.

    tell: takes what is measured next, in words; own: variables of the measuring processes beside those of
    `engine.run.isolation`, for other conditions than usual. Raises SourceError for a missing library, or a process that
    fails or takes too long.
    """
    _demand(definition)

    def ask(job: Job, answer: type[Answer], backend: str = "tensorflow") -> Answer:
        tell(job.about)
        variables = {**own, "KERAS_BACKEND": backend}
        return jobs.ask(root, "engine.accuracy.worker", job, answer, definition.path, variables)

    formula = definition.expression, definition.defaults
    known = ask(Outline(*formula), Outlines)
    shared = *formula, known.limits, known.borders, str(root / ".cache" / "oracle")
    tasks = _tasks(definition)

    def exact(dtype: str) -> tuple[Accuracy, ...]:
        return ask(Exact(*shared, dtype), tuple[Accuracy, ...])

    def library(task: _Task) -> list[Row]:
        _, backend = task
        return ask(Library(*shared, backend, tuple((api.name, api.call) for api in tasks[task])), list[Row], backend)

    with ThreadPoolExecutor(PROCESSES) as pool:
        dtypes = sorted(PRECISION, key=lambda name: -PRECISION[name])  # the slowest first
        nearest = dict(zip(dtypes, pool.map(exact, dtypes), strict=True))  # done before the libraries read the cache
        rows = [row for part in pool.map(library, tasks) for row in part]
    place = {api.name: number for number, api in enumerate(definition.apis)}
    rows.sort(key=lambda row: (place[row.api], BACKENDS.index(row.backend) if row.backend in BACKENDS else -1))
    return Measurement(
        function=definition.path.parts[1],
        rows=tuple(apart(rows)),
        nearest={dtype: nearest[dtype] for dtype in PRECISION},
        versions=_versions(definition, rows),
        machine=frameworks.machine(),
    )


def _tasks(definition: Definition) -> dict[_Task, list[Api]]:
    """The audited functions by process: (library, backend). NumPy and what only adds functions to it share one."""
    tasks: dict[_Task, list[Api]] = {}
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
    """Modules that a measurement needs."""
    tasks = _tasks(definition)
    modules = {backend for _, backend in tasks} | {api.library for apis in tasks.values() for api in apis}
    return sorted(modules | {"numpy", "sympy", "flint"})


def _demand(definition: Definition) -> None:
    """Raise SourceError if a library is missing."""
    missing = [module for module in _libraries(definition) if not frameworks.installed(module)]
    if missing:
        hint = "install it (pip install -r requirements.txt)"
        raise SourceError(
            [Problem(definition.path.as_posix(), f"the audit needs {name}, not installed; {hint}") for name in missing]
        )


def _versions(definition: Definition, rows: Sequence[Row]) -> dict[str, str]:
    """The versions of the libraries that are measured, by title, and of packages that lend them types, by name."""
    modules = [module for module in _libraries(definition) if module in LIBRARIES and module != "sympy"]
    titles = {LIBRARIES[module].title: LIBRARIES[module].distributions[0] for module in modules}
    titles |= {row.lent: row.lent for row in rows if row.lent}
    return {title: frameworks.version(name) or "" for title, name in titles.items()}


def _key(definition: Definition, own: Mapping[str, str] = _NONE) -> str:
    """Digest of all that the measurement depends on."""
    names = {"python-flint", "ml_dtypes"}
    for module in _libraries(definition):
        names.update(LIBRARIES[module].distributions if module in LIBRARIES else ())
    return digest(
        definition.expression,
        definition.defaults,
        [(api.name, api.call) for api in definition.apis if api.audit],
        {name: frameworks.version(name) for name in sorted(names)},
        frameworks.environment(),
        ENVIRONMENT | {"MATPLOTLIBRC": "", **own},
        code_digest(__name__),
    )
