r"""Read the LaTeX of derivations, and give it its meaning: numerically by mpmath, symbolically by SymPy.

`parse` turns LaTeX into a tree that says what is written and nothing more: no term is reordered, cancelled or
evaluated, so that a wrong step cannot become right by being read. `evaluate` computes the tree at a point and takes the
numerical route for what a derivation has to prove: derivatives are differences, integrals are quadratures, limits are
values far out. `to_sympy` translates it for a symbolic proof.

`tokens` cuts LaTeX into signs, whose meaning is in `words`; `notation` and `parser` read them into a `tree`, of which
`evaluate` and `symbolic` give the value. `operations` names what both of them compute with.

What is not understood raises LatexError, and so does what two readers could take differently:

- `a(x)` is a product if `a` is a variable and an application if it is a function; it has to be declared as one of them.
- A function without parentheses takes one factor: `\ln x`, `\ln e^x`, `\sin x \cos x`. `\ln 2x` and `\ln(x)^2` are
  unclear, and so are `1/2x`, `\frac{d}{dx} x\ln x` and `\lim_{x\to 0} f(x) + 1`.
- `f'(x)`, `f^{(3)}(x)` and `f^{-1}(x)` are derivatives and the inverse of a declared function; `f^2(x)` is unclear.
- `e` is Euler's number and `d` the differential; `\log` is natural, as `\log_2` is binary.
- Everything is real: `\sqrt{-1}` has no value.
"""

from __future__ import annotations

from engine.mathematics.latex.evaluate import Evaluator, Undecided, Undefined, evaluate, is_limiting
from engine.mathematics.latex.parser import definition, expression, name, parse
from engine.mathematics.latex.symbolic import NotSymbolic, to_sympy, vanishes
from engine.mathematics.latex.tokens import LatexError
from engine.mathematics.latex.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Chain,
    Derivative,
    Expr,
    Function,
    Limit,
    Number,
    Scope,
    Variable,
    children,
    free_variables,
    walk,
)

__all__ = [
    "Apply",
    "Bound",
    "Call",
    "Cases",
    "Chain",
    "Derivative",
    "Evaluator",
    "Expr",
    "Function",
    "LatexError",
    "Limit",
    "NotSymbolic",
    "Number",
    "Scope",
    "Undecided",
    "Undefined",
    "Variable",
    "children",
    "definition",
    "evaluate",
    "expression",
    "free_variables",
    "is_limiting",
    "name",
    "parse",
    "to_sympy",
    "vanishes",
    "walk",
]
