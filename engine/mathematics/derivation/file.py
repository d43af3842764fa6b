"""Read the file of a derivation: its declarations, its steps, and what is not understood in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.base.errors import Problem, SourceError
from engine.base.files import read_source, sources_below
from engine.base.yamlfile import line_in
from engine.base.yamlfile import load as load_yaml
from engine.mathematics import latex
from engine.mathematics.derivation import rules
from engine.mathematics.derivation.duties import flow_problems
from engine.mathematics.derivation.steps import (
    ENTRY,
    INDEX,
    LENGTH,
    REAL,
    SMOOTH,
    VECTOR,
    Derivation,
    Domain,
    Step,
)
from engine.mathematics.formula.multiprecision import evaluate
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Chain,
    Derivative,
    Number,
    Scope,
    Variable,
    free_variables,
    walk,
)
from engine.mathematics.latex import LatexError
from engine.mathematics.lengths import SHORT, shapes

_TEXT = {
    "type": "object",
    "required": ["en", "zh"],
    "additionalProperties": {"type": "string", "minLength": 1},
}
_TEX = {"type": "string", "minLength": 1}
#: A class of smoothness without blanks: how often differentiable, and the points that are left out.
_CLASS = re.compile(r"C\^\{(\\infty|[0-4])\}\(\\mathbb\{R\}(?:\\setminus\\\{([^{}]+(?:\{[^{}]*\}[^{}]*)*)\\\})?\)")
SHARP = {"anyOf": [_TEX, {"type": "array", "minItems": 2, "items": _TEX}]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "variables", "start", "steps"],
    "properties": {
        "title": _TEXT,
        "variables": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        "where": {"type": "array", "items": _TEX},
        "start": _TEX,
        "steps": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tex", "rule"],
                "properties": {"tex": _TEX, "rule": rules.SCHEMA, "note": _TEXT, "when": _TEX, "sharp": SHARP},
            },
        },
    },
}


def discover(root: Path, function: str) -> list[Path]:
    """The files with derivations of a function, sorted by name."""
    return sources_below(root / "snippets" / function / "derivations", ".yml")


def load(root: Path, file: Path) -> Derivation:
    """A derivation. Raises SourceError with file and line for everything in it that is not understood."""
    data = load_yaml(root, file, SCHEMA)
    reader = Reader(root, file, data)
    start = Chain(None, (Number("0"),), ())
    with reader.at("start", what="start", tex=data["start"]):
        start = _start(data["start"], reader.scope)
    steps = [reader.step(step, ("steps", i), f"step {i + 1}") for i, step in enumerate(data["steps"])]
    reader.stop_at_problems()
    steps = [*_ruled(reader, data["steps"], [step for step in steps if step], start)]
    reader.stop_at_problems()
    derivation = Derivation(
        root=root,
        path=reader.path,
        title=data["title"],
        domains=reader.domains,
        where=tuple(data.get("where", ())),
        start=data["start"],
        start_line=reader.line("start"),
        start_chain=start,
        steps=tuple(step for step in steps if step),
        scope=reader.scope,
    )
    reader.problems += [*flow_problems(derivation), *reader.unused([derivation])]
    reader.stop_at_problems()
    return derivation


def _ruled(reader: Reader, data: Sequence[Mapping[str, Any]], steps: Sequence[Step], start: Chain) -> Iterator[Step]:
    """The steps with the rules that the file names."""
    sides = [part for chain in (start, *(step.chain for step in steps)) for side in chain.sides for part in walk(side)]
    bound = {part.variable for part in sides if isinstance(part, Bound)}
    for i, (step, written) in enumerate(zip(steps, data, strict=True)):
        found: list[rules.Rule] = []
        for id, tex in (named := rules.written(written["rule"])):
            with reader.at("steps", i, "rule", what=f"rule of step {i + 1}", tex=tex or id):
                if named.count((id, tex)) > 1:
                    raise LatexError(f"{id} is named twice", 1)
                if len(named) > 1 and id in rules.KINDS and not rules.KINDS[id].checked:
                    raise LatexError(f"{id} has no form, so no other rule beside it could be told; make two steps", 1)
                found.append(rules.read(id, tex, reader.scope, bound, [step.chain.lead or "", *step.chain.ops]))
        yield replace(step, rules=tuple(found), note=written.get("note", {}))


class Reader:
    """Reads the formulas of a file with `variables` and `where`, and gathers what is wrong with them.

    known: what has read the declarations of another file, which hold in this one, too; entries: of a function
    of a vector, how many its result has.
    """

    def __init__(
        self, root: Path, file: Path, data: Mapping[str, Any], known: Reader | None = None, entries: str = ""
    ) -> None:
        self.root = root
        self.text = read_source(root, file) if file.is_file() else ""
        self.path = file.relative_to(root)
        self.problems: list[Problem] = []
        self.domains: dict[str, Domain] = dict(known.domains) if known else {}
        self.known = known.scope if known else Scope()
        for written, values in ((str(key), values) for key, values in data.get("variables", {}).items()):
            with self.at("variables", written, what=f"variable {written}", tex=written):
                name = latex.name(written)
                if name in self.domains:
                    raise LatexError(f"{name} is declared twice", 1)
                with self.at("variables", written, what=f"domain of {written}", tex=values):
                    self.domains[name] = _domain(name, values, entries)
        vectors = frozenset(name for name, domain in self.domains.items() if domain.role == VECTOR)
        self.scope = replace(self.known, variables=frozenset(self.domains), vectors=vectors)
        for i, tex in enumerate(data.get("where", [])):
            with self.at("where", i, what="where", tex=tex):
                function = latex.definition(tex, self.scope)
                self.scope = replace(self.scope, functions={**self.scope.functions, function.name: function})

    def line(self, *keys: str | int) -> int:
        """The line of the file where the value under these keys begins."""
        return line_in(self.text, keys)

    def problem(self, reason: str, *keys: str | int, detail: str = "") -> None:
        """Note what is wrong with the value under these keys."""
        self.problems.append(Problem(self.path.as_posix(), reason, self.line(*keys), detail))

    @contextmanager
    def at(self, *keys: str | int, what: str, tex: str) -> Iterator[None]:
        """Note a LatexError in what is read from the value under these keys."""
        try:
            yield
        except LatexError as error:
            self.problem(f"{what}: {error.message}", *keys, detail=pointed(tex, error.column))

    def step(self, step: Mapping[str, Any], keys: tuple[str | int, ...], what: str) -> Step | None:
        """The step that lies under these keys; None if it is not understood."""
        chain = held = None
        with self.at(*keys, "tex", what=what, tex=step["tex"]):
            chain = statement(step["tex"], self.scope)
        if "when" in step:
            with self.at(*keys, "when", what=f"when of {what}", tex=step["when"]):
                held = condition(step["when"], self.scope)
        meetings = []
        for tex in (sharp := places(step)):
            with self.at(*keys, "sharp", what=f"sharp of {what}", tex=tex):
                meetings.append(_sharp(tex, self.scope))
        if not chain:
            return None
        line = self.line(*keys, "tex")
        return Step(step["tex"], line, chain, step.get("when"), held, sharp, tuple(meetings))

    def unused(self, derivations: Iterable[Derivation], named: Iterable[str] = ()) -> Iterator[Problem]:
        """What is declared has a purpose; otherwise a mistake in it would stay unseen. named: what is used besides."""
        chains = []
        for derivation in derivations:
            chains += [derivation.start_chain] if derivation.start_chain else []
            for step in derivation.steps:
                chains += [chain for chain in (step.chain, step.condition, *step.meetings) if chain]
        parts = [part for chain in chains for side in chain.sides for part in walk(side)]
        used = {*named, *(part.name for part in parts if isinstance(part, Variable))}
        used |= {part.function.name for part in parts if isinstance(part, Call)}
        used |= {name for part in parts if isinstance(part, Derivative) for name in free_variables(part)}
        own = {*self.domains, *self.scope.functions} - {*self.known.variables, *self.known.functions}
        for name in sorted(own - used):
            yield Problem(self.path.as_posix(), f"{name} is declared but not used", self.line("variables"))

    def stop_at_problems(self) -> None:
        """Raise SourceError if anything is wrong."""
        if self.problems:
            raise SourceError(self.problems)


def pointed(tex: str, column: int) -> str:
    """A formula with a mark below one of its columns, from 1."""
    return f"  {tex}\n  {' ' * (column - 1)}^"


_DOMAINS = {
    "real": Domain(r"{} \in \mathbb{{R}}"),
    "positive": Domain("{} > 0", lower=0),
    "negative": Domain("{} < 0", upper=0),
    "integer": Domain(r"{} \in \mathbb{{Z}}", whole=True),
    "natural": Domain(r"{} \in \{{1, 2, \dots\}}", lower=1, closed=(True, False), whole=True),
}


#: What there is beside, where a function has a vector for its argument.
_ROLES = {
    VECTOR: Domain(r"{} \in \mathbb{{R}}^n", role=VECTOR),
    LENGTH: Domain(r"{} \in \{{LENGTHS, \dots\}}", role=LENGTH),
    ENTRY: Domain(r"{} \in \{{1, \dots, ENTRIES\}}", role=ENTRY),
    INDEX: Domain(r"{} \in \{{1, \dots, n\}}", role=INDEX),
}


def _of_lengths(tex: str, entries: str) -> str:
    """The domain of a variable of a role, with the lengths that there may be, and how many entries the result has."""
    try:
        lengths = ", ".join(str(n) for n, _ in shapes(entries)[:SHORT])
    except FormulaError as error:
        raise LatexError(f"entries: {error}", 1) from None
    return tex.replace("ENTRIES", entries).replace("LENGTHS", lengths)


def _domain(name: str, text: str, entries: str) -> Domain:
    known = _DOMAINS | (_ROLES if entries else {})
    if text in known:
        domain = known[text]
        tex = domain.tex.format(name)
        return replace(domain, tex=_of_lengths(tex, entries) if domain.role else tex)
    interval = re.fullmatch(r"([\[(])([^,]+),([^,]+)([\])])", text.strip())
    if not interval:
        raise LatexError(f"not one of {', '.join(known)} or an interval", 1)
    lower, upper = (float(evaluate(latex.expression(interval[i], Scope()), {}, 30)) for i in (2, 3))
    if not lower < upper:
        raise LatexError("the interval is empty", 1)
    return Domain(rf"{name} \in {text}", lower, upper, (interval[1] == "[", interval[4] == "]"))


def _start(tex: str, scope: Scope) -> Chain:
    chain = latex.parse(tex, scope)
    if chain.lead or "->" in chain.ops or len(chain.sides) > 2:
        raise LatexError("a derivation starts from an expression or from one relation", 1)
    if chain.ops == ("=",):
        left, right = chain.sides
        if not isinstance(left, Variable) or left in walk(right):
            raise LatexError("an equation to start from gives a variable by the others: y = …", 1)
    return chain


def statement(tex: str, scope: Scope) -> Chain:
    """What a step or a statement says. Raises LatexError, also for what says nothing."""
    if r"\in" in re.findall(r"\\[A-Za-z]+", tex):
        return _membership(tex, scope)
    chain = latex.parse(tex, scope)
    if "->" in (chain.lead, *chain.ops):
        raise LatexError(r"\to is only understood in limits", 1)
    if chain.lead in (None, "iff", "implies") and not chain.ops:
        raise LatexError("a relation is missing", 1)
    return chain


def _membership(tex: str, scope: Scope) -> Chain:
    left, _, right = re.split(r"(\\in(?![A-Za-z]))", tex, maxsplit=1)
    named, spaces = right.replace(" ", ""), len(left) + 4
    if named == REAL:
        inside = latex.parse(left, scope)
        if inside.lead or inside.ops:
            raise LatexError(r"an expression is missing before \in", 1)
        return Chain(None, (inside.sides[0], Apply(REAL)), ("in",), (inside.written[0], (named,)))
    match = _CLASS.fullmatch(named)
    if not match:
        sets = rf"{REAL}, C^{{k}}({REAL}) and C^{{k}}({REAL} \setminus \{{0\}}), with a number or \infty for k"
        raise LatexError(f"the only sets are {sets}", spaces)
    order = Apply("inf") if match[1] == r"\infty" else Number(match[1])
    without = [latex.parse(tex, replace(scope, variables=frozenset())) for tex in (match[2] or "").split(",") if tex]
    if any(chain.lead or chain.ops for chain in without):
        raise LatexError("numbers are left out of a set, with a comma between them", spaces)
    name = latex.name(left)
    if name not in scope.functions or len(scope.functions[name].params) != 1:
        raise LatexError(f"{name} is not declared as a function of one variable", 1)
    function = scope.functions[name]
    (param,) = function.params
    if param not in scope.variables:
        raise LatexError(f"{param}, the variable of {name}, is not among the variables", 1)
    call = Call(function, (Variable(param),))
    smooth = Apply(SMOOTH, (order, *(chain.sides[0] for chain in without)))
    return Chain(None, (call, smooth), ("in",), ((name,), (named,)))


def places(step: Mapping[str, Any]) -> tuple[str, ...]:
    """Where a step or a statement of a file says that it is sharp."""
    sharp = step.get("sharp", ())
    return (sharp,) if isinstance(sharp, str) else tuple(sharp)


def condition(tex: str, scope: Scope) -> Chain:
    """What the condition of a step says. Raises LatexError."""
    chain = latex.parse(tex, scope)
    allowed = {"<", ">", "<=", ">=", "!=", *(["="] if scope.vectors else [])}  # n = 2, i = j
    if chain.lead or not chain.ops or set(chain.ops) - allowed:
        raise LatexError("not a condition", 1)
    return chain


def _sharp(tex: str, scope: Scope) -> Chain:
    chain = latex.parse(tex, scope)
    if chain.lead or chain.ops not in (("=",), ("->",)) or not isinstance(chain.sides[0], Variable):
        raise LatexError(r"neither x = … nor x \to …", 1)
    return chain
