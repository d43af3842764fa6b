"""What follows from the expression of a new function: its derivative, and facts that may hold of it.

SymPy finds them, and nothing hangs on whether it is right: the build checks a definition and its facts, whoever wrote
them. Who uses these has each fact checked, and keeps what holds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.base.processes import OutOfTime, limited
from engine.mathematics.formula.float64 import compute
from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.symbolic import to_sympy
from engine.mathematics.formula.tree import Variable
from engine.sources.definition import Parameter

SECONDS = 20.0
_GREEK = re.compile("alpha|beta|gamma|delta|epsilon|eta|theta|kappa|lambda|mu|nu|rho|sigma|tau|phi|psi|omega")


def tex_of(name: str) -> str:
    """How a parameter is set in formulas: a Greek letter by its name, any other name in upright letters."""
    greek = "lambda" if name == "lambd" else name  # the word is Python's
    if _GREEK.fullmatch(greek):
        return f"\\{greek}"
    upright = name.replace("_", r"\_")
    return name if len(name) == 1 else rf"\mathrm{{{upright}}}"


class Suggested:
    """A new function as SymPy sees it. Decimal numbers are symbols to it: it would make fractions of them."""

    def __init__(self, expression: str, parameters: tuple[Parameter, ...]) -> None:
        import sympy

        self.parameters = parameters
        self.x = sympy.Symbol("x", real=True)
        names = {p.name: sympy.Symbol(p.name, real=True, positive=p.domain == "positive" or None) for p in parameters}
        decimals = {text: sympy.Symbol(text, positive=True) for text in _decimals(expression)}
        marks = {f"decimal_{i}": text for i, text in enumerate(decimals)}
        self.symbols = {"x": self.x, **names, **{mark: decimals[text] for mark, text in marks.items()}}
        self.values = {symbol: sympy.Rational(text) for text, symbol in decimals.items()}
        self.written = {names[p.name]: p.tex for p in parameters} | {symbol: text for text, symbol in decimals.items()}
        tree = read(_marked(expression, {text: mark for mark, text in marks.items()}), _variables(self.symbols))
        self.function = to_sympy(tree, self.symbols)

    def derivative(self) -> Any:
        """By x: of the forms that are found, the shortest of those that overflow least in float64."""
        import sympy

        steps = self.function.replace(
            lambda part: isinstance(part, sympy.Max | sympy.Min), lambda part: part.rewrite(sympy.Piecewise)
        )
        slope = sympy.diff(steps, self.x)
        size = self.x * sympy.sign(self.x), sympy.Abs(self.x)
        forms = [slope, slope.subs(*size)]
        for change in (sympy.simplify, sympy.factor, sympy.piecewise_fold):
            form = _found(lambda change=change: change(slope).subs(*size))
            forms += [] if form is None else [form]
        return min(forms, key=lambda form: (self._lost(form), len(str(form))))

    def _lost(self, form: Any) -> int:
        """At how many numbers it has no value in float64; at more than there are, if a definition cannot have it."""
        import numpy as np

        values = {parameter.name: np.float64(parameter.default) for parameter in self.parameters}
        sizes = np.array([0.0, *(2.0**k for k in range(-10, 11))])
        xs = np.concatenate([-sizes, sizes])
        try:
            tree = read(self.text(form), {name: Variable(name) for name in ("x", *values)})
            with np.errstate(all="ignore"):
                computed = np.broadcast_to(compute(tree, {"x": xs, **values}), xs.shape)
        except FormulaError:
            return len(xs) + 1
        return int(np.sum(~np.isfinite(computed)))

    def text(self, formula: Any) -> str:
        """A formula as a definition has it."""
        return str(formula)

    def tex(self, formula: Any) -> str:
        """A formula as facts have it."""
        import sympy

        text = sympy.latex(formula, symbol_names=self.written, ln_notation=True)
        text = text.replace(r"\text{for}\: ", r"\text{if } ").replace(r"\operatorname{sign}", r"\operatorname{sgn}")
        return text.replace(r"\\", r"\\ ")

    def facts(self, kinks: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        """Facts by their ids, the definition first, and the best first where several have the same id.

        kinks: whether it has some; then its derivative is given beside 0, where most have theirs.
        """
        f = f"f_{{{', '.join(p.tex for p in self.parameters)}}}" if self.parameters else "f"
        slope = self.derivative()
        definition = f"{f}(x) = {self.tex(self.function)}"
        yield "definition", {"tex": definition, "because": [{"expression": f"{f}(x)"}]}
        yield "derivative", {"tex": f"{f}'(x) = {self.tex(slope)}"}
        if kinks:
            yield "derivative", {"tex": f"{f}'(x) = {self.tex(slope)}", "when": r"x \neq 0"}
        yield "domain", {"tex": r"\mathbb{R}", "because": [rf"{f}(x) \in \mathbb{{R}}"]}
        for order in ("4", "3", "2", "1", "0") if kinks else (r"\infty",):
            smooth = rf"C^{{{order}}}(\mathbb{{R}})"
            yield "smoothness", {"tex": smooth, "because": [rf"{f} \in {smooth}"]}
        for id, found, left in (
            ("value-at-zero", self._at(self.function), f"{f}(0)"),
            ("slope-at-zero", self._at(slope), f"{f}'(0)"),
            ("limit-left", self._limit("-"), rf"\lim_{{x \to -\infty}} {f}(x)"),
            ("limit-right", self._limit("+"), rf"\lim_{{x \to \infty}} {f}(x)"),
        ):
            if found is not None:
                yield id, {"tex": f"{left} = {self.tex(found)}"}
        yield "odd", {"tex": f"{f}(-x) = -{f}(x)"}
        yield "symmetry", {"tex": f"{f}(-x) = {f}(x)"}
        yield "monotone", {"tex": f"{f}'(x) > 0"}

    def _at(self, formula: Any) -> Any:
        return self._known(lambda: formula.subs(self.x, 0))

    def _limit(self, side: str) -> Any:
        import sympy

        return self._known(lambda: sympy.limit(self.function, self.x, sympy.oo if side == "+" else -sympy.oo))

    def _known(self, find: Callable[[], Any]) -> Any:
        """What SymPy finds, if it is a real number, infinite, or one that the parameters give; else None."""
        import sympy

        found = _found(find)
        if found is None or found.has(sympy.Limit, sympy.nan, sympy.zoo, self.x):
            return None
        return found if found.is_extended_real else None


def _found(find: Callable[[], Any]) -> Any:
    """What SymPy finds in time, or None: it fails in many ways."""
    try:
        with limited(SECONDS):
            return find()
    except (OutOfTime, Exception):
        return None


def _decimals(expression: str) -> list[str]:
    """The decimal numbers in an expression, as they are written."""
    nodes = [node for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Constant)]
    return list(dict.fromkeys(ast.get_source_segment(expression, n) or "" for n in nodes if type(n.value) is float))


def _marked(expression: str, marks: Mapping[str, str]) -> str:
    """The expression with a name for each decimal number."""

    class Marked(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            text = ast.get_source_segment(expression, node) or ""
            return ast.Name(marks[text]) if text in marks else node

    return ast.unparse(Marked().visit(ast.parse(expression, mode="eval")))


def _variables(symbols: Mapping[str, Any]) -> dict[str, Variable]:
    return {name: Variable(name) for name in symbols}
