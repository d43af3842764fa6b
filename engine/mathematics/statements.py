"""Groups of statements, each checked, and what is tied to them: what facts and the formulas of prose have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.base.errors import Problem
from engine.mathematics import latex
from engine.mathematics.about import about
from engine.mathematics.conditions import Conditions, written
from engine.mathematics.derivation.duties import flow_problems
from engine.mathematics.derivation.file import SHARP, Reader
from engine.mathematics.derivation.steps import ENTRY, LENGTH, VECTOR, Derivation, Step, linked, variables
from engine.mathematics.formula.python import FormulaError, number, read
from engine.mathematics.formula.tree import Call, Chain, Expr, Scope, Variable, free_variables
from engine.mathematics.latex import LatexError
from engine.mathematics.tie import Tie
from engine.sources.definition import Definition

TEX = {"type": "string", "minLength": 1}
#: What stands under `because`.
BECAUSE: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "anyOf": [
            TEX,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["tex"],
                "properties": {"tex": TEX, "when": TEX, "sharp": SHARP},
            },
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["expression"],
                "properties": {"expression": TEX},
            },
        ]
    },
}
#: What a definition calls what facts may call otherwise.
_NAMES = {"x": VECTOR, "n": LENGTH, "i": ENTRY}
_Keys = tuple[str | int, ...]  # the way to a part of the file
Part = str | Mapping[str, Any]  # what stands under `because`


class Statements:
    """Makes checks of the statements of a file, and gathers what is wrong with them.

    where, declared: what stands under `where`, as it is written and read; identified: the functions of which some
    statement among `everything` says, and shows, that they are the one of the definition. What is shown has to be about
    one of them, unless it is None.
    """

    def __init__(
        self, reader: Reader, definition: Definition, where: Sequence[str], everything: Iterable[Part]
    ) -> None:
        self.reader = reader
        self.definition = definition
        self.where = () if reader.problems else tuple(where)
        self.declared = [] if reader.problems else [*_declarations(reader.scope, where)]
        self.conditions = () if reader.problems else tuple(self._conditions())
        self.identified: set[str] | None = set() if reader.problems else {*self._identities(everything)}

    def _conditions(self) -> Iterator[Chain]:
        """Those of the definition's parameters, in the variables that stand for them; of others the usual value."""
        called = {one.name: latex.name(one.tex) for one in self.definition.parameters}
        known = self.reader.domains
        usual = self.definition.defaults
        names = {own: Variable(name) if name in known else number(usual[own]) for own, name in called.items()}
        try:
            for chain in Conditions(self.definition).chains(names):
                yield written(chain, {latex.name(one.tex): one.tex for one in self.definition.parameters})
        except FormulaError as error:
            line = self.definition.line("conditions")
            self.reader.problems.append(Problem(self.definition.path.as_posix(), f"conditions: {error}", line))

    def _identities(self, everything: Iterable[Part]) -> Iterator[str]:
        for tex in (part["expression"] for part in everything if isinstance(part, Mapping) and "expression" in part):
            try:
                side = latex.parse(tex, self.reader.scope).sides[0]
            except LatexError:
                continue  # `expression` says so, with its line
            if isinstance(side, Call) and side.order == 0 and all(isinstance(arg, Variable) for arg in side.args):
                yield side.function.name

    def group(
        self, id: str, name: Mapping[str, str], parts: Sequence[Part], keys: _Keys, tex: str, when: str = ""
    ) -> Derivation:
        """The check of the statements that lie under these keys, and of what they have to show.

        id: what problems call them, name: by language; when: the condition that stands beside what they show.
        """
        steps = self.steps(id, parts, (*keys, "because"))
        expressions = [step for step, part in steps if isinstance(part, Mapping) and "expression" in part]
        # Declarations that they may show, too, since `expression` names them.
        named = [chain for step in expressions for chain in self.declared if _begins(chain, step.chain)]
        check = self.check(id, name, [step for step, _ in steps], keys)
        return check if self.reader.problems else self.tied(id, tex, check, named, keys, when)

    def about(self, id: str, parts: Sequence[Part], keys: _Keys, tex: str) -> Derivation:
        """The check of the statements that lie under these keys, each of which has to be about a formula as it is
        written: that is a part of it, its condition, or gives a variable of it a value."""
        steps = []
        for i, (step, _) in enumerate(self.steps(id, parts, (*keys, "reads"))):
            with self.reader.at(*keys, "reads", i, what=id, tex=tex):
                if (told := about(tex, step, self.reader.scope)) is None:
                    reason = f"{id}: it does not stand in its statement {i + 1} in these letters; say there what it is"
                    self.reader.problem(reason, *keys, "reads", i, detail=f"  {step.tex}")
                steps += [told] if told else []
        return self.check(id, {}, steps, keys)

    def steps(self, id: str, parts: Sequence[Part], keys: _Keys) -> list[tuple[Step, Part]]:
        """The statements that lie under these keys, each with what is written, if they are understood."""
        steps: list[tuple[Step, Part]] = []
        for i, part in enumerate(parts):
            where, what = (*keys, i), f"{id}, statement {i + 1}"
            if isinstance(part, Mapping) and "expression" in part:
                step = self.expression(part["expression"], where, what)
            else:
                step = self.statement({"tex": part} if isinstance(part, str) else part, where, what)
            steps += [(step, part)] if step else []
        return steps

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
            return Step(rf"{tex} = \texttt{{{text}}}", self.reader.line(*keys, "expression"), equation)
        return None

    def compared(self) -> Iterator[Step]:
        """The statements that what the definition compares with is what the facts declare by that name."""
        path = self.definition.path.as_posix()
        for name, text in self.definition.compare.items():
            called = rf"\operatorname{{{name}}}"
            function = self.reader.scope.functions.get(name)
            if function is None or len(function.params) != 1:
                self.reader.problem(f"declares no {called}(x), with which {path} compares the function", "where")
                continue
            (variable,) = function.params
            call, expr = Call(function, (Variable(variable),)), read(text, {"x": Variable(variable)})
            written = text.replace("_", r"\_").replace("^", r"\^{}")
            tex = rf"{called}({variable})"
            chain = Chain(None, (call, expr), ("=",), ((tex,), (written,)))
            yield Step(rf"{tex} = \texttt{{{written}}}", self.reader.line("where"), chain)

    def defined(self, variables: Collection[str]) -> tuple[Expr, list[str]]:
        """The expression of the definition, with defaults for parameters that are not among these, and those defaults.

        Raises LatexError if it is none, or of other variables.
        """
        name = self.definition.path.name
        names: dict[str, Expr] = {"x": Variable("x")}
        defaults = []
        roles = {domain.role: called for called, domain in self.reader.domains.items() if domain.role}
        names |= {own: Variable(roles[role]) for own, role in _NAMES.items() if role in roles}
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

    def check(self, id: str, name: Mapping[str, str], steps: Sequence[Step], keys: _Keys) -> Derivation:
        """Statements as a derivation without a start, in the variables that they use."""
        reader = self.reader
        check = standing(reader, reader.path, name, steps, reader.line(*keys), f"{id}, statement", self.conditions)
        if not reader.problems:
            reader.problems += flow_problems(check)
        return check

    def tied(self, id: str, tex: str, check: Derivation, named: Iterable[Chain], keys: _Keys, when: str) -> Derivation:
        """The check with what is asked for besides, if the statements show what is written."""
        tie = Tie(check, named, self.identified, when)
        with self.reader.at(*keys, "tex", what=id, tex=tex):
            if not tie.holds(tex):
                reason = f"{id}: the statements do not show this of the function; one of them has to say it"
                self.reader.problem(f"{reason} in these letters", *keys, "tex", detail=f"  {tex}")
        used = set(check.domains) | {name for expr in tie.continuous for name in free_variables(expr)}
        conditions = linked(self.conditions, used)
        used = used.union(*map(variables, conditions))
        domains = {name: domain for name, domain in self.reader.domains.items() if name in used}
        return replace(check, conditions=conditions, continuous=tuple(tie.continuous), domains=domains)


def standing(
    reader: Reader,
    path: Path,
    title: Mapping[str, str],
    steps: Sequence[Step],
    line: int,
    called: str,
    conditions: Sequence[Chain] = (),
) -> Derivation:
    """Statements of a file as a derivation without a start, in the variables that they use, and in those that
    conditions of these are about."""
    chains = [chain for step in steps for chain in (step.chain, step.condition) if chain]
    used = {variable for chain in chains for side in chain.sides for variable in free_variables(side)}
    conditions = linked(conditions, used)
    used = used.union(*map(variables, conditions))
    return Derivation(
        root=reader.root,
        path=path,
        title=title,
        domains={variable: domain for variable, domain in reader.domains.items() if variable in used},
        where=(),
        start="",
        start_line=line,
        start_chain=None,
        steps=tuple(steps),
        scope=reader.scope,
        called=called,
        conditions=conditions,
    )


def _declarations(scope: Scope, where: Sequence[str]) -> Iterator[Chain]:
    """What declares the last functions of a scope, as chains."""
    for tex, function in zip(where, [*scope.functions.values()][len(scope.functions) - len(where) :], strict=True):
        yield latex.parse(tex, replace(scope, variables=scope.variables.union(function.params)))


def _begins(declared: Chain, statement: Chain) -> bool:
    return declared.written[0] == statement.written[0]
