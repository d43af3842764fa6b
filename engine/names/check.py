"""Check the public names of a function in the libraries: that each exists, with which defaults, and what it computes.

Where a library has no name for it, what is written there instead (`engine.sources.topics`) is called alike, and has to
compute the same and, where the library can differentiate, the same gradient (`engine.names.gradient`). Every library is
asked in a snippet of its own, which runs like all others: in the library's worker, bounded, and kept until the library
changes.

What counts as an optional argument: each with a default in the signature, or in the first line of the docstring for
builtins that have none, as `softplus(input, beta=1, threshold=20) -> Tensor`. Not counted are `*args` and `**kwargs`,
which have no defaults, private ones (`_stacklevel`), and those that every NumPy ufunc has (`out`, `where`, `dtype` …),
which say nothing of the function. A default that JSON does not have is given as the text of its `repr`.

Each name is also called with x and nothing else: whether that is the function, a variant of it, or another one, is
shown. A layer is looked at for what it learns, and what is drawn at random in training is tried (`engine.names.law`).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent
from types import MappingProxyType
from typing import Any

import msgspec

from engine.base import libraries as frameworks
from engine.base.errors import Problem, SourceError
from engine.base.libraries import LIBRARIES, TABS
from engine.base.store import Store
from engine.base.yamlfile import line_of
from engine.compare.verdict import key, results
from engine.mathematics.proving import Samples, Slopes
from engine.mathematics.vectors import counted
from engine.names import asking, gradient, law, script
from engine.names.law import Law
from engine.run.runner import Result, Runner
from engine.sources import topics
from engine.sources.definition import INPUT, Api, Definition, Learned
from engine.sources.snippets import Snippet

#: Relative to the value, and to x: float32 and every formula in use are better, another function is not. What a formula
#: loses that cancels, as 1 + erf(x) does on the left, is for the audit of its accuracy to tell.
TOLERANCE, CANCELLED = 1e-5, 2.0**-22


class _Answer(msgspec.Struct):
    """What a library said of one name, as far as that went, and how the next question failed."""

    exists: bool | None = None
    defaults: dict[str, Any] | None = None
    values: float | list[Any] | None = None
    alone: float | list[Any] | None = None
    learned: list[tuple[list[int], list[float]]] | None = None
    drawn: list[float] | None = None
    slopes: list[list[float]] | None = None
    failed: str = ""


@dataclass(frozen=True)
class Difference:
    """Where something else is computed than is defined. x: the number there, or the entries of the vector."""

    x: tuple[float, ...]
    defined: float
    computed: float


@dataclass(frozen=True)
class PublicName:
    """A name as it was found.

    defaults: those of its optional arguments; None if it could not be told; call: how it is called to be this function;
    alone: the function, by its folder, that it is when called with x and nothing else: empty for one that is not known,
    None if it needs more; learned: what it learns; training: how it is called to be what it is in training; differs:
    where a function that is not known differs from this one, if its values have the same shape; axis: whether it is
    this function of one vector, and takes another axis of an array, or several.
    """

    name: str
    library: str
    version: str
    defaults: Mapping[str, Any] | None
    call: str = ""
    alone: str | None = None
    learned: Learned | None = None
    training: str = ""
    differs: Difference | None = None
    axis: bool = False

    @property
    def draws_alone(self) -> bool:
        """Whether it is in training when called with x and nothing else: what it gives then is drawn at random."""
        return self.training in (f"{self.name}(x)", f"{self.name}()(x)")


Variants = Mapping[str, Samples]
_NONE: Mapping[str, Any] = MappingProxyType({})


def check(
    root: Path,
    asked: Sequence[tuple[Definition, Samples]],
    runner: Runner,
    store: Store,
    variants: Mapping[str, Variants] = _NONE,
    slopes: Mapping[str, Slopes] = _NONE,
) -> list[tuple[list[PublicName], list[Problem]]]:
    """Of each definition, what was found of each name, in the definition's order, and what is wrong.

    asked: definitions with values of their function by x, as `engine.mathematics.proofs` finds them; without any,
    values are not compared. variants: such values of the others of the same name, by function, both by their folders;
    slopes: of functions, by folder, what their derivatives are, with which gradients are compared.
    All are asked at once, so that libraries answer side by side.
    """
    inquiries = [
        _Inquiry(root, definition, samples, variants.get(function, {}), slopes.get(function, ()))
        for definition, samples in asked
        for function in (definition.path.parts[1],)
    ]
    questions = [question for inquiry in inquiries for question in inquiry.questions()]
    snippets = [_snippet(root, [question]) for question in questions]
    _ask_together(root, dict(zip(snippets, questions, strict=True)), runner, store)
    answers = iter(results(snippets, runner, store))
    return [inquiry.judge([next(answers) for _ in inquiry.by_library]) for inquiry in inquiries]


def tried(root: Path, definition: Definition, samples: Samples, runner: Runner, store: Store) -> list[tuple[Api, bool]]:
    """Each name of a definition with the defaults that it has, and whether it computes the function as it is called.

    The definition need not be in a file. A name that its library does not have computes nothing.
    """
    inquiry = _Inquiry(root, definition, samples, {}, (), named=True)
    asked = results([_snippet(root, [question]) for question in inquiry.questions()], runner, store)
    found: dict[int, tuple[Api, bool]] = {}
    for result, group in zip(asked, inquiry.by_library.values(), strict=True):
        for one, answer in zip(group, _answers(result, len(group)), strict=True):
            if one.index is not None:
                api = replace(one.api, defaults=answer.defaults or {})
                found[one.index] = api, not any(_faults(api, answer, samples, bool(definition.entries)))
    return [found[i] for i in sorted(found)]


def _ask_together(root: Path, questions: Mapping[Snippet, _Question], runner: Runner, store: Store) -> None:
    """Ask a library all that is not kept in one run: a process for each definition would cost more than its answer.

    What comes of it is kept for each definition. Where that run fails, nothing is, and each is asked by itself.
    """
    by_library: dict[str, list[Snippet]] = {}
    for snippet, question in questions.items():
        if store.get(key(snippet, runner), Result) is None:
            by_library.setdefault(question.library, []).append(snippet)
    groups = [group for group in by_library.values() if len(group) > 1]
    together = [_snippet(root, [questions[snippet] for snippet in group]) for group in groups]
    for group, result in zip(groups, results(together, runner, store), strict=True):
        if not result.problem:
            for snippet, part in zip(group, json.loads(result.output.splitlines()[-1]), strict=True):
                own = replace(result, output=json.dumps([part]) + "\n")
                store.put(key(snippet, runner), own)


@dataclass(frozen=True)
class _Asked:
    """A name, or, without one, what is written in a library that has none; and its index among the names."""

    api: Api
    library: str
    index: int | None = None


@dataclass(frozen=True)
class _Question:
    """What is asked about one definition in one library."""

    definition: Definition
    library: str
    asked: Sequence[_Asked]
    samples: Samples
    slopes: Slopes


class _Inquiry:
    """What is asked about the names of one definition, and what comes of it."""

    def __init__(
        self,
        root: Path,
        definition: Definition,
        samples: Samples,
        variants: Variants,
        slopes: Slopes,
        named: bool = False,
    ) -> None:
        """named: ask about its names only, and not about what is written where there is none."""
        self.root = root
        self.definition = definition
        self.samples = samples
        self.variants = variants
        self.slopes = slopes
        self.problems: list[Problem] = []
        self.by_library: dict[str, list[_Asked]] = {}
        asked = [_Asked(api, api.library, i) for i, api in enumerate(definition.apis)]
        lacking = topics.lacking(root, definition) if samples and not named else {}
        written = {TABS[tab]: call for tab, call in lacking.items()}
        asked += [_Asked(Api("", call, {}, False), library) for library, call in written.items()]
        for one in asked:
            if one.library not in LIBRARIES:
                known = ", ".join(LIBRARIES)
                self._add(one, f"{one.library} is not a library that snippets can use; there are {known}")
            elif not frameworks.installed(one.library):
                self._add(one, f"{one.library} is not installed; install it (pip install -r requirements.txt)")
            else:
                self.by_library.setdefault(one.library, []).append(one)

    def questions(self) -> list[_Question]:
        """One for each library."""
        return [_Question(self.definition, *group, self.samples, self.slopes) for group in self.by_library.items()]

    def judge(self, answered: Sequence[Result]) -> tuple[list[PublicName], list[Problem]]:
        """What the results of these snippets say."""
        names: dict[int, PublicName] = {}
        for result, group in zip(answered, self.by_library.values(), strict=True):
            for one, answer in zip(group, _answers(result, len(group)), strict=True):
                faults = _faults(one.api, answer, self.samples, self.of_vector)
                for reason, *detail in (*faults, *self._of_gradient(answer), *self._in_training(one.api, answer)):
                    name = (
                        one.api.name or f"what is written in {LIBRARIES[one.library].title}, which has no name for it,"
                    )
                    self._add(one, f"{name} {reason}", *detail)
                if one.index is not None:
                    library = LIBRARIES[one.library]
                    version = frameworks.version(library.distributions[0]) or ""
                    name = PublicName(
                        *(one.api.name, library.title, version, answer.defaults, one.api.call),
                        *(None, one.api.learned, one.api.training),
                    )
                    names[one.index] = self._alone(name, answer.alone)
        return [names[i] for i in sorted(names)], self.problems

    @property
    def of_vector(self) -> bool:
        """Whether the function is one of a vector."""
        return bool(self.definition.entries)

    def _alone(self, name: PublicName, values: Any) -> PublicName:
        """The name with what it is when called with x alone, of which these are the values."""
        own = self.definition.path.parts[1]
        if not values:
            return replace(name, alone=None if values is None else own)
        together, *by_itself = values if self.of_vector else [values]
        apart = {
            function: _apart(together, samples, self.of_vector)
            for function, samples in {own: self.samples, **self.variants}.items()
        }
        if same := [function for function, difference in apart.items() if not difference]:
            return replace(name, alone=same[0])
        if by_itself and not _apart(*by_itself, self.samples, True):
            return replace(name, alone="", axis=True)
        difference = apart[own] if not name.draws_alone else None
        return replace(name, alone="", differs=difference if isinstance(difference, Difference) else None)

    def _of_gradient(self, answer: _Answer) -> Iterable[list[str]]:
        """Reason, and lines of detail, of what is wrong with a gradient that was asked for."""
        if answer.slopes is None:
            return
        if reason := gradient.fault(answer.slopes, self.slopes, TOLERANCE, CANCELLED):
            yield reason

    def _in_training(self, api: Api, answer: _Answer) -> Iterable[list[str]]:
        """Reason, and lines of detail, of all that is wrong with what it learns and draws."""
        if answer.learned is not None:
            stated = [(list(api.learned.shape), [api.learned.start])] if api.learned else []
            if (found := [*map(tuple, answer.learned)]) != stated:
                about = f"for an input of {' × '.join(map(str, INPUT))}"
                yield [
                    "learns something else",
                    f"  defined:   {_told_of(stated)}",
                    f"  installed: {_told_of(found)} {about}",
                ]
        if answer.drawn and self.definition.training is None:
            yield ["is called as in training, of which the definition says nothing; write it under training"]
        elif answer.drawn:
            try:
                found_wrong = [*Law(self.definition).faults(law.points() * len(law.SEEDS), answer.drawn)]
            except SourceError as error:
                self.problems += [problem for problem in error.problems if problem not in self.problems]
                return
            for reason in found_wrong:
                yield [f"in training {reason}", f"  {api.training}"]

    def _add(self, one: _Asked, reason: str, *detail: str) -> None:
        path = self.definition.path
        keys = ["instead"] if one.index is None else ["apis", one.index]
        line = line_of(self.root, path, keys)
        self.problems.append(Problem(path.as_posix(), reason, line, "\n".join(detail)))


def _snippet(root: Path, questions: Sequence[_Question]) -> Snippet:
    """The snippet that asks one library; its last line is a list with the answers to each question."""
    first = questions[0]
    asked = [
        {"points": _points(question), "apis": [_told(one, question) for one in question.asked]}
        for question in questions
    ]
    body = script.body(first.library)
    return asking.snippet(root, first.definition.path, first.library, body, json.dumps(asked))


def _points(question: _Question) -> list[Any]:
    """The numbers at which the function is called, or the vectors, one in each row."""
    return [list(x) if question.definition.entries else x[0] for x, _ in question.samples]


def _told(one: _Asked, question: _Question) -> dict[str, Any]:
    """What the library is told. modules: those that a call without a name takes its functions from; slopes: where its
    gradient is asked for; count: of how many entries of the result, 0 for a number."""
    calls = [node for node in ast.walk(ast.parse(one.api.call)) if isinstance(node, ast.Attribute)]
    modules = {ast.unparse(node).rpartition(".")[0] for node in calls} if one.index is None else set()
    told = {"name": one.api.name, "call": one.api.call, "modules": sorted(modules), "training": one.api.training}
    if one.index is None:
        entries = question.definition.entries
        asked = gradient.points(question.slopes) if gradient.known(question.library) else []
        told |= {"slopes": asked, "count": counted(entries) if entries else 0}
    return told | ({"points": law.points()} if one.api.training else {})


def _answers(result: Result, count: int) -> list[_Answer]:
    if result.problem:
        return [_Answer(failed=f"{result.problem.reason}\n{result.problem.detail}")] * count
    return msgspec.convert(json.loads(result.output.splitlines()[-1])[0], list[_Answer])  # its JSON has nan


def _faults(api: Api, answer: _Answer, samples: Samples, of_vector: bool) -> Iterable[list[str]]:
    """Reason, and lines of detail, of everything that is wrong."""
    if api.name and answer.exists is None:
        yield ["does not exist", indent(answer.failed, "  ")]
        return
    if api.name and answer.defaults is None:
        yield ["does not tell its arguments", indent(answer.failed, "  ")]
    elif api.name and _typed(answer.defaults or {}) != _typed(api.defaults):
        yield [
            "has other optional arguments or defaults",
            f"  defined:   {shown(api.defaults) or 'none'}",
            f"  installed: {shown(answer.defaults) or 'none'}",
            f"  to accept: defaults: {json.dumps(answer.defaults)}",
        ]
    if not samples:
        return
    if answer.values is None:
        called = answer.defaults is not None or not api.name
        yield [f"cannot be called as {api.call}", indent(answer.failed, "  ")] if called else ["is not called"]
        return
    if difference := _apart(answer.values, samples, of_vector):
        yield [difference] if isinstance(difference, str) else _lines(difference, api)
        return
    if answer.failed:
        missing = "does not tell what it is in training" if api.name else "has no gradient"
        yield [missing, indent(answer.failed, "  ")]


def _apart(values: Any, samples: Samples, of_vector: bool) -> Difference | str | None:
    """Why values are not those of a function: where they differ first, or in words what arrays they are."""
    should = [list(value) if of_vector else value[0] for _, value in samples]
    if _shape(values) != _shape(should):
        return f"gives an array of shape {_shape(values)}, not {_shape(should)}"
    for (x, value), row in zip(samples, values if isinstance(values, list) else [], strict=True):
        for defined, computed in zip(value, row if of_vector else [row], strict=True):
            if not abs(computed - defined) <= TOLERANCE * abs(defined) + CANCELLED * max(map(abs, x)):
                return Difference(tuple(x), defined, computed)
    return None


def _lines(difference: Difference, api: Api) -> list[str]:
    """A reason, and what is defined beside what a name computes."""
    where = f"x = {', '.join(f'{entry:g}' for entry in difference.x)}"
    computed = f"  {api.call}: {difference.computed!r}"
    return [f"computes something else at {where}", f"  defined:   {difference.defined!r}", computed]


def _shape(values: Any) -> tuple[int, ...]:
    """The lengths of lists in lists; of ragged ones, of the first."""
    return (len(values), *(_shape(values[0]) if values else ())) if isinstance(values, list) else ()


def _told_of(learned: Sequence[tuple[list[int], list[float]]]) -> str:
    shapes = (f"shape {shape}, starts at {', '.join(map(repr, start))}" for shape, start in learned)
    return "; ".join(shapes) or "nothing"


def _typed(defaults: Mapping[str, Any]) -> dict[str, str]:
    """As text: 1, 1.0 and true are different defaults."""
    return {name: json.dumps(value) for name, value in defaults.items()}


def shown(defaults: Mapping[str, Any]) -> str:
    """Optional arguments with their defaults, as a call has them."""
    return ", ".join(f"{name}={value!r}" for name, value in defaults.items())
