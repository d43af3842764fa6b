"""Read LaTeX into a tree, or refuse it where two readers could take it differently."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from engine.mathematics.latex.operations import FUNCTIONS
from engine.mathematics.latex.tokens import LatexError, Token, tokens
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
)

_Read = TypeVar("_Read")

_COMMANDS = set(
    re.findall(
        r"\\\w+",
        r"\ln \log \exp \sin \cos \tan \sec \csc \cot \sinh \cosh \tanh \coth \arcsin \arccos \arctan \max \min",
    )
)


_SEVERAL = {"max", "min"}
_KNOWN = {*FUNCTIONS, *_SEVERAL, "log", "Li"}
_CONSTANTS = {"e": "e", r"\pi": "pi", r"\infty": "inf"}
_BIG = {r"\sum": "sum", r"\prod": "prod"}
_FRACTIONS = {r"\frac", r"\dfrac", r"\tfrac"}
_FACTORS = {*_COMMANDS, *_CONSTANTS, *_BIG, *_FRACTIONS, r"\sqrt", r"\binom", r"\int", r"\lim", r"\begin{cases}"}
_TIMES = {r"\cdot", r"\times", "*"}
_BRACKETS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
_RELATIONS = {
    **dict.fromkeys(["="], "="),
    **dict.fromkeys(["<", r"\lt"], "<"),
    **dict.fromkeys([">", r"\gt"], ">"),
    **dict.fromkeys([r"\le", r"\leq", r"\leqslant"], "<="),
    **dict.fromkeys([r"\ge", r"\geq", r"\geqslant"], ">="),
    **dict.fromkeys([r"\ne", r"\neq"], "!="),
    **dict.fromkeys([r"\approx"], "~"),
    **dict.fromkeys([r"\to"], "->"),
}
_ARROWS = {
    **dict.fromkeys([r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow"], "iff"),
    **dict.fromkeys([r"\implies", r"\Rightarrow", r"\Longrightarrow"], "implies"),
}


def parse(tex: str, scope: Scope) -> Chain:
    """What a formula says: one side, or several with the relations between them, perhaps led by one."""
    return _Parser(tex, scope).all(lambda parser: parser.chain(lead=True))


def expression(tex: str, scope: Scope) -> Expr:
    """What a formula without relations says."""
    return _Parser(tex, scope).all(_Parser.sum)


def name(tex: str) -> str:
    r"""The one spelling of a variable's name (`x`, `\beta`, `x_1`); also for `x_{1}`. Raises LatexError for others."""
    return _Parser(tex, Scope()).all(_Parser.name)


def definition(tex: str, scope: Scope) -> Function:
    r"""The function that `f(x) = …`, or the constant that `\varphi = …`, declares."""
    return _Parser(tex, scope).all(_Parser.definition)


class _Parser:
    """Recursive descent; every method reads what it is named after."""

    def __init__(self, tex: str, scope: Scope) -> None:
        self.tokens = tokens(tex)
        self.length = len(tex)
        self.at = 0
        self.variables = set(scope.variables)
        self.functions = scope.functions
        self.bars = 0  # absolute values that are open within the innermost bracket
        self.one_sided = False  # whether `0^+` may come, as in a limit
        self.reach: tuple[int, str, bool] = (-1, "", False)  # where a prefix without parentheses ended, and which

    @property
    def token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("end", "", self.length + 1)

    @property
    def text(self) -> str:
        return self.token.text if self.token.kind != "words" else ""

    def fail(self, message: str) -> LatexError:
        return LatexError(message, self.token.column)

    def unexpected(self) -> LatexError:
        return self.fail(f"{self.token.text} is not expected here" if self.token.text else "something is missing here")

    def take(self) -> str:
        text = self.token.text
        self.at += 1
        return text

    def accept(self, text: str) -> bool:
        if self.text == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.fail(f"{text} is missing here")

    def all(self, read: Callable[[_Parser], _Read]) -> _Read:
        """What `read` finds, if nothing is left after it."""
        try:
            found = read(self)
        except RecursionError:
            raise self.fail("this is nested too deeply") from None
        if self.token.kind != "end":
            raise self.unexpected()
        return found

    @contextmanager
    def binding(self, variable: str, shadow: bool = False) -> Iterator[None]:
        if variable in self.variables and not shadow:
            raise self.fail(f"{variable} is in use already; name the inner variable differently")
        before = set(self.variables)
        self.variables.add(variable)
        yield
        self.variables = before

    def chain(self, lead: bool = False) -> Chain:
        first = None
        if lead and (first := _RELATIONS.get(self.text) or _ARROWS.get(self.text)):
            self.at += 1
        start, sides, ops = self.at, [self.sum()], []
        written = [self.tokens[start : self.at]]
        while op := _RELATIONS.get(self.text):
            self.at += 1
            start = self.at
            ops.append(op)
            sides.append(self.sum())
            written.append(self.tokens[start : self.at])
        texts = tuple(tuple(token.text for token in tokens) for tokens in written)
        return Chain(first, tuple(sides), tuple(ops), texts)

    def definition(self) -> Function:
        called = self.name()
        if called in self.functions or called in self.variables:
            raise self.fail(f"{called} is declared twice")
        params: list[str] = []
        if self.accept("("):
            params.append(self.name())
            while self.accept(","):
                params.append(self.name())
            self.expect(")")
        self.expect("=")
        self.variables.update(params)
        return Function(called, tuple(params), self.sum())

    def sum(self) -> Expr:
        sign = self.take() if self.text in ("+", "-") else "+"
        total = self.term()
        if sign == "-":
            total = Apply("neg", (total,))
        while self.text in ("+", "-"):
            sign = self.take()
            total = Apply(sign, (total, self.term()))
        return total

    def term(self) -> Expr:
        product = self.power()
        while True:
            if self.text in _TIMES:
                self.at += 1
                product = Apply("*", (product, self.power()))
            elif self.accept("/"):
                product = Apply("/", (product, self.power()))
                if self.starts_factor():
                    raise self.fail("it is unclear whether this belongs to the denominator; use \\frac or parentheses")
            elif self.starts_factor():
                end, prefix, before_function = self.reach
                if self.token.kind == "number":
                    raise self.fail("a number cannot follow a factor; write \\cdot")
                if end == self.at and not (before_function and self.text in _COMMANDS):
                    raise self.fail(f"it is unclear how far {prefix} reaches; use parentheses or \\cdot")
                product = Apply("*", (product, self.power()))
            else:
                return product

    def starts_factor(self) -> bool:
        token = self.token
        if token.text == "|" and token.kind != "words":
            return token.kind == "open" or (token.kind == "sign" and not self.bars)
        if token.kind in ("name", "number"):
            return token.text != "d"
        return token.kind in ("sign", "open") and (token.text in _FACTORS or token.text in _BRACKETS)

    def power(self) -> Expr:
        base = self.atom()
        while self.accept("!"):
            base = Apply("!", (base,))
        if self.text == "^" and not (self.one_sided and self.side_follows()):
            self.at += 1
            base = Apply("^", (base, self.script()))
            if self.text in ("^", "!", "'"):
                raise self.unexpected()
        return base

    def side_follows(self) -> bool:
        return " ".join(token.text for token in self.tokens[self.at + 1 : self.at + 4]).startswith(
            ("+", "-", "{ + }", "{ - }")
        )

    def atom(self) -> Expr:
        token = self.token
        if token.kind == "number":
            self.at += 1
            return Number(token.text)
        if token.kind == "words":
            raise self.unexpected()
        if token.text in _CONSTANTS:
            self.at += 1
            return Apply(_CONSTANTS[token.text])
        if token.text in _COMMANDS or (token.kind == "name" and token.text in _KNOWN):
            return self.known()
        if token.kind == "name":
            return self.declared()
        if token.kind != "close" and token.text == "|":
            return self.absolute()
        if token.kind != "close" and token.text in _BRACKETS:
            return self.bracket()[0]
        readers: dict[str, Callable[[], Expr]] = {
            **dict.fromkeys(_FRACTIONS, self.fraction),
            **dict.fromkeys(_BIG, self.big),
            r"\sqrt": self.root,
            r"\binom": self.binomial,
            r"\int": self.integral,
            r"\lim": self.limit,
            r"\begin{cases}": self.cases,
        }
        if token.text not in readers:
            raise self.unexpected()
        self.at += 1
        return readers[token.text]()

    def bracket(self) -> tuple[Expr, ...]:
        """One expression; or several with commas, where the caller can use them."""
        closing, bars = _BRACKETS[self.take()], self.bars
        self.bars = 0
        inside = [self.sum()]
        while self.accept(","):
            inside.append(self.sum())
        self.expect(closing)
        self.bars = bars
        if len(inside) > 1 and self.tokens[self.at - 1].text == "}":
            raise self.fail("a comma is not understood here")
        return tuple(inside)

    def absolute(self) -> Expr:
        self.at += 1
        self.bars += 1
        inside = self.sum()
        if self.token.kind == "open":
            raise self.unexpected()
        self.expect("|")
        self.bars -= 1
        return Apply("abs", (inside,))

    def argument(self) -> Expr:
        """What TeX takes as an argument: a group in braces, or one sign; of a number, one digit."""
        token = self.token
        if token.text == "{" and token.kind == "sign":
            (inside,) = self.bracket()
            return inside
        if token.kind == "number":
            self.at += 1
            if len(token.text) > 1:
                self.at -= 1
                self.tokens[self.at] = Token("number", token.text[1:], token.column + 1)
            return Number(token.text[0])
        if token.text in _CONSTANTS:
            return self.atom()
        if token.kind == "name" and token.text in self.variables:
            self.at += 1
            return Variable(token.text)
        raise self.fail("put this in braces")

    script = argument

    def name(self) -> str:
        if self.token.kind != "name" or self.text in ("e", "d") or self.text in _KNOWN:
            raise self.fail("the name of a variable or function is missing here")
        found = self.take()
        if self.accept("_"):
            if self.accept("{"):
                index = []
                while self.text not in ("}", ""):
                    index.append(self.take())
                self.expect("}")
                found += "_" + "".join(index)
            else:
                found += "_" + self.take()
        return found

    def declared(self) -> Expr:
        start = self.token
        if start.text == "d":
            raise self.fail("a differential is not expected here")
        found = self.name()
        if found in self.variables:
            if self.text == "'":
                raise self.fail(f"{found} is a variable, it has no derivative")
            return Variable(found)
        if found not in self.functions:
            raise LatexError(f"{found} is not declared", start.column)
        function = self.functions[found]
        if not function.params:
            return Call(function, ())
        order = 0
        while self.accept("'"):
            order += 1
        if self.text == "^":
            if order:
                raise self.unexpected()
            order = self.order(function)
        if order and len(function.params) > 1:
            raise self.fail(f"{found} has several arguments: it is unclear which of them is meant")
        if self.text not in ("(", "["):
            raise self.fail(f"the argument of {found} is missing, in parentheses")
        args = self.bracket()
        if len(args) != len(function.params):
            raise self.fail(f"{found} takes {len(function.params)} arguments, not {len(args)}")
        return Call(function, args, order)

    def order(self, function: Function) -> int:
        ahead = " ".join(token.text for token in self.tokens[self.at : self.at + 6])
        for pattern, order in ((r"\^ \{ - 1 \}", -1), (r"\^ \{ \( ([0-9]+) \) \}", None)):
            if found := re.match(pattern, ahead):
                self.at += found[0].count(" ") + 1
                return int(found[1]) if order is None else order
        raise self.fail(f"this power is unclear; write ({function.name}(…))^…")

    def known(self) -> Expr:
        column = self.token.column
        shown = self.take()
        op = shown.lstrip("\\")
        before: tuple[Expr, ...] = ()
        exponent = None
        if op in ("Li", "log") and self.accept("_"):
            before = (self.script(),)
        elif op == "Li":
            raise LatexError("the order of Li is missing: Li_2(…)", column)
        if self.accept("^"):
            exponent = self.script()
            if not isinstance(exponent, Number):
                raise LatexError(f"this power of {shown} is unclear; write ({shown}(…))^…", column)
        if self.text in ("(", "[", r"\{"):
            args = self.bracket()
            if self.text in ("^", "!"):
                raise self.fail(f"it is unclear whether this belongs to the argument of {shown}; use parentheses")
        else:
            args = (self.power(),)
            self.reach = (self.at, shown, True)
        if (len(args) == 1) == (op in _SEVERAL):
            raise LatexError(f"{shown} does not take {len(args)} arguments", column)
        if op == "log":
            inside = Apply("ln", args)
            result = Apply("/", (inside, Apply("ln", before))) if before else inside
        else:
            result = Apply(op, before + args)
        return Apply("^", (result, exponent)) if exponent else result

    def fraction(self) -> Expr:
        digits = r"(?: \^ (?:\{ ([0-9]+) \}|([0-9]+)))?"
        variable = r"([^\s{}^]+(?: _ (?:[^\s{}]+|\{ [^{}]+ \}))?)"
        differential = rf"(?:D|\{{ D{digits} \}}) \{{ D {variable}{digits} \}}".replace("D", r"(?:d|\\partial)")
        ahead = " ".join(token.text for token in self.tokens[self.at : self.at + 24])
        found = re.match(differential, ahead)
        if not found:
            return Apply("/", (self.argument(), self.argument()))
        above, below = (int(found[i] or found[i + 1] or 1) for i in (1, 4))
        if above != below:
            raise self.fail("the orders of this derivative differ")
        column = self.token.column
        by = name(found[3])
        if by not in self.variables:
            raise LatexError(f"{by} is not declared", column)
        self.at += found[0].count(" ") + 1
        body = self.power()
        self.reach = (self.at, f"the derivative by {by}", False)
        return Derivative(body, by, above)

    def root(self) -> Expr:
        degree: Expr = Number("2")
        if self.text == "[":
            (degree,) = self.bracket()
        return Apply("root", (self.argument(), degree))

    def binomial(self) -> Expr:
        return Apply("binom", (self.argument(), self.argument()))

    def integral(self) -> Expr:
        bounds: dict[str, Expr] = {}
        while self.text in ("_", "^") and self.text not in bounds:
            end = self.take()
            bounds[end] = self.script()
        if len(bounds) < 2:
            raise self.fail("an integral needs both bounds")
        with self.binding(self.differential()):
            body = self.sum()
        if not self.accept("d"):
            raise self.fail("the differential of the integral is missing here")
        return Bound("int", body, self.name(), bounds["_"], bounds["^"])

    def differential(self) -> str:
        """The variable of the integral that has just begun, found ahead."""
        depth, inner = 0, 0
        for at in range(self.at, len(self.tokens)):
            text = self.tokens[at].text
            depth += (text in _BRACKETS) - (text in _BRACKETS.values())
            inner += text == r"\int"
            if text == "d" and depth == 0:
                if not inner:
                    here, self.at = self.at, at + 1
                    found = self.name()
                    self.at = here
                    return found
                inner -= 1
        raise self.fail("the differential of this integral is missing")

    def big(self) -> Expr:
        shown = self.tokens[self.at - 1].text
        self.expect("_")
        self.expect("{")
        index = self.name()
        self.expect("=")
        lower = self.sum()
        self.expect("}")
        self.expect("^")
        upper = self.script()
        with self.binding(index):
            body = self.wide(shown)
        return Bound(_BIG[shown], body, index, lower, upper)

    def wide(self, shown: str) -> Expr:
        """The rest of the product; a sum after it could belong to it or not."""
        body = self.term()
        if self.text in ("+", "-"):
            raise self.fail(f"it is unclear how far {shown} reaches; use parentheses")
        return body

    def limit(self) -> Expr:
        self.expect("_")
        self.expect("{")
        variable = self.name()
        self.expect(r"\to")
        self.one_sided = True
        target, side = self.sum(), ""
        self.one_sided = False
        if self.accept("^"):
            side = "".join(self.take() for _ in range(3 if self.text == "{" else 1)).strip("{}")
        self.expect("}")
        with self.binding(variable, shadow=True):
            body = self.wide(r"\lim")
        return Limit(body, variable, target, side)

    def cases(self) -> Expr:
        branches: list[tuple[Expr, Chain | None]] = []
        while not self.accept(r"\end{cases}"):
            if branches and branches[-1][1] is None:
                raise self.fail("only the last case can be without a condition")
            value, condition = self.sum(), None
            self.accept(",")
            if self.accept("&"):
                said = self.take() if self.token.kind == "words" else "if"
                if said == "if":
                    condition = self.chain()
                elif said != "otherwise":
                    raise self.fail(f"{said!r} is not understood; write if or otherwise")
            branches.append((value, condition))
            if not self.accept("\\\\") and self.text != r"\end{cases}":
                raise self.unexpected()
        return Cases(tuple(branches))
