"""The measurement of functions of a vector: a process for each library, whose answers are kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from engine.accuracy import jobs, measuring
from engine.accuracy.jobs import Rows
from engine.accuracy.measuring import USUAL, Conditions
from engine.accuracy.rows.results import VectorMeasurement, VectorRow
from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import SourceError
from engine.base.libraries import LIBRARIES
from engine.base.store import digest, project_store
from engine.run import progress
from engine.run.isolation import ENVIRONMENT
from engine.sources.definition import Definition


def measurements(
    root: Path, definitions: Sequence[Definition], conditions: Conditions = USUAL
) -> list[VectorMeasurement | SourceError]:
    """What is measured of functions, as it was kept or now; or what is in the way."""
    with ThreadPoolExecutor(measuring.PROCESSES) as pool:
        return list(pool.map(partial(_measurement, root, conditions), definitions))


def _measurement(root: Path, conditions: Conditions, definition: Definition) -> VectorMeasurement | SourceError:
    if problems := measuring.missing_of(definition, conditions.backend):
        return SourceError(problems)
    store, key = project_store(root, "audit"), _key(definition, conditions)
    if (kept := store.get(key, VectorMeasurement)) is not None:
        return kept
    progress.current.say(f"measuring the accuracy of {definition.name}")
    rows: list[VectorRow] = []
    try:
        for (_, backend), apis in measuring.tasks_of(definition, conditions.backend).items():
            calls = tuple((api.name, api.call) for api in apis)
            formulas = definition.expression, definition.derivative, definition.defaults, definition.entries
            job = Rows(*formulas, str(root / ".cache" / "oracle"), backend, calls, conditions.device)
            own = {**conditions.variables, "KERAS_BACKEND": backend if backend != "numpy" else "tensorflow"}
            rows += jobs.ask(root, "engine.accuracy.rows.worker", job, list[VectorRow], definition.path, own)
    except SourceError as error:
        return error
    finally:
        progress.current.say("")
    place = {api.name: number for number, api in enumerate(definition.apis)}
    rows.sort(key=lambda row: place[row.api])
    versions = measuring.versions_of(definition, (), conditions.backend)
    found = VectorMeasurement(definition.path.parts[1], tuple(rows), versions, frameworks.machine())
    store.put(key, found)
    return found


def _key(definition: Definition, conditions: Conditions) -> str:
    formulas = definition.expression, definition.derivative, definition.defaults, definition.entries
    calls = [(api.name, api.call) for api in definition.apis if api.audit]
    names = sorted(
        {name for module in measuring.libraries_of(definition, conditions.backend) for name in _distributions(module)}
    )
    versions = {name: frameworks.version(name) for name in (*names, "ml_dtypes", "python-flint")}
    code = code_digest("engine.accuracy.rows.worker")
    variables = ENVIRONMENT | {"MATPLOTLIBRC": "", **conditions.variables}  # a path, and for figures only
    own = conditions.device, conditions.backend, conditions.about
    return digest(formulas, calls, versions, variables, own, frameworks.environment(), code)


def _distributions(module: str) -> tuple[str, ...]:
    return tuple(LIBRARIES[module].distributions) if module in LIBRARIES else ()
