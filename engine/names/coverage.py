"""What is covered: each public activation of the installed libraries has a page, or stands in `docs/coverage.yml`.

`engine.sources.coverage` describes that file. The libraries are asked for all public names in its modules, in their own
processes. A name of which nothing is said is a fault, as a new release brings it, and so is an entry that has become
wrong. A second name of the same object needs no word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.base import libraries as frameworks
from engine.base.errors import Problem
from engine.base.libraries import LIBRARIES
from engine.base.store import Store
from engine.base.yamlfile import line_of
from engine.compare.verdict import results
from engine.names import asking
from engine.run.runner import Result, Runner
from engine.sources.coverage import FILE, UNARY, WHOLE, read
from engine.sources.definition import Definition

_BODY = '''\
import logging


def takes_an_array(function):
    """Whether it can be called with one argument; what does not say so is tried."""
    if isinstance(function, numpy.ufunc):
        return function.nin == 1
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    open_ = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return len(open_) == 1 and open_[0].kind is not open_[0].KEYWORD_ONLY


def unary(function):
    """Whether it maps an array alone to floats with as many axes."""
    if isinstance(function, type) or not takes_an_array(function):
        return False
    x = array([[-2.5, -1.25, 0.0], [0.25, 1.5, 3.0]])
    try:
        y = numpy.asarray(function(x))
    except Exception:
        return False
    return numpy.issubdtype(y.dtype, numpy.floating) and y.ndim == 2


def look(module, tried):
    """Every public callable: its name, which object it is, and whether it maps arrays, if that is to be tried."""
    names = []
    home = find(module)
    for name in sorted(set(dir(home)) | set(getattr(home, "__all__", ()))):
        if name.startswith("_"):
            continue
        value = getattr(home, name)
        if callable(value):
            objects.append(value)
            names.append((name, id(value), tried and unary(value)))
    return names


objects = []  # kept, so that no two have the same number
logging.disable()  # what a library says of a name that it is about to drop
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    seen = [look(module, tried) for module, tried in QUESTIONS]
numbers = {number: i for i, number in enumerate(dict.fromkeys(one[1] for names in seen for one in names))}
print(json.dumps([[(name, numbers[number], bool(maps)) for name, number, maps in names] for names in seen]))
'''


@dataclass(frozen=True)
class Covered:
    """An activation and its names. function: the folder of the function, if it has a page."""

    title: str
    names: Sequence[str]
    function: str = ""


@dataclass(frozen=True)
class Coverage:
    """What the libraries offer. versions: of those that were asked, as readers write them.

    others: what else is in the modules, as reasons by language, each with names; modules: how each is looked at.
    """

    activations: list[Covered]
    others: list[tuple[dict[str, str], list[str]]]
    modules: dict[str, str]
    versions: list[str]


@dataclass(frozen=True)
class Found:
    """A public name. number: the same for names of the same object of a library; unary: where that was tried."""

    module: str
    name: str
    number: tuple[str, int]
    unary: bool

    @property
    def dotted(self) -> str:
        """With its module."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True)
class _Entry:
    """A name in the file, or of a definition: where it stands, and under what."""

    name: str
    keys: tuple[str | int, ...]
    under: str
    definition: Definition | None = None


def check(
    root: Path, definitions: Sequence[Definition], runner: Runner, store: Store
) -> tuple[Coverage, list[Problem]]:
    """What is covered, and what is wrong. definitions: of all functions with a page. Raises SourceError."""
    data = read(root)
    found, problems = ask(root, data["modules"], runner, store)
    if not problems:
        problems = _Judgement(root, data, definitions, found).problems()
    asked = dict.fromkeys(module.partition(".")[0] for module in data["modules"])
    versions = [f"{LIBRARIES[one].title} {frameworks.version(one) or ''}" for one in asked if one in LIBRARIES]
    activations = [Covered(one.name, [api.name for api in one.apis], one.path.parts[1]) for one in definitions]
    activations += [Covered(title, names) for title, names in data["not_yet"].items()]
    others = [
        (one["why"], [f"{module}.{name}" for module, names in one["names"].items() for name in names])
        for one in data["no_activation"]
    ]
    return Coverage(activations, others, data["modules"], versions), problems


def ask(root: Path, modules: Mapping[str, str], runner: Runner, store: Store) -> tuple[list[Found], list[Problem]]:
    """All public names in the modules."""
    problems: list[Problem] = []
    by_library: dict[str, list[str]] = {}
    for module in modules:
        library = module.partition(".")[0]
        if library not in LIBRARIES:
            problems.append(_problem(root, f"{library} is not a library that snippets can use", "modules", module))
        elif not frameworks.installed(library):
            reason = f"{library} is not installed; install it (pip install -r requirements.txt)"
            problems.append(_problem(root, reason, "modules", module))
        else:
            by_library.setdefault(library, []).append(module)
    questions = [
        asking.snippet(root, FILE, library, _BODY, json.dumps([(one, modules[one] == UNARY) for one in of_it]))
        for library, of_it in by_library.items()
    ]
    found: list[Found] = []
    for result, (library, of_it) in zip(results(questions, runner, store), by_library.items(), strict=True):
        if result.problem:
            reason = f"{LIBRARIES[library].title} cannot be asked for its names: {result.problem.reason}"
            line = line_of(root, FILE, ["modules", of_it[0]])
            problems.append(Problem(FILE.as_posix(), reason, line, result.problem.detail))
            continue
        for module, names in zip(of_it, _answers(result), strict=True):
            found += [Found(module, name, (library, number), unary) for name, number, unary in names]
    return found, problems


def _answers(result: Result) -> list[list[tuple[str, int, bool]]]:
    return msgspec.json.decode(result.output.splitlines()[-1], type=list[list[tuple[str, int, bool]]])


def _problem(root: Path, reason: str, *keys: str | int) -> Problem:
    return Problem(FILE.as_posix(), reason, line_of(root, FILE, keys))


def normal(name: str) -> str:
    """The last part of a name without what differs between libraries: case and underscores."""
    return name.rpartition(".")[2].lower().replace("_", "")


class _Judgement:
    """What is written held against what the libraries have."""

    def __init__(
        self, root: Path, data: Mapping[str, Any], definitions: Sequence[Definition], found: Sequence[Found]
    ) -> None:
        self.root = root
        self.modules: dict[str, str] = data["modules"]
        self.found = {one.dotted: one for one in found}
        self.offered = [
            _Entry(api.name, ("apis", i), entry.name, entry)
            for entry in definitions
            for i, api in enumerate(entry.apis)
        ]
        self.waiting = [
            _Entry(name, ("not_yet", function, i), function)
            for function, names in data["not_yet"].items()
            for i, name in enumerate(names)
        ]
        self.others = [
            _Entry(f"{module}.{name}", ("no_activation", i, "names", module, j), one["why"]["en"])
            for i, one in enumerate(data["no_activation"])
            for module, names in one["names"].items()
            for j, name in enumerate(names)
        ]
        called = {normal(entry.name) for entry in (*self.offered, *self.waiting)}
        self.candidates = {one.dotted for one in found if self._is_candidate(one, called)}
        #: By object, where it is first written of.
        self.decided: dict[tuple[str, int], _Entry] = {}

    def _is_candidate(self, one: Found, called: set[str]) -> bool:
        look = self.modules[one.module]
        return look == WHOLE or (look == UNARY and one.unary) or normal(one.name) in called

    def problems(self) -> list[Problem]:
        """All that is wrong: first with what is written, then what is written nowhere."""
        return [*self._of_pages(), *self._of_entries(), *self._unknown()]

    def _of_pages(self) -> Iterator[Problem]:
        for entry in self.offered:
            module = entry.name.rpartition(".")[0]
            if module not in self.modules:
                assert entry.definition
                path, line = entry.definition.path.as_posix(), entry.definition.line(*entry.keys)
                reason = f"{module} is not looked at for activations; add it to `modules` in {FILE.as_posix()}"
                yield Problem(path, reason, line)
            elif one := self.found.get(entry.name):  # or else the check of names says so
                self.decided.setdefault(one.number, entry)

    def _of_entries(self) -> Iterator[Problem]:
        seen: set[str] = set()
        for entry in (*self.waiting, *self.others):
            if fault := self._fault(entry, seen):
                yield _problem(self.root, f"{entry.name} {fault}", *entry.keys)
            seen.add(entry.name)

    def _fault(self, entry: _Entry, seen: set[str]) -> str:
        """What is wrong with an entry of the file; empty if nothing is."""
        if entry.name in seen:
            return "stands here twice; remove one"
        if entry.name.rpartition(".")[0] not in self.modules:
            return "is in none of the `modules`; add its module there"
        if (one := self.found.get(entry.name)) is None:
            return "is no callable of the installed version; remove it, or mend its name"
        if one.dotted not in self.candidates:
            return f"needs no word, since its module is looked at for {self.modules[one.module]} only; remove it"
        before = self.decided.setdefault(one.number, entry)
        if before.definition:
            return f"is on the page of {before.under} as {before.name}; remove it here"
        if before.under != entry.under:
            return f"is the same object as {before.name}, which stands under {before.under!r}; remove one"
        return ""

    def _unknown(self) -> Iterator[Problem]:
        for name in sorted(self.candidates):
            one = self.found[name]
            if one.number not in self.decided:
                library = LIBRARIES[one.number[0]]
                version = frameworks.version(library.distributions[0])
                reason = (
                    f"{library.title} {version} has {name}, and nothing says what it is; if an activation, add it "
                    "to `apis` in its function's definition.yml, or to `not_yet` here; else to `no_activation`, with "
                    "the reason"
                )
                yield _problem(self.root, reason, "modules", one.module)
