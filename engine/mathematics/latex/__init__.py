r"""Read the LaTeX of derivations, facts and pages into trees of `engine.mathematics.formula`.

`tokens` cuts LaTeX into signs, whose meaning is in `words`; `notation` and `parser` read them.

What is not understood raises LatexError, and so does what two readers could take differently:

- `a(x)` is a product if `a` is a variable and an application if it is a function; it has to be declared as one of them.
- A function without parentheses takes one factor: `\ln x`, `\ln e^x`, `\sin x \cos x`. `\ln 2x` and `\ln(x)^2` are
  unclear, and so are `1/2x`, `\frac{d}{dx} x\ln x` and `\lim_{x\to 0} f(x) + 1`.
- `f'(x)`, `f^{(3)}(x)` and `f^{-1}(x)` are derivatives and the inverse of a declared function; `f^2(x)` is unclear.
- Where `f_\beta(x)` is declared and depends on its index, `f_{-1}(x)` has another one, and so has `B_{2k}` of `B_n`.
- `\sum_{k \ge 1}` goes on for ever.
- `e` is Euler's number and `d` the differential; `\log` is natural, as `\log_2` is binary.
- Everything is real: `\sqrt{-1}` has no value.
"""

from __future__ import annotations

from engine.mathematics.latex.parser import definition, expression, name, parse
from engine.mathematics.latex.tokens import LatexError
from engine.mathematics.latex.words import KNOWN

__all__ = ["KNOWN", "LatexError", "definition", "expression", "name", "parse"]
