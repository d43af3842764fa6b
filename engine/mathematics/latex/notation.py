"""Read the parts of LaTeX that are no expressions: names, orders of derivatives, differentials, sides of limits."""

from __future__ import annotations

from dataclasses import dataclass

from engine.mathematics.latex import words
from engine.mathematics.latex.tokens import TokenReader


@dataclass(frozen=True)
class Differentiation:
    r"""The operator `\frac{d^2}{dx^2}`, with both orders as they are written."""

    above: int
    variable: str
    below: int


class NotationReader(TokenReader):
    """Every method reads what it is named after, and raises LatexError if something else is there."""

    def name(self) -> str:
        """With its index, as in `x_{max}`."""
        if self.token.kind != "name" or self.text in ("e", "d") or self.text in words.KNOWN:
            raise self.fail("the name of a variable or function is missing here")
        base = self.take()
        if not self.accept("_"):
            return base
        if not self.accept("{"):
            return f"{base}_{self.take()}"
        index = ""
        while self.text not in ("}", ""):
            index += self.take()
        self.expect("}")
        return f"{base}_{index}"

    def order_in_braces(self) -> int:
        """The order of a derivative, as in `^{(3)}`; -1 for the inverse."""
        self.expect("^")
        self.expect("{")
        if self.accept("-"):
            self.expect("1")
            order = -1
        else:
            self.expect("(")
            order = self.whole_number()
            self.expect(")")
        self.expect("}")
        return order

    def differentiation(self) -> Differentiation:
        r"""The two arguments of a fraction that is a derivative: `d` and `{dx}`, `{d^2}` and `{dx^2}`."""
        above = 1
        if self.accept("{"):
            self.expect(*words.DIFFERENTIALS)
            above = self.optional_order()
            self.expect("}")
        else:
            self.expect(*words.DIFFERENTIALS)
        self.expect("{")
        self.expect(*words.DIFFERENTIALS)
        variable = self.name()
        below = self.optional_order()
        self.expect("}")
        return Differentiation(above, variable, below)

    def optional_order(self) -> int:
        """The order of a differential: `^2`, `^{2}`, or 1 if there is none."""
        if not self.accept("^"):
            return 1
        if not self.accept("{"):
            return self.whole_number()
        order = self.whole_number()
        self.expect("}")
        return order

    def variable_ahead(self) -> str:
        """The variable of the integral that has just begun: that of its differential, which is still to come."""
        depth, inner = 0, 0
        for at in range(self.at, len(self.tokens)):
            text = self.tokens[at].text
            depth += (text in words.BRACKETS) - (text in words.BRACKETS.values())
            inner += text == r"\int"
            if text == "d" and depth == 0:
                if not inner:
                    here, self.at = self.at, at + 1
                    variable = self.name()
                    self.at = here
                    return variable
                inner -= 1
        raise self.fail("the differential of this integral is missing")

    def side_follows(self) -> bool:
        """Whether the `^` that is next begins the side of a limit: `^+`, `^{-}`."""
        start = self.at
        self.take()
        follows = self.attempt(self.side) is not None
        self.at = start
        return follows

    def side(self) -> str:
        """From which a limit is approached: `+` or `-`."""
        braced = self.accept("{")
        side = self.text
        self.expect("+", "-")
        if braced:
            self.expect("}")
        return side
