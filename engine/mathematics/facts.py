r"""The facts card of a function: every cell is tied to statements, and every statement is checked.

The facts are in `snippets/<function>/facts.yml`:

    variables: {x: real, y: positive, \beta: positive}   # as in derivations
    where:                                               # what the statements use
      - f(x) = \ln(1+e^{x})
    facts:
      range:                                             # its check is at `fact-range`
        name: {en: Range, zh: 值域}
        tex: (0, \infty)                                 # what the card shows
        because:
          - {tex: f(x) > 0, sharp: x \to -\infty}
          - \lim_{x \to \infty} f(x) = \infty
        see: range                                       # optional: an anchor of the page with more about it

What stands under `because` are statements of their own in the language of `engine.mathematics.derivation`, which
checks them; `when` and `sharp` may be given. `expression: f_\beta(x)` is one too: it says that this is the function of
definition.yml, and one fact has to say so. What the card shows has to follow from the statements, or the file is
refused. It may be

- a relation or several, each of which is among the statements, or a declaration from `where` that `expression` names;
- one side of an equation, or of an inequality that is sharp: a bound that could be better is no fact;
- an interval: an open end is the bound of a strict inequality that is sharp towards a value, a closed one of `\le` or
  `\ge` that is sharp at one; an infinite one is a limit. Both ends belong to the same expression. It is checked to be
  continuous, so that it takes all values between;
- a set, with the statement `f(x) \in \mathbb{R}`: then it is the declared domain of x.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.base.yamlfile import load as load_yaml
from engine.mathematics import latex
from engine.mathematics.derivation.duties import flow_problems
from engine.mathematics.derivation.file import Reader
from engine.mathematics.derivation.steps import REAL, Derivation, Step
from engine.mathematics.formula.python import FormulaError, number, read
from engine.mathematics.formula.tree import Apply, Call, Chain, Expr, Limit, Variable, free_variables, walk
from engine.mathematics.latex import LatexError
from engine.mathematics.properties import in_a_word
from engine.sources.definition import TEXT, Definition

_TEX = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["variables", "where", "facts"],
    "properties": {
        "variables": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        "where": {"type": "array", "items": _TEX},
        "facts": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"type": "string", "pattern": r"^[a-z][a-z0-9-]*$"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "tex", "because"],
                "properties": {
                    "name": TEXT,
                    "tex": _TEX,
                    "see": {"type": "string", "pattern": r"^[\w-]+$"},
                    "because": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "anyOf": [
                                _TEX,
                                {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "required": ["tex"],
                                    "properties": {"tex": _TEX, "when": _TEX, "sharp": _TEX},
                                },
                                {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "required": ["expression"],
                                    "properties": {"expression": _TEX},
                                },
                            ]
                        },
                    },
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Fact:
    """One row of the card.

    name, note: by language, the note being what the cell says in a word; check: its statements, as the steps of a
    derivation.
    """

    id: str
    name: Mapping[str, str]
    tex: str
    note: Mapping[str, str] | None
    see: str | None
    check: Derivation


def load(root: Path, definition: Definition) -> list[Fact]:
    """The facts about a function, none if it has no such file.

    Raises SourceError with file and line for what is not understood, and for what the statements do not show.
    """
    file = root / definition.path.with_name("facts.yml")
    if not file.is_file():
        return []
    data = load_yaml(root, file, SCHEMA)
    card = _Card(Reader(root, file, data), definition, data["where"], data["facts"])
    facts = [card.fact(id, entry) for id, entry in data["facts"].items()]
    card.stop_at_problems(facts)
    return facts


_Keys = tuple[str | int, ...]  # the way to a part of the file


class _Card:
    """Makes facts of the entries of a file, and gathers what is wrong with them."""

    def __init__(
        self, reader: Reader, definition: Definition, where: Sequence[str], entries: Mapping[str, Any]
    ) -> None:
        self.reader = reader
        self.definition = definition
        self.declared = [] if reader.problems else [latex.parse(tex, reader.scope) for tex in where]
        self.identified = set() if reader.problems else {*self.identities(entries)}

    def identities(self, entries: Mapping[str, Any]) -> Iterator[str]:
        """The names of functions of which some fact says, and shows, that they are the one of the definition."""
        parts = (part for entry in entries.values() for part in entry["because"] if isinstance(part, dict))
        for tex in (part["expression"] for part in parts if "expression" in part):
            try:
                side = latex.parse(tex, self.reader.scope).sides[0]
            except LatexError:
                continue  # `expression` says so, with its line
            if isinstance(side, Call) and side.order == 0 and all(isinstance(arg, Variable) for arg in side.args):
                yield side.function.name

    def stop_at_problems(self, facts: Iterable[Fact]) -> None:
        """Raise SourceError if anything is wrong with the file."""
        if not self.identified:
            self.reader.problem(
                f"no fact says which is the function of {self.definition.path.name}; "
                "one needs `- expression: …` below because",
                "facts",
            )
        self.reader.stop_at_problems()
        self.reader.problems += self.reader.unused(fact.check for fact in facts)
        self.reader.stop_at_problems()

    def fact(self, id: str, entry: Mapping[str, Any]) -> Fact:
        """The fact of an entry, whose problems are with the reader."""
        steps: list[Step] = []
        named: list[Chain] = []  # declarations that the card may show, since `expression` names them
        for i, part in enumerate(entry["because"]):
            keys, what = ("facts", id, "because", i), f"{id}, statement {i + 1}"
            if isinstance(part, dict) and "expression" in part:
                step = self.expression(part["expression"], keys, what)
                named += [chain for chain in self.declared if step and _begins(chain, step.chain)]
            else:
                step = self.statement({"tex": part} if isinstance(part, str) else part, keys, what)
            steps += [step] if step else []
        check = self.check(id, entry["name"], steps)
        check = self.tied(id, entry["tex"], check, named)
        return Fact(id, entry["name"], entry["tex"], self.note(entry["tex"]), entry.get("see"), check)

    def statement(self, part: Mapping[str, Any], keys: _Keys, what: str) -> Step | None:
        """A statement of its own; None if it is not understood."""
        step = self.reader.step(part, keys, what)
        if step and step.chain.lead:
            reason = f"{what}: has to stand on its own; begin it with what it is about"
            self.reader.problem(reason, *keys, detail=f"  {step.tex}")
        return step

    def expression(self, tex: str, keys: _Keys, what: str) -> Step | None:
        """The statement that an expression in LaTeX is the one of the definition; None if it is not understood."""
        with self.reader.at(*keys, "expression", what=what, tex=tex):
            chain = latex.parse(tex, self.reader.scope)
            if chain.lead or chain.ops:
                raise LatexError("an expression is expected", 1)
            text = self.definition.expression.replace("_", r"\_").replace("^", r"\^{}")
            expr, defaults = self.defined(free_variables(chain.sides[0]))
            text = ", ".join([text, *defaults])
            equation = Chain(None, (*chain.sides, expr), ("=",), (*chain.written, (text,)))
            return Step(rf"{tex} = \texttt{{{text}}}", {}, self.reader.line(*keys, "expression"), equation)
        return None

    def defined(self, variables: Collection[str]) -> tuple[Expr, list[str]]:
        """The expression of the definition, with defaults for parameters that are not among these, and those defaults.

        Raises LatexError if it is none, or of other variables.
        """
        name = self.definition.path.name
        names: dict[str, Expr] = {"x": Variable("x")}
        defaults = []
        for parameter in self.definition.parameters:
            called = latex.name(parameter.tex)
            names[parameter.name] = Variable(called) if called in variables else number(parameter.default)
            if called not in variables:
                defaults.append(f"{parameter.name} = {parameter.default:g}".replace("_", r"\_"))
        try:
            expr = read(self.definition.expression, names)
        except FormulaError as error:
            raise LatexError(f"{name}: {error}", 1) from None
        if missing := free_variables(expr) - self.reader.domains.keys():
            raise LatexError(f"{name} uses {', '.join(sorted(missing))}, which is not among the variables", 1)
        return expr, defaults

    def check(self, id: str, name: Mapping[str, str], steps: Sequence[Step]) -> Derivation:
        """The statements of a fact as a derivation without a start, in the variables that they use."""
        chains = [chain for step in steps for chain in (step.chain, step.condition) if chain]
        used = {variable for chain in chains for side in chain.sides for variable in free_variables(side)}
        return Derivation(
            root=self.reader.root,
            path=self.reader.path,
            title=name,
            domains={variable: domain for variable, domain in self.reader.domains.items() if variable in used},
            where=(),
            start="",
            start_line=self.reader.line("facts", id),
            start_chain=None,
            steps=tuple(steps),
            scope=self.reader.scope,
            called=f"{id}, statement",
        )

    def tied(self, id: str, tex: str, check: Derivation, named: Iterable[Chain]) -> Derivation:
        """Once all is understood: the check with what the cell asks for besides, if the statements show the cell."""
        if not self.reader.problems:
            self.reader.problems += flow_problems(check)
        if not self.reader.problems:
            tie = _Tie(check, named, self.identified)
            with self.reader.at("facts", id, "tex", what=id, tex=tex):
                if not tie.holds(tex):
                    reason = f"{id}: the statements do not show this of the function; one of them has to say it"
                    self.reader.problem(f"{reason} in these letters", "facts", id, "tex", detail=f"  {tex}")
            used = check.domains.keys() | {name for expr in tie.continuous for name in free_variables(expr)}
            domains = {name: domain for name, domain in self.reader.domains.items() if name in used}
            return replace(check, continuous=tuple(tie.continuous), domains=domains)
        return check

    def note(self, tex: str) -> Mapping[str, str] | None:
        """What a cell says in a word, if it is a statement of which there is one."""
        try:
            return in_a_word(latex.parse(tex, self.reader.scope), self.reader.domains)
        except LatexError:
            return None  # an interval or a set; `tied` tells what is not understood


def _begins(declared: Chain, statement: Chain) -> bool:
    return declared.written[0] == statement.written[0]


# What the card shows, and why it may ----------------------------------------------------------------------------------

_Written = tuple[str, ...]
_FLIPPED = {">": "<", ">=": "<="}


@dataclass(frozen=True)
class _Side:
    """One side of a statement: what it says, and how it is written."""

    expr: Expr
    written: _Written


@dataclass(frozen=True)
class _Relation:
    """Two sides of a statement, the smaller one first."""

    left: _Side
    op: str
    right: _Side
    sharp: str = ""  # how the sides meet: `=` at a point, `->` towards one

    @property
    def written(self) -> tuple[_Written, str, _Written]:
        return self.left.written, self.op, self.right.written


def _relations(chain: Chain, sharp: str = "") -> Iterator[_Relation]:
    """The relations of a statement; if it is sharp, the last one is."""
    sides = [_Side(expr, written) for expr, written in zip(chain.sides, chain.written, strict=True)]
    last = len(chain.ops) - 1
    for i, (left, op, right) in enumerate(zip(sides[:-1], chain.ops, sides[1:], strict=True)):
        if op in _FLIPPED:
            left, op, right = right, _FLIPPED[op], left
        yield _Relation(left, op, right, sharp if i == last else "")


def _meeting(step: Step) -> str:
    return step.meeting.ops[0] if step.meeting else ""


class _Tie:
    """Whether the statements of a fact show what its cell shows.

    named: declarations that it may show, too; identified: the functions that a cell may be about without saying so;
    continuous: what has to be so, once `holds` has looked.
    """

    def __init__(self, check: Derivation, named: Iterable[Chain], identified: Collection[str]) -> None:
        self.check = check
        self.identified = identified
        self.continuous: list[Expr] = []
        always = [step for step in check.steps if not step.when]
        self.statements = [relation for step in always for relation in _relations(step.chain, _meeting(step))]
        self.known = [*self.statements, *(relation for chain in named for relation in _relations(chain))]

    def holds(self, tex: str) -> bool:
        """Whether they show this. Raises LatexError if it is not understood."""
        if any(relation.op == "in" for relation in self.statements):
            return self.is_set(tex)
        if interval := re.fullmatch(r"\s*([\[(])([^,]+),([^,]+)([\])])\s*", tex):
            return self.is_interval(*interval.groups())
        shown = latex.parse(tex, self.check.scope)
        if shown.lead:
            raise LatexError("has to stand on its own", 1)
        if shown.ops:
            written = {relation.written for relation in self.known}
            return all(relation.written in written for relation in _relations(shown))
        return any(
            shown.written[0] in (relation.left.written, relation.right.written)
            for relation in self.statements
            if (relation.op == "=" or relation.sharp) and self.is_meant(relation.left.expr, relation.right.expr)
        )

    def is_meant(self, *exprs: Expr) -> bool:
        """Whether expressions are about the function of the definition."""
        parts = (part for expr in exprs for part in walk(expr))
        return any(isinstance(part, Call) and part.function.name in self.identified for part in parts)

    def is_set(self, tex: str) -> bool:
        named = tex.replace(" ", "")
        if not all(self.is_meant(relation.left.expr) for relation in self.statements if relation.op == "in"):
            return False
        for relation in self.statements:
            if relation.op == "in" and relation.right.written != (REAL,):
                return relation.right.written == (named,)
            if not isinstance(relation.left.expr, Call) or relation.left.expr.order:
                return False  # that f'(x) has a value, or 1/f(x), is another fact
        return len(self.check.domains) == 1 and all(
            domain.tex.replace(" ", "") == rf"{name}\in{named}" for name, domain in self.check.domains.items()
        )

    def is_interval(self, opening: str, lower: str, upper: str, closing: str) -> bool:
        """Whether some expression has both bounds: it is continuous, and takes all values between."""
        above = self.bounded(lower, below=True, closed=opening == "[")
        below = self.bounded(upper, below=False, closed=closing == "]")
        self.continuous = [expr for expr in above if expr in below and self.is_meant(expr)]
        return bool(self.continuous)

    def bounded(self, tex: str, below: bool, closed: bool) -> list[Expr]:
        """The expressions that have this bound, from below or from above, and none that is better."""
        end = latex.parse(tex, self.check.scope).written[0]
        infinity = Apply("neg", (Apply("inf"),)) if below else Apply("inf")
        bounded: list[Expr] = []
        for relation in self.statements:
            bound, inside = (relation.left, relation.right) if below else (relation.right, relation.left)
            wanted = ("<=", "=") if closed else ("<", "->")
            if (relation.op, relation.sharp) == wanted and bound.written == end:
                bounded.append(inside.expr)
            limit, value = relation.left.expr, relation.right
            reaches = relation.op == "=" and isinstance(limit, Limit) and value == _Side(infinity, end)
            if reaches and not closed:
                bounded.append(limit.body)
        return bounded
