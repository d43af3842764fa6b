"""Under which public names the libraries offer a function that has no page yet, and how each is called.

A name is looked for in the modules of `docs/coverage.yml`, whatever its case and underscores. It is taken if it
computes the function: as `name(x)`, as `name()(x)` if it is a layer, or else with one of its optional arguments
changed, a switch the other way or a number to the value of a parameter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.base.errors import SourceError
from engine.base.store import Store
from engine.names import coverage
from engine.names.check import Samples, tried
from engine.names.coverage import Found, normal
from engine.run.runner import Runner
from engine.sources.coverage import read
from engine.sources.definition import Api, Definition


@dataclass(frozen=True)
class Offered:
    """names: those that compute the function, in the order of the modules; others: called so, and do not."""

    names: list[Api]
    others: list[str]


def find(
    root: Path, called: Collection[str], definition: Definition, samples: Samples, runner: Runner, store: Store
) -> Offered:
    """The names of a function. called: what it may be called; definition: with its formula. Raises SourceError."""
    data = read(root)
    found, problems = coverage.ask(root, data["modules"], runner, store)
    if problems:
        raise SourceError(problems)
    decided = {
        f"{module}.{name}" for one in data["no_activation"] for module, of_it in one["names"].items() for name in of_it
    }
    distinct = _distinct(found, {normal(name) for name in called})
    candidates = [one.dotted for one in distinct if one.dotted not in decided]

    def ask(apis: Sequence[Api]) -> list[tuple[Api, bool]]:
        return tried(root, replace(definition, apis=tuple(apis)), samples, runner, store)

    plain = [Api(name, call, {}, False) for name in candidates for call in (f"{name}(x)", f"{name}()(x)")]
    answers = ask(plain)
    changed = ask([api for answer, _ in answers for api in _changed(answer, definition)])
    taken = {name: _taken(name, [*answers, *changed]) for name in candidates}
    names = [api for api in taken.values() if api]
    return Offered(_audited(names), [name for name, api in taken.items() if not api])


def _distinct(found: Sequence[Found], called: Collection[str]) -> Iterator[Found]:
    """What is called so, once for each object."""
    seen: set[tuple[tuple[str, int], str]] = set()
    for one in found:
        key = one.number, normal(one.name)
        if normal(one.name) in called and key not in seen:
            seen.add(key)
            yield one


def _changed(api: Api, definition: Definition) -> Iterator[Api]:
    """The same name, called with another value for one of its optional arguments."""
    for argument, default in api.defaults.items():
        values: list[object] = []
        if isinstance(default, bool):
            values = [not default]
        elif isinstance(default, int | float):
            values = [value for value in definition.defaults.values() if value != default]
        for value in values:
            given = f"{argument}={value!r}"
            if api.call == f"{api.name}(x)":
                yield replace(api, call=f"{api.name}(x, {given})", defaults={})
            else:
                yield replace(api, call=f"{api.name}({given})(x)", defaults={})


def _taken(name: str, answers: Sequence[tuple[Api, bool]]) -> Api | None:
    """How a name is called to compute the function, the simplest way first."""
    return next((api for api, computes in answers if api.name == name and computes), None)


def _audited(names: Sequence[Api]) -> list[Api]:
    """The names, with the first function of each library to be measured."""
    first: dict[str, str] = {}
    for api in names:
        if f"{api.name}(x" in api.call:
            first.setdefault(api.library, api.name)
    return [replace(api, audit=first.get(api.library) == api.name) for api in names]
