r"""Derivations: steps in LaTeX, each with its rule, of which every relation is checked.

A derivation is `snippets/<function>/derivations/<name>.yml`:

    title: {en: Derivative of Softplus, zh: Softplus 的导数}
    variables: {x: real, \beta: positive}       # or negative, integer, natural, an interval: '[0, 1)', '(0, \infty)'
    where:                                      # what the formulas use, as the page shows it
      - f_\beta(x) = \frac{1}{\beta}\ln(1+e^{\beta x})
    start: f_\beta'(x)
    steps:
      - tex: = \frac{1}{\beta} \cdot \frac{d}{dx}\ln(1+e^{\beta x})
        rule: {en: Constant multiple rule, zh: 常数倍法则}

A step's `tex` is one of

- `= …`, `\le …` and so on: the last side and this one are in that relation. More relations may follow.
- `\iff A = B`, `\implies A < B`: the statement before and this one hold at the same points, or this one wherever the
  one before does. To start from an equation, `start` gives a variable: `y = \ln(1+e^x)`. The check takes points on that
  curve, and beside it, where the statements have to fail together.
- `A = B`, with nothing before it: a statement of its own, for all values of the variables.
- `f(x) \in \mathbb{R}`: it has a finite value at every point, also at the special ones, where others may have none.
- `f \in C^{\infty}(\mathbb{R})`: f is composed of functions known to be analytic, each where it is so: that its
  argument lies there becomes a claim of its own. And its derivatives up to the sixth have values, the same from both
  sides.

After a statement, `= …` goes on from its last side. Two more keys are optional:

- `when: x \ge 0`: the step is in the branch for that condition; the first of a branch continues from the last step
  before the branches. A step without `when` joins the branches again, and holds in each; together they have to cover
  the domain.
- `sharp: x = 0` or `sharp: x \to \infty`: where the two sides of the step's last inequality meet, so that no better
  bound exists.

The syntax of the formulas is that of `engine.mathematics.latex`. Every relation is checked at fixed points of the
variables' domains, random and extreme ones, to 50 digits (20 where an integral, a series or a limit is involved): more
precision is used until the digits are certain. At random points both sides need a value. SymPy adds a proof where it
finds one.

`check` does this in processes of its own, which it can stop whatever SymPy or mpmath do. The result depends on nothing
but the text of the file, this engine, and the versions of SymPy and mpmath.
"""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.files import read_source, sources_below
from engine.base.processes import OutOfTime, Pool, Stopped, limited
from engine.base.store import Store, digest
from engine.base.yamlfile import line_of
from engine.base.yamlfile import load as load_yaml
from engine.mathematics import latex
from engine.mathematics.latex import Chain, Evaluator, Expr, LatexError, Number, Scope, Undecided, Undefined, Variable

DIGITS = 50
DIGITS_LIMITING = 20
SECONDS_NUMERIC = 10.0
SECONDS_SYMBOLIC = 1.0
SMOOTH = 6  # derivatives that are looked at where all are claimed to exist

_TEXT = {
    "type": "object",
    "required": ["en", "zh"],
    "additionalProperties": {"type": "string", "minLength": 1},
}
_TEX = {"type": "string", "minLength": 1}
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
                "properties": {"tex": _TEX, "rule": _TEXT, "when": _TEX, "sharp": _TEX},
            },
        },
    },
}


# What a file says -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Domain:
    r"""The values of a variable. tex: for the page, as in `x \in \mathbb{R}`."""

    tex: str
    lower: float = -float("inf")
    upper: float = float("inf")
    closed: tuple[bool, bool] = (False, False)
    whole: bool = False

    def holds(self, value: Any) -> bool:
        above = value > self.lower or (self.closed[0] and value == self.lower)
        below = value < self.upper or (self.closed[1] and value == self.upper)
        return bool(above and below)


@dataclass(frozen=True)
class Step:
    """One line of a derivation. tex, when and sharp: as they are written; the other three: what they say."""

    tex: str
    rule: Mapping[str, str]
    line: int
    chain: Chain
    when: str | None = None
    condition: Chain | None = None
    sharp: str | None = None
    meeting: Chain | None = None


@dataclass(frozen=True)
class Derivation:
    """A derivation. title and rules: by language; where: the declarations as they are written.

    Without a start, the steps are statements of their own. called: what problems call a step.
    """

    root: Path
    path: Path
    title: Mapping[str, str]
    domains: Mapping[str, Domain]
    where: tuple[str, ...]
    start: str
    start_line: int
    start_chain: Chain | None
    steps: tuple[Step, ...]
    scope: Scope
    called: str = "step"

    @property
    def name(self) -> str:
        """The path as people and reports write it, with forward slashes."""
        return self.path.as_posix()


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
    found = Derivation(
        root,
        reader.path,
        data["title"],
        reader.domains,
        tuple(data.get("where", ())),
        data["start"],
        reader.line("start"),
        start,
        tuple(step for step in steps if step),
        reader.scope,
    )
    reader.problems += [*flow_problems(found), *reader.unused([found])]
    reader.stop_at_problems()
    return found


class Reader:
    """Reads the formulas of a file with `variables` and `where`, and gathers what is wrong with them."""

    def __init__(self, root: Path, file: Path, data: Mapping[str, Any]) -> None:
        self.root = root
        self.file = file
        self.path = file.relative_to(root)
        self.problems: list[Problem] = []
        self.domains: dict[str, Domain] = {}
        for written, values in ((str(key), values) for key, values in data["variables"].items()):
            with self.at("variables", written, what=f"variable {written}", tex=written):
                name = latex.name(written)
                with self.at("variables", written, what=f"domain of {written}", tex=values):
                    self.domains[name] = _domain(name, values)
        self.scope = Scope(frozenset(self.domains), {})
        for i, tex in enumerate(data.get("where", [])):
            with self.at("where", i, what="where", tex=tex):
                function = latex.definition(tex, self.scope)
                self.scope = replace(self.scope, functions={**self.scope.functions, function.name: function})

    def line(self, *keys: str | int) -> int:
        return line_of(self.root, self.file, keys)

    def problem(self, reason: str, *keys: str | int, detail: str = "") -> None:
        self.problems.append(Problem(self.path.as_posix(), reason, self.line(*keys), detail))

    @contextmanager
    def at(self, *keys: str | int, what: str, tex: str) -> Iterator[None]:
        try:
            yield
        except LatexError as error:
            self.problem(f"{what}: {error.message}", *keys, detail=_pointed(tex, error.column))

    def step(self, step: Mapping[str, Any], keys: tuple[str | int, ...], what: str) -> Step | None:
        """The step that lies under these keys; None if it is not understood."""
        chains: dict[str, Chain | None] = dict.fromkeys(("tex", "when", "sharp"))
        for key in chains.keys() & step.keys():
            with self.at(*keys, key, what=what if key == "tex" else f"{key} of {what}", tex=step[key]):
                chains[key] = _STEP_PARTS[key](step[key], self.scope)
        if not chains["tex"]:
            return None
        line = self.line(*keys, "tex")
        when, sharp = step.get("when"), step.get("sharp")
        rule = step.get("rule", {})
        return Step(step["tex"], rule, line, chains["tex"], when, chains["when"], sharp, chains["sharp"])

    def unused(self, derivations: Iterable[Derivation]) -> Iterator[Problem]:
        """What is declared has a purpose; otherwise a mistake in it would stay unseen."""
        chains = []
        for derivation in derivations:
            chains += [derivation.start_chain] if derivation.start_chain else []
            for step in derivation.steps:
                chains += [chain for chain in (step.chain, step.condition, step.meeting) if chain]
        parts = [part for chain in chains for side in chain.sides for part in latex.walk(side)]
        used = {part.name for part in parts if isinstance(part, Variable)}
        used |= {part.function.name for part in parts if isinstance(part, latex.Call)}
        used |= {part.variable for part in parts if isinstance(part, latex.Derivative)}
        for name in (*self.domains, *self.scope.functions):
            if name not in used:
                yield Problem(self.path.as_posix(), f"{name} is declared but not used", self.line("variables"))

    def stop_at_problems(self) -> None:
        if self.problems:
            raise SourceError(self.problems)


def variables(expr: Expr) -> set[str]:
    """The variables that an expression depends on: not those that an integral, a sum or a limit binds."""
    found = set().union(*map(variables, latex.children(expr)))
    match expr:
        case Variable(name):
            return {name}
        case latex.Call(function, args):
            return (variables(function.body) - set(function.params)).union(*map(variables, args))
        case latex.Derivative(_, variable):
            return found | {variable}
        case latex.Bound(_, body, variable, lower, upper):
            return (variables(body) - {variable}) | variables(lower) | variables(upper)
        case latex.Limit(body, variable, target):
            return (variables(body) - {variable}) | variables(target)
    return found


def _pointed(tex: str, column: int) -> str:
    return f"  {tex}\n  {' ' * (column - 1)}^"


_DOMAINS = {
    "real": Domain(r"{} \in \mathbb{{R}}"),
    "positive": Domain("{} > 0", lower=0),
    "negative": Domain("{} < 0", upper=0),
    "integer": Domain(r"{} \in \mathbb{{Z}}", whole=True),
    "natural": Domain(r"{} \in \{{1, 2, \dots\}}", lower=1, closed=(True, False), whole=True),
}


def _domain(name: str, text: str) -> Domain:
    if text in _DOMAINS:
        domain = _DOMAINS[text]
        return replace(domain, tex=domain.tex.format(name))
    interval = re.fullmatch(r"([\[(])([^,]+),([^,]+)([\])])", text.strip())
    if not interval:
        raise LatexError(f"not one of {', '.join(_DOMAINS)} or an interval", 1)
    lower, upper = (float(latex.evaluate(latex.expression(interval[i], Scope()), {}, 30)) for i in (2, 3))
    if not lower < upper:
        raise LatexError("the interval is empty", 1)
    return Domain(rf"{name} \in {text}", lower, upper, (interval[1] == "[", interval[4] == "]"))


def _start(tex: str, scope: Scope) -> Chain:
    chain = latex.parse(tex, scope)
    if chain.lead or "->" in chain.ops or len(chain.sides) > 2:
        raise LatexError("a derivation starts from an expression or from one relation", 1)
    if chain.ops == ("=",):
        left, right = chain.sides
        if not isinstance(left, Variable) or left in latex.walk(right):
            raise LatexError("an equation to start from gives a variable by the others: y = …", 1)
    return chain


def _step(tex: str, scope: Scope) -> Chain:
    if r"\in" in re.findall(r"\\[A-Za-z]+", tex):
        return _membership(tex, scope)
    chain = latex.parse(tex, scope)
    if "->" in (chain.lead, *chain.ops):
        raise LatexError(r"\to is only understood in limits", 1)
    if chain.lead in (None, "iff", "implies") and not chain.ops:
        raise LatexError("a relation is missing", 1)
    return chain


REAL, SMOOTH_SET = r"\mathbb{R}", r"C^{\infty}(\mathbb{R})"


def _membership(tex: str, scope: Scope) -> Chain:
    left, _, right = re.split(r"(\\in(?![A-Za-z]))", tex, maxsplit=1)
    named, spaces = right.replace(" ", ""), len(left) + 4
    if named == REAL:
        inside = latex.parse(left, scope)
        if inside.lead or inside.ops:
            raise LatexError(r"an expression is missing before \in", 1)
        return Chain(None, (inside.sides[0], latex.Apply(REAL)), ("in",), (inside.written[0], (named,)))
    if named != SMOOTH_SET:
        raise LatexError(rf"the only sets are {REAL} and {SMOOTH_SET}", spaces)
    name = latex.name(left)
    if name not in scope.functions or len(scope.functions[name].params) != 1:
        raise LatexError(f"{name} is not declared as a function of one variable", 1)
    function = scope.functions[name]
    (param,) = function.params
    if param not in scope.variables:
        raise LatexError(f"{param}, the variable of {name}, is not among the variables", 1)
    call = latex.Call(function, (Variable(param),))
    return Chain(None, (call, latex.Apply(SMOOTH_SET)), ("in",), ((name,), (named,)))


def _when(tex: str, scope: Scope) -> Chain:
    chain = latex.parse(tex, scope)
    if chain.lead or not chain.ops or set(chain.ops) - {"<", ">", "<=", ">=", "!="}:
        raise LatexError("not a condition", 1)
    return chain


def _sharp(tex: str, scope: Scope) -> Chain:
    chain = latex.parse(tex, scope)
    if chain.lead or chain.ops not in (("=",), ("->",)) or not isinstance(chain.sides[0], Variable):
        raise LatexError(r"neither x = … nor x \to …", 1)
    return chain


_STEP_PARTS = {"tex": _step, "when": _when, "sharp": _sharp}


# What has to hold -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Claim:
    """left op right, wherever the condition holds; for `iff` and `implies` the sides are statements.

    `real` says of the left side, whatever the right one, that it has a finite value everywhere; `smooth` says it of a
    derivative, which has to be the same from both sides.
    """

    left: Any
    op: str
    right: Any
    condition: Chain | None = None


@dataclass(frozen=True)
class _Duty:
    """All that a step has to satisfy. branches: conditions that together have to cover the domain."""

    claims: tuple[_Claim, ...]
    branches: tuple[Chain, ...] = ()


_Side = tuple[Expr, tuple[str, ...]]  # what it says, and how it is written


def _duties(derivation: Derivation) -> list[_Duty]:
    """What each step has to satisfy. Raises SourceError where a step does not connect to those before it."""
    start = derivation.start_chain
    statement = start if start and start.ops else None
    trunk = None if start is None or start.ops else _last(start)
    branches: dict[tuple[Any, ...], tuple[Chain, _Side]] = {}  # condition as written -> what it says, the last side
    duties: list[_Duty] = []
    for number, step in enumerate(derivation.steps, 1):

        def fault(reason: str, number: int = number, step: Step = step) -> SourceError:
            what = f"{derivation.called} {number}: {reason}"
            return SourceError([Problem(derivation.name, what, step.line, f"  {step.tex}")])

        chain, condition = step.chain, step.condition
        inner = zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True)
        claims = [_Claim(left, op, right, condition) for left, op, right in inner]
        member = chain.ops == ("in",)
        if member:
            try:
                claims = [*_members(*chain.sides, condition)]
            except NotAnalytic as error:
                raise fault(str(error)) from None
        before: list[tuple[Chain | None, _Side | None]] = []  # what this step continues, each with its condition
        merged: tuple[Chain, ...] = ()
        if chain.lead in ("iff", "implies"):
            if statement is None:
                raise fault("there is no statement before it")
            if (statement.written, statement.ops) == (chain.written, chain.ops):
                raise fault("is the same as what is before it")
            claims = [_Claim(statement, chain.lead, chain, condition)]
        elif chain.lead and condition:
            key = (condition.written, condition.ops)
            before = [(condition, branches[key][1] if key in branches else trunk)]
            branches[key] = (condition, _last(chain))
        elif chain.lead:
            before = [*branches.values()] or [(None, trunk)]
            merged = tuple(branch for branch, _ in branches.values())
        if any(side is None for _, side in before):
            raise fault("there is no expression before it to continue from")
        if before and all(side[1] == chain.written[0] for _, side in before):
            raise fault("is the same as what is before it")
        claims = [_Claim(side[0], chain.lead, chain.sides[0], branch) for branch, side in before] + claims
        if not (chain.lead and condition) or chain.lead in ("iff", "implies"):
            trunk, branches = None if member else _last(chain), {}
            statement = chain if chain.ops and not member else None
        if step.meeting and claims[-1].op not in ("<", ">", "<=", ">="):
            raise fault("sharp belongs to an inequality")
        duties.append(_Duty(tuple(claims), merged))
    if branches:
        duties[-1] = replace(duties[-1], branches=tuple(branch for branch, _ in branches.values()))
    return duties


def _last(chain: Chain) -> _Side:
    return chain.sides[-1], chain.written[-1]


class NotAnalytic(ValueError):
    """An expression that is not composed of analytic functions only."""


_ANALYTIC = {"neg", "+", "-", "*", "exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh", "sech", "erf", "erfc"}
_ANALYTIC |= {"arctan", "arsinh", "e", "pi"}


def _members(left: Expr, named: Expr, condition: Chain | None) -> Iterator[_Claim]:
    """What has to hold for `left` to belong to a set."""
    yield _Claim(left, "real", left, condition)
    if named == latex.Apply(SMOOTH_SET):
        for part, op, bound in _conditions(left):
            yield _Claim(part, op, bound, condition)
        for order in range(1, SMOOTH + 1):
            derivative = replace(left, order=order)
            yield _Claim(derivative, "smooth", derivative, condition)


def _conditions(expr: Expr) -> Iterator[tuple[Expr, str, Expr]]:
    """What makes the expression an analytic function of its variables. Raises NotAnalytic."""
    zero = Number("0")
    match expr:
        case Number() | Variable():
            return
        case latex.Call(function, args, 0):
            for arg in args:
                yield from _conditions(arg)
            for part, op, bound in _conditions(function.body):  # as a function of the same arguments
                yield latex.Call(replace(function, body=part), args), op, bound
            return
        case latex.Apply("/", (_, below)):
            yield below, "!=", zero
        case latex.Apply("^", (latex.Apply("e") | Number(), _)):
            pass
        case latex.Apply("^", (base, power)):
            whole = isinstance(power, Number) and "." not in power.text
            if not whole:
                yield base, ">", zero
        case latex.Apply("ln" | "root", (inside, *_)):
            yield inside, ">", zero
        case latex.Apply("log1p", (inside,)):
            yield inside, ">", latex.Apply("neg", (Number("1"),))
        case latex.Apply(op) if op in _ANALYTIC:
            pass
        case _:
            what = expr.op if isinstance(expr, latex.Apply) else type(expr).__name__.lower()
            raise NotAnalytic(f"it is not composed of functions known to be analytic: {what}")
    for part in latex.children(expr):
        yield from _conditions(part)


def flow_problems(derivation: Derivation) -> list[Problem]:
    try:
        _duties(derivation)
    except SourceError as error:
        return error.problems
    return []


# Points ---------------------------------------------------------------------------------------------------------------

_SPECIAL = (0.0, 1e-30, 1e-8, 0.5, 1.0, 2.0, 10.0, 40.0, 100.0, 710.0, 1e4, 1e6)
_MODERATE = 10.0  # beyond, a difference may be too small for the precision at hand
_NEAR = 8.0  # as far as integrals, series and limits are computed


@dataclass(frozen=True)
class _Point:
    """A place to check at. generic: it was drawn at random, so that both sides have to have a value there."""

    values: tuple[tuple[str, float], ...]
    generic: bool

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value:.17g}" for name, value in self.values) or "any point"


def _points(domains: Mapping[str, Domain], limiting: bool) -> Iterator[_Point]:
    """Random points without end, and among the first of them every special value of each variable."""
    chance = random.Random("points")
    specials = [(name, value) for name, domain in domains.items() for value in _specials(domain, limiting)]
    chance.shuffle(specials)
    while True:
        yield _Point(tuple((name, _draw(domain, chance, limiting)) for name, domain in domains.items()), True)
        if specials:
            special = dict([specials.pop()])
            others = {name: _draw(domain, chance, True) for name, domain in domains.items()}
            yield _Point(tuple({**others, **special}.items()), False)


def _specials(domain: Domain, limiting: bool) -> list[float]:
    values = {sign * value for value in _SPECIAL for sign in (1, -1)}
    for end, sign in ((domain.lower, 1), (domain.upper, -1)):
        if abs(end) != float("inf"):
            values |= {end, end + sign * 1e-8}
    largest = _NEAR if limiting else float("inf")
    smallest = 1e-8 if limiting else 0.0
    return sorted(
        value
        for value in values
        if domain.holds(value)
        and (not value or smallest <= abs(value) <= largest)
        and (not domain.whole or (value == int(value) and abs(value) <= 100))
    )


def _draw(domain: Domain, chance: random.Random, limiting: bool) -> float:
    lower, upper = domain.lower, domain.upper
    if domain.whole:
        low, high = max(lower, -20), min(upper, 20)
        return float(chance.randint(int(low), int(high)))
    if lower > -float("inf") and upper < float("inf"):
        return chance.uniform(lower, upper)
    size = chance.uniform(0, 4) if chance.random() < 0.5 else 10 ** chance.uniform(-3, 0.9 if limiting else 2.5)
    if lower == -float("inf") and upper == float("inf"):
        return chance.choice((1, -1)) * size
    return lower + size if upper == float("inf") else upper - size


# Checking -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """How a step was checked: by a proof of SymPy, and at that many points with that many digits."""

    symbolic: bool
    points: int
    digits: int


@dataclass(frozen=True)
class Report:
    """The result for one derivation: its problems, or else the evidence for each step."""

    name: str
    problems: tuple[Problem, ...]
    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Report:
        """The report of which `dataclasses.asdict` has made plain data."""
        problems = tuple(Problem(**problem) for problem in data["problems"])
        return cls(data["name"], problems, tuple(Evidence(**evidence) for evidence in data["evidence"]))


def check(derivations: Sequence[Derivation], pool: Pool, seconds: float = 300.0) -> list[Report]:
    """Check derivations in the processes of `pool`; one that takes longer than `seconds` is stopped."""
    answers = pool.call(verify, derivations, seconds)
    return [
        Report(derivation.name, (Problem(derivation.name, answer.reason, derivation.start_line),))
        if isinstance(answer, Stopped)
        else answer
        for derivation, answer in zip(derivations, answers, strict=True)
    ]


def reports(derivations: Sequence[Derivation], store: Store, pool: Pool) -> list[Report]:
    """Reports on derivations, in their order. Those that hold are kept in the store, and not checked again."""
    keys = [_key(derivation) for derivation in derivations]
    kept: list[Any] = [store.get(key) for key in keys]
    fresh = iter(check([derivation for derivation, data in zip(derivations, kept, strict=True) if not data], pool))
    found = [Report.of(data) if data else next(fresh) for data in kept]
    for key, data, report in zip(keys, kept, found, strict=True):
        if not (data or report.problems):
            store.put(key, asdict(report))
    return found


def _key(derivation: Derivation) -> str:
    """Digest of the text, the versions of SymPy and mpmath, and this engine."""
    text = read_source(derivation.root, derivation.path)
    versions = [frameworks.version(name) for name in ("sympy", "mpmath")]
    code = code_digest(__name__)
    return digest(derivation.name, derivation.called, text, versions, code)


def verify(derivation: Derivation, *, only: int | None = None, symbolic: bool = True) -> Report:
    """Check a derivation, or only its step with that index, in this process.

    The time limits of its parts work in the main thread, on systems with interval timers.
    """
    duties = _duties(derivation)
    chosen = range(len(duties)) if only is None else [only]
    checker = _Check(derivation)
    problems, evidence = [], []
    for i in chosen:
        step = derivation.steps[i]
        try:
            with limited(SECONDS_NUMERIC):
                points, digits = checker.duty(duties[i], step.meeting)
        except _Fault as fault:
            lines = [f"  {step.tex}", *(f"  {line}" for line in fault.lines)]
            reason = f"{derivation.called} {i + 1}: {fault.reason}"
            problems.append(Problem(derivation.name, reason, step.line, "\n".join(lines)))
        except OutOfTime:
            reason = f"{derivation.called} {i + 1}: not checked within {SECONDS_NUMERIC:g} s; make smaller steps of it"
            problems.append(Problem(derivation.name, reason, step.line, f"  {step.tex}"))
        else:
            proved = symbolic and all(_prove(claim, derivation.domains) for claim in duties[i].claims)
            evidence.append(Evidence(proved, points, digits))
    return Report(derivation.name, tuple(problems), () if problems else tuple(evidence))


class _Fault(Exception):
    """A relation that does not hold, or cannot be told to."""

    def __init__(self, reason: str, *lines: str) -> None:
        self.reason = reason
        self.lines = lines


@dataclass(frozen=True)
class _Difference:
    """left − right as far as it is certain: its sign, and the two values. certain: a zero is no underflow."""

    sign: int
    left: Any
    right: Any
    certain: bool = True


class _Check:
    """Checks claims of one derivation numerically."""

    def __init__(self, derivation: Derivation) -> None:
        self.domains = derivation.domains
        self.evaluators: dict[int, Evaluator] = {}
        self.known: dict[tuple[int, _Point, int], Any] = {}  # values of sides, which neighbouring steps share
        self.connected = derivation.start_chain is not None
        self.curve: tuple[str, Expr] | None = None
        if derivation.start_chain and derivation.start_chain.ops == ("=",):
            variable, expr = derivation.start_chain.sides
            self.curve = (variable.name, expr)

    def duty(self, duty: _Duty, meeting: Chain | None) -> tuple[int, int]:
        """The number of points and of digits that a step was checked with. Raises _Fault."""
        results = [self.claim(claim) for claim in duty.claims]
        if duty.branches:
            self.cover(duty.branches)
        if meeting:
            self.meet(duty.claims[-1], meeting)
        return min(points for points, _ in results), min(digits for _, digits in results)

    def claim(self, claim: _Claim) -> tuple[int, int]:
        chains = [side for side in (claim.left, claim.right) if isinstance(side, Chain)]
        sides = [side for chain in chains for side in chain.sides] if chains else [claim.left, claim.right]
        limiting = any(map(latex.is_limiting, sides))
        digits, wanted = (DIGITS_LIMITING, 10) if limiting else (DIGITS, 60)
        if claim.op == "smooth":
            digits = DIGITS_LIMITING
        domains = self.domains_of(claim)
        wanted = wanted if domains else 1
        decided = undecided = 0
        for point in islice(_points(domains, limiting), 4 * wanted):
            if claim.condition and not self.meets(claim.condition, point):
                continue
            try:
                decided += (self.statements if chains else self.relation)(claim, point, digits)
            except Undefined as error:
                if point.generic or claim.op in ("real", "smooth"):
                    raise _Fault(f"has no value at {point}", str(error)) from None
            except Undecided:
                undecided += 1
            if decided == wanted or undecided > decided + 1:
                break
        if decided < wanted // 2:
            raise _Fault(f"could be checked at {decided} points only, not at {wanted // 2}")
        return decided, digits

    def domains_of(self, claim: _Claim) -> Mapping[str, Domain]:
        """The domains of the variables that matter to the claim."""
        if self.connected:
            return self.domains
        sides = [claim.left, claim.right, *(claim.condition.sides if claim.condition else ())]
        names = set().union(*map(variables, sides))
        return {name: domain for name, domain in self.domains.items() if name in names}

    def meets(self, condition: Chain, point: _Point) -> bool:
        try:
            return self.evaluator(DIGITS).holds(condition, dict(point.values))
        except (Undefined, Undecided):
            return False

    def relation(self, claim: _Claim, point: _Point, digits: int) -> bool:
        """Whether the relation could be decided at the point. Raises _Fault if it does not hold there."""
        if claim.op == "~":
            return self.rounds(claim, point, digits)
        if claim.op == "smooth":
            # the evaluator compares both sides to a third of its digits, and lets derivatives differ no more
            if not self.evaluator(3 * digits + 6).mp.isfinite(self.at(claim.left, point, 3 * digits + 6, None)):
                raise _Fault(f"is infinite at {point}")
            return True
        found = self.difference(claim.left, claim.right, point, digits, fine=claim.op not in ("=", "real"))
        if claim.op == "real":
            if self.evaluator(digits).mp.isinf(found.left):
                raise _Fault(f"is infinite at {point}")
            return True
        if not found.certain and claim.op in ("<", ">", "!="):
            return False
        if not _HOLDS[claim.op](found.sign, 0):
            raise _Fault(f"does not hold at {point}", *self.shown(found))
        return True

    def rounds(self, claim: _Claim, point: _Point, digits: int) -> bool:
        right = claim.right
        while isinstance(right, latex.Apply) and right.op == "neg":
            (right,) = right.args
        if not isinstance(right, Number):
            raise _Fault(r"\approx is checked against a number only")
        unit = 10.0 ** -len(right.text.partition(".")[2])
        found = self.difference(claim.left, claim.right, point, digits, fine=False)
        if abs(found.left - found.right) > unit / 2:
            raise _Fault(f"does not hold at {point}", *self.shown(found))
        return True

    def statements(self, claim: _Claim, point: _Point, digits: int) -> bool:
        """Compare two statements at the point, and at the one on the curve that belongs to it.

        Tells whether the first of them was true: where none is, nothing has been shown.
        """
        shown = False
        curves: list[tuple[str, Expr] | None] = [None]
        if self.curve:
            curves.append(self.curve)
        for curve in curves:
            before, after = (self.truth(chain, point, digits, curve) for chain in (claim.left, claim.right))
            shown = shown or before
            if (before and not after) or (claim.op == "iff" and after and not before):
                where = f"{point}" if curve is None else f"{self.on_curve(point, digits)}"
                says = {True: "holds", False: "does not hold"}
                raise _Fault(
                    f"is not equivalent at {where}" if claim.op == "iff" else f"does not follow at {where}",
                    f"the statement before {says[before]}, this one {says[after]}",
                )
        return shown

    def truth(self, chain: Chain, point: _Point, digits: int, curve: tuple[str, Expr] | None) -> bool:
        for left, op, right in zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True):
            found = self.difference(left, right, point, digits, fine=op != "=", curve=curve)
            if not found.certain and op in ("<", ">", "!="):
                raise Undecided
            if not _HOLDS[op](found.sign, 0):
                return False
        return True

    def on_curve(self, point: _Point, digits: int) -> _Point:
        name, expr = self.curve
        value = float(self.evaluator(digits).value(expr, dict(point.values)))
        return _Point(tuple({**dict(point.values), name: value}.items()), point.generic)

    def cover(self, branches: Sequence[Chain]) -> None:
        for point in islice(_points(self.domains, False), 120):
            if not any(self.meets(branch, point) for branch in branches):
                raise _Fault(f"the branches leave out {point}")

    def meet(self, claim: _Claim, meeting: Chain) -> None:
        """Check that an inequality becomes an equality at a value, or towards it."""
        variable, target = meeting.sides
        gap = latex.Apply("-", (claim.left, claim.right))
        if meeting.ops == ("->",):
            gap = latex.Limit(gap, variable.name, target, "")
        domains = self.domains_of(claim)
        for point in islice(_points(domains, True), 6 if domains.keys() - {variable.name} else 1):
            values = dict(point.values)
            evaluator = self.evaluator(2 * DIGITS)
            if meeting.ops == ("=",):
                values[variable.name] = evaluator.value(target, values)
            try:
                found = evaluator.value(gap, values)
            except Undecided:
                found = evaluator.mp.inf
            if abs(found) > 10.0**-DIGITS:
                others = ", ".join(f"{name} = {value}" for name, value in point.values if name != variable.name)
                raise _Fault(
                    "is not sharp there" + (f" for {others}" if others else ""), f"the sides differ by {found}"
                )

    def difference(
        self,
        left: Expr,
        right: Expr,
        point: _Point,
        digits: int,
        fine: bool,
        curve: tuple[str, Expr] | None = None,
    ) -> _Difference:
        """left − right, with more and more precision until its sign is certain.

        If not `fine`, sides that agree to `digits` digits are equal. Raises Undefined or Undecided.
        """
        precisions = (digits + 30, 2 * digits + 60, 4 * digits + 120, 8 * digits + 240)
        if digits == DIGITS_LIMITING:
            precisions = (digits + 4, digits + 14)
        before = None
        for precision in precisions:
            mp = self.evaluator(precision).mp
            a, b = (self.at(side, point, precision, curve) for side in (left, right))
            if mp.isinf(a) or mp.isinf(b):
                return _Difference(int(mp.sign(a) - mp.sign(b)) if a != b else 0, a, b)
            gap, scale = a - b, max(abs(a), abs(b))
            tolerance = scale * mp.mpf(10) ** -digits
            if before:
                stable = abs(a - before[0]) <= tolerance and abs(b - before[1]) <= tolerance
                if stable and abs(gap) <= tolerance and not fine:
                    return _Difference(0, a, b)
                absorbed = not (a and b) and abs(gap) < mp.mpf(10) ** (30 - precision)
                if gap and abs(gap - before[2]) <= abs(gap) / 1000 and not absorbed:
                    return _Difference(int(mp.sign(gap)), a, b)
            before = (a, b, gap)
        if abs(gap) <= mp.mpf(10) ** (-digits if digits == DIGITS_LIMITING else 100 - precision):
            moderate = all(abs(value) <= _MODERATE for _, value in point.values)
            return _Difference(0, a, b, certain=moderate)
        raise Undecided

    def at(self, side: Expr, point: _Point, precision: int, curve: tuple[str, Expr] | None) -> Any:
        key = (id(side), point, precision)
        if curve is None and key in self.known:
            return self.known[key]
        evaluator = self.evaluator(precision)
        values = dict(point.values)
        if curve:
            name, expr = curve
            values[name] = evaluator.value(expr, values)
            if values[name] in (self.domains[name].lower, self.domains[name].upper):
                raise Undecided  # so close to the end that the precision does not tell
            if not self.domains[name].holds(values[name]):
                raise _Fault(f"{name} leaves its domain at {point}")
        found = evaluator.value(side, values)
        if curve is None:
            self.known[key] = found
        return found

    def evaluator(self, precision: int) -> Evaluator:
        if precision not in self.evaluators:
            self.evaluators[precision] = Evaluator(precision)
        return self.evaluators[precision]

    def shown(self, found: _Difference) -> tuple[str, str]:
        """Both values, with as many digits as it takes to see how they differ."""
        mp = self.evaluator(DIGITS).mp
        for digits in (10, 20, 30, 40, 50):
            left, right = mp.nstr(found.left, digits), mp.nstr(found.right, digits)
            if left != right:
                break
        return f"left:  {left}", f"right: {right}"


_HOLDS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


# Proofs ---------------------------------------------------------------------------------------------------------------


def _prove(claim: _Claim, domains: Mapping[str, Domain]) -> bool:
    """Whether SymPy proves the claim in time."""
    if isinstance(claim.left, Chain) or claim.op == "~":
        return False
    try:
        with limited(SECONDS_SYMBOLIC):
            return _proved(claim, domains)
    except (OutOfTime, Exception):  # SymPy fails in many ways; none of them is a proof
        return False


def _proved(claim: _Claim, domains: Mapping[str, Domain]) -> bool:
    symbols = _symbols(claim.condition, domains)
    left, right = (latex.to_sympy(side, symbols) for side in (claim.left, claim.right))
    if claim.op == "=" and left.as_dummy() == right.as_dummy():
        return True
    if any(map(latex.is_limiting, (claim.left, claim.right))):
        return False  # SymPy would take long, and find little
    if claim.op in (">", ">="):
        left, right = right, left
    if claim.op in ("real", "smooth"):
        return left.doit().is_real is True
    gap = (right - left).doit()
    if claim.op == "!=":
        return gap.is_nonzero is True
    if claim.op in ("<", ">"):
        return gap.is_positive is True
    if claim.op in ("<=", ">="):
        return gap.is_nonnegative is True
    return vanishes(gap)


def vanishes(gap: Any) -> bool:
    """Whether SymPy finds that an expression is zero."""
    import sympy

    forms = (
        sympy.expand,
        sympy.simplify,
        sympy.expand_log,
        lambda e: sympy.simplify(sympy.expand_log(sympy.factor(e))),
    )
    return gap == 0 or any(form(gap) == 0 for form in forms)


def _symbols(condition: Chain | None, domains: Mapping[str, Domain]) -> dict[str, Any]:
    """Symbols that know what is certain of their sign."""
    import sympy

    symbols = {}
    for name, domain in domains.items():
        known = {"integer": True} if domain.whole else {"real": True}
        if domain.lower >= 0:
            known["nonnegative" if domain.closed[0] and domain.lower == 0 else "positive"] = True
        if domain.upper <= 0:
            known["nonpositive" if domain.closed[1] and domain.upper == 0 else "negative"] = True
        match condition:
            case Chain(_, (Variable(of), Number("0")), (op,)) if of == name and op in _SIGNS:
                known[_SIGNS[op]] = True
        symbols[name] = sympy.Symbol(name, **known)
    return symbols


_SIGNS = {"<": "negative", ">": "positive", "<=": "nonpositive", ">=": "nonnegative"}
