"""The measurement of functions: starts the processes of `engine.accuracy.worker`, one of each library for all of them,
and keeps what they answer.

What is kept is the measurement and nothing that is made of it: rules, the record and the page are asked anew each time,
so that a change of them measures nothing again. It imports no library, so that what is kept is read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.accuracy import jobs
from engine.accuracy.formats import PRECISION
from engine.accuracy.jobs import Answer, Exact, Function, Job, Library, Outline
from engine.accuracy.results import Accuracy, Measurement, Row, apart
from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.libraries import LIBRARIES
from engine.base.store import digest, project_store
from engine.run.isolation import ENVIRONMENT

if TYPE_CHECKING:  # what hangs on a definition stands in the key, and not how the file is read
    from engine.sources.definition import Api, Definition

#: Backends that Keras is measured on.
BACKENDS = ("tensorflow", "torch", "jax")
#: Processes by (library, backend), the slowest first, and how many run at once.
SLOWEST = [("keras", "torch"), ("keras", "tensorflow"), ("keras", "jax"), ("jax", "jax"), ("tensorflow", "tensorflow")]
PROCESSES = 2

_Task = tuple[str, str]


@dataclass(frozen=True)
class Conditions:
    """How functions are measured.

    variables: of the measuring processes beside those of `engine.run.isolation`; device: where the libraries compute;
    backend: the library whose arrays every name takes, where that is not the one that offers it; about: whatever else
    results depend on.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    device: str = "cpu"
    backend: str = ""
    about: tuple[str, ...] = ()


USUAL = Conditions()


def recall(root: Path, definition: Definition, conditions: Conditions = USUAL) -> Measurement | None:
    """The measurement kept of a function as it is, or None."""
    return project_store(root, "audit").get(_key(definition, conditions), Measurement)


def keep(root: Path, definition: Definition, measurement: Measurement, conditions: Conditions = USUAL) -> None:
    """Keep a measurement for `recall`."""
    project_store(root, "audit").put(_key(definition, conditions), measurement)


def measure(
    root: Path, definitions: Sequence[Definition], tell: Callable[[str], None], conditions: Conditions = USUAL
) -> list[Measurement | SourceError]:
    """New measurements of functions, whatever is kept of libraries, or what is in the way of one: a missing library, or
    a process that fails or takes too long. tell: takes what is measured next, in words.
    """
    return _Measuring(root, definitions, tell, conditions).measurements()


class _Measuring:
    """Each process has something to do for all functions, and if it fails, for each function by itself."""

    def __init__(
        self, root: Path, definitions: Sequence[Definition], tell: Callable[[str], None], conditions: Conditions
    ) -> None:
        self.root, self.definitions, self.tell, self.conditions = root, definitions, tell, conditions
        self.cache = str(root / ".cache" / "oracle")
        self.failed: dict[int, SourceError] = {}

    def measurements(self) -> list[Measurement | SourceError]:
        for index, definition in enumerate(self.definitions):
            if problems := missing_of(definition, self.conditions.backend):
                self.failed[index] = SourceError(problems)
        with ThreadPoolExecutor(PROCESSES) as pool:
            known = self.exact(pool)  # done before the libraries read the cache
            tasks = {task: apis for task, apis in self.tasks().items() if any(index in known for index in apis)}
            found = pool.map(lambda task: self.library(task, tasks[task], known), tasks)
            rows: dict[int, list[Row]] = {index: [] for index in known}
            for part in found:
                for index, some in part.items():
                    rows[index] += some
        return [
            self.failed.get(index) or self.measurement(definition, rows[index], known[index].nearest)
            for index, definition in enumerate(self.definitions)
        ]

    def tasks(self) -> dict[_Task, dict[int, list[Api]]]:
        """The audited functions of each process, by the index of the definition; the slowest processes first."""
        tasks: dict[_Task, dict[int, list[Api]]] = {}
        for index, definition in enumerate(self.definitions):
            for task, apis in tasks_of(definition, self.conditions.backend).items():
                tasks.setdefault(task, {})[index] = apis
        order = {task: number for number, task in enumerate(SLOWEST)}
        return dict(sorted(tasks.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))

    def exact(self, pool: ThreadPoolExecutor) -> dict[int, _Known]:
        """What is known of each function before a library is asked, as it was kept or found now, by index."""
        store = project_store(self.root, "exact")
        keys = {i: _exact_key(definition) for i, definition in enumerate(self.definitions) if i not in self.failed}
        known = {i: kept for i, key in keys.items() if (kept := store.get(key, _Known)) is not None}
        asked = [index for index in keys if index not in known]
        shares = [asked[number::PROCESSES] for number in range(PROCESSES)]
        functions: dict[int, Function] = {}
        for found in pool.map(self.outlines, shares):
            functions |= found
        dtypes = sorted(PRECISION, key=lambda name: -PRECISION[name])  # the slowest first
        of_types = list(pool.map(lambda dtype: self.nearest(functions, dtype), dtypes))
        for index in functions:
            if index not in self.failed:
                by_type = {dtype: found[index] for dtype, found in zip(dtypes, of_types, strict=True)}
                known[index] = _Known(functions[index], {dtype: by_type[dtype] for dtype in PRECISION})
                store.put(keys[index], known[index])
        return known

    def outlines(self, indices: Sequence[int]) -> dict[int, Function]:
        formulas = {i: Function(self.definitions[i].expression, self.definitions[i].defaults) for i in indices}
        return self.ask(lambda some: Outline(tuple(formulas[i] for i in some)), Function, indices)

    def nearest(self, functions: Mapping[int, Function], dtype: str) -> dict[int, tuple[Accuracy, ...]]:
        return self.ask(
            lambda some: Exact(tuple(functions[i] for i in some), self.cache, dtype), tuple[Accuracy, ...], [*functions]
        )

    def library(
        self, task: _Task, apis: Mapping[int, Sequence[Api]], known: Mapping[int, _Known]
    ) -> dict[int, list[Row]]:
        _, backend = task

        def job(indices: Sequence[int]) -> Job:
            calls = tuple(tuple((api.name, api.call) for api in apis[i]) for i in indices)
            functions = tuple(known[i].function for i in indices)
            points = tuple(self.definitions[i].points for i in indices)
            return Library(functions, self.cache, backend, calls, points, self.conditions.device)

        return self.ask(job, list[Row], [index for index in apis if index in known], backend)

    def ask(
        self, job: Callable[[Sequence[int]], Job], answer: type[Answer], indices: Sequence[int], backend: str = ""
    ) -> dict[int, Answer]:
        """The answers for functions, by index, of one process or, if it fails, of one process for each."""
        indices = [index for index in indices if index not in self.failed]
        if not indices:
            return {}
        self.tell(job(indices).about)
        variables = {**self.conditions.variables, "KERAS_BACKEND": backend or "tensorflow"}
        where = self.definitions[indices[0]].path
        try:
            answers = jobs.ask(
                self.root, "engine.accuracy.worker", job(indices), list[answer], where, variables, len(indices)
            )
            return dict(zip(indices, answers, strict=True))
        except SourceError as error:
            if len(indices) == 1:
                self.failed[indices[0]] = error
                return {}
        return {i: found for index in indices for i, found in self.ask(job, answer, [index], backend).items()}

    def measurement(
        self, definition: Definition, rows: Sequence[Row], nearest: dict[str, tuple[Accuracy, ...]]
    ) -> Measurement:
        place = {api.name: number for number, api in enumerate(definition.apis)}
        backends = {name: number for number, name in enumerate(BACKENDS)}
        rows = sorted(rows, key=lambda row: (place[row.api], backends.get(row.backend, -1)))
        return Measurement(
            function=definition.path.parts[1],
            rows=tuple(apart(rows)),
            nearest=nearest,
            versions=versions_of(definition, rows, self.conditions.backend),
            machine=frameworks.machine(),
        )


@dataclass(frozen=True)
class _Known:
    """What hangs on no library: the function with limits and borders, and what is best in each format."""

    function: Function
    nearest: dict[str, tuple[Accuracy, ...]]


def tasks_of(definition: Definition, backend: str = "") -> dict[_Task, list[Api]]:
    """The audited functions by process: (library, backend). NumPy and what only adds functions to it share one.

    backend: that of every name, or none.
    """
    tasks: dict[_Task, list[Api]] = {}
    for api in definition.apis:
        if not api.audit:
            continue
        if backend:
            tasks.setdefault((backend, backend), []).append(api)
        elif api.library == "keras":
            for name in BACKENDS:
                tasks.setdefault(("keras", name), []).append(api)
        else:
            worker = LIBRARIES[api.library].worker if api.library in LIBRARIES else None
            tasks.setdefault((api.library, api.library) if worker else ("numpy", "numpy"), []).append(api)
    return tasks


def libraries_of(definition: Definition, backend: str = "") -> list[str]:
    """Modules that a measurement needs."""
    tasks = tasks_of(definition, backend)
    modules = {backend for _, backend in tasks} | {api.library for apis in tasks.values() for api in apis}
    return sorted(modules | {"numpy", "sympy", "flint"})


def missing_of(definition: Definition, backend: str = "") -> list[Problem]:
    """Libraries that are not installed."""
    missing = [module for module in libraries_of(definition, backend) if not frameworks.installed(module)]
    hint = "install it (pip install -r requirements.txt)"
    return [Problem(definition.path.as_posix(), f"the audit needs {name}, not installed; {hint}") for name in missing]


def versions_of(definition: Definition, rows: Sequence[Row], backend: str = "") -> dict[str, str]:
    """The versions of the libraries that are measured, by title, and of packages that lend them types, by name."""
    modules = [module for module in libraries_of(definition, backend) if module in LIBRARIES and module != "sympy"]
    titles = {LIBRARIES[module].title: LIBRARIES[module].distributions[0] for module in modules}
    titles |= {row.lent: row.lent for row in rows if row.lent}
    return {title: frameworks.version(name) or "" for title, name in titles.items()}


def _exact_key(definition: Definition) -> str:
    """Digest of all that hangs on no library."""
    versions = {name: frameworks.version(name) for name in ("python-flint", "numpy", "sympy")}
    return digest(definition.expression, definition.defaults, versions, code_digest("engine.accuracy.nearest"))


def _key(definition: Definition, conditions: Conditions = USUAL) -> str:
    formulas = definition.expression, definition.defaults, definition.points
    return key_of(formulas, code_digest(__name__), definition, conditions)


def key_of(formulas: object, code: str, definition: Definition, conditions: Conditions) -> str:
    """Digest of all that a measurement depends on: formulas, the code that measures, names, libraries, machine."""
    names = {"python-flint", "ml_dtypes"}
    for module in libraries_of(definition, conditions.backend):
        names.update(LIBRARIES[module].distributions if module in LIBRARIES else ())
    return digest(
        formulas,
        [(api.name, api.call) for api in definition.apis if api.audit],
        {name: frameworks.version(name) for name in sorted(names)},
        frameworks.environment(),
        ENVIRONMENT | {"MATPLOTLIBRC": "", **conditions.variables},  # a path, and for figures only
        (conditions.device, conditions.backend, conditions.about),
        code,
    )
