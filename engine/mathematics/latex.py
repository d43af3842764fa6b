r"""Read the LaTeX of derivations, and give it its meaning: numerically by mpmath, symbolically by SymPy.

`parse` turns LaTeX into a tree that says what is written and nothing more: no term is reordered, cancelled or
evaluated, so that a wrong step cannot become right by being read. `evaluate` computes the tree at a point and takes the
numerical route for what a derivation has to prove: derivatives are differences, integrals are quadratures, limits are
values far out. `to_sympy` translates it for a symbolic proof.

What is not understood raises LatexError, and so does what two readers could take differently:

- `a(x)` is a product if `a` is a variable and an application if it is a function; it has to be declared as one of them.
- A function without parentheses takes one factor: `\ln x`, `\ln e^x`, `\sin x \cos x`. `\ln 2x` and `\ln(x)^2` are
  unclear, and so are `1/2x`, `\frac{d}{dx} x\ln x` and `\lim_{x\to 0} f(x) + 1`.
- `f'(x)`, `f^{(3)}(x)` and `f^{-1}(x)` are derivatives and the inverse of a declared function; `f^2(x)` is unclear.
- `e` is Euler's number and `d` the differential; `\log` is natural, as `\log_2` is binary.
- Everything is real: `\sqrt{-1}` has no value.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from typing import Any, TypeVar

_Read = TypeVar("_Read")

# The tree -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True)
class Variable:
    name: str


@dataclass(frozen=True)
class Apply:
    """An operator, a known function or a constant: `+ - * / ^ ! neg abs root binom max Li ln e pi inf` and so on."""

    op: str
    args: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Function:
    """What `f(x) = …` declares; a constant has no parameters. The body may hold further variables."""

    name: str
    params: tuple[str, ...]
    body: Expr


@dataclass(frozen=True)
class Call:
    """A declared function, its derivative (order > 0) or its inverse (order −1) at some arguments."""

    function: Function
    args: tuple[Expr, ...]
    order: int = 0


@dataclass(frozen=True)
class Derivative:
    body: Expr
    variable: str
    order: int


@dataclass(frozen=True)
class Bound:
    """`int`, `sum` or `prod` of the body for the variable from `lower` to `upper`."""

    op: str
    body: Expr
    variable: str
    lower: Expr
    upper: Expr


@dataclass(frozen=True)
class Limit:
    """The limit from one side (`+`, `-`), or from both (an empty string)."""

    body: Expr
    variable: str
    target: Expr
    side: str


@dataclass(frozen=True)
class Cases:
    """Values with their conditions, the first that holds counts; None stands for `otherwise`."""

    branches: tuple[tuple[Expr, Chain | None], ...]


Expr = Number | Variable | Apply | Call | Derivative | Bound | Limit | Cases


@dataclass(frozen=True)
class Chain:
    r"""Sides with the relations between them: `= < > <= >= != ~ ->`.

    lead: the relation or arrow (`iff`, `implies`) before the first side, where there is one.
    written: each side as its signs, without spacing, to tell whether two are written alike.
    """

    lead: str | None
    sides: tuple[Expr, ...]
    ops: tuple[str, ...]
    written: tuple[tuple[str, ...], ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Scope:
    """The variables and functions that a formula may use."""

    variables: frozenset[str] = frozenset()
    functions: Mapping[str, Function] = field(default_factory=dict)


class LatexError(ValueError):
    """LaTeX that is not understood, or not only in one way. `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"column {column}: {message}")


def children(expr: Expr) -> Iterator[Expr]:
    """The expressions directly inside another; those of a called function's body too."""
    match expr:
        case Apply(_, args):
            yield from args
        case Call(function, args):
            yield from (*args, function.body)
        case Derivative(body):
            yield body
        case Bound(_, body, _, lower, upper):
            yield from (body, lower, upper)
        case Limit(body, _, target):
            yield from (body, target)
        case Cases(branches):
            for value, condition in branches:
                yield value
                yield from condition.sides if condition else ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything inside it."""
    yield expr
    for child in children(expr):
        yield from walk(child)


# Words ----------------------------------------------------------------------------------------------------------------

_COMMANDS = set(
    re.findall(
        r"\\\w+",
        r"\ln \log \exp \sin \cos \tan \sec \csc \cot \sinh \cosh \tanh \coth \arcsin \arccos \arctan \max \min",
    )
)
_GREEK = set(
    re.findall(
        r"\\\w+",
        r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi
        \rho \sigma \tau \upsilon \phi \varphi \chi \psi \omega
        \Gamma \Delta \Theta \Lambda \Xi \Sigma \Upsilon \Phi \Psi \Omega""",
    )
)
# Functions of one argument, with their names in mpmath and SymPy; those that differ from LaTeX, and those that do not.
_FUNCTIONS = {
    "ln": "log",
    "sgn": "sign",
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan")},
    **{name: name for name in re.findall(r"\w+", "exp sin cos tan sec csc cot sinh cosh tanh coth sech csch")},
    **{name: name for name in ("expm1", "log1p", "erf", "erfc")},
}
_SEVERAL = {"max", "min"}
_KNOWN = {*_FUNCTIONS, *_SEVERAL, "log", "Li"}
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

_TOKEN = re.compile(
    r"""(?P<skip>   \s+ | ~ | \\[,;:!>\ ] | \\(?:quad|qquad|displaystyle|textstyle|limits|[bB]igg?[lrm]?)(?![A-Za-z]) )
      | (?P<words>  \\text\s*\{[^{}]*\} )
      | (?P<upright>\\(?:mathrm|operatorname)\s*(?:\{\s*[A-Za-z]\w*\s*\}|[A-Za-z]) )
      | (?P<fence>  \\(?:left|right)\s*(?:\\[{}]|[()\[\]|]) | \\[lr]vert(?![A-Za-z]) )
      | (?P<command>\\(?:begin|end)\s*\{[a-z]+\} | \\[A-Za-z]+ | \\[{}\\] )
      | (?P<number> [0-9]+(?:\.[0-9]+)? )
      | (?P<sign>   [^\\] )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    """kind: `name`, `number`, `words`, `open` or `close` (a fence that says which it is), or `sign` for all others."""

    kind: str
    text: str
    column: int


def _tokens(tex: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(tex):
        found = _TOKEN.match(tex, at)
        if not found:
            raise LatexError(f"{tex[at : at + 2]} is not understood", at + 1)
        kind, text = str(found.lastgroup), found[0]
        if kind == "upright":
            kind, text = "name", re.sub(r"\\[a-z]+|[\s{}]", "", text)
        elif kind == "words":
            text = text[text.index("{") + 1 : -1].strip()
        elif kind == "fence":
            kind = "open" if text.startswith((r"\left", r"\lvert")) else "close"
            text = "|" if "vert" in text else re.sub(r"^\\[a-z]+\s*", "", text)
        elif kind in ("sign", "command"):
            text = re.sub(r"\s", "", text)
            kind = "name" if text in _GREEK or (text.isalpha() and text.isascii()) else "sign"
        if kind != "skip":
            tokens.append(_Token(kind, text, at + 1))
        at = found.end()
    return tokens


# Parsing --------------------------------------------------------------------------------------------------------------


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
        self.tokens = _tokens(tex)
        self.length = len(tex)
        self.at = 0
        self.variables = set(scope.variables)
        self.functions = scope.functions
        self.bars = 0  # absolute values that are open within the innermost bracket
        self.one_sided = False  # whether `0^+` may come, as in a limit
        self.reach: tuple[int, str, bool] = (-1, "", False)  # where a prefix without parentheses ended, and which

    @property
    def token(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "", self.length + 1)

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
                self.tokens[self.at] = _Token("number", token.text[1:], token.column + 1)
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


# Numbers --------------------------------------------------------------------------------------------------------------


class Undefined(ArithmeticError):
    """The expression has no real value at the point."""


class Undecided(ArithmeticError):
    """The value could not be computed to the precision asked for."""


def evaluate(expr: Expr, point: Mapping[str, Any], digits: int) -> Any:
    """The value (an mpmath number) of an expression at a point, computed with that many digits.

    Cancellation costs digits: who needs to be sure compares the results for two precisions. Raises Undefined where
    there is no real value, and Undecided where mpmath finds none.
    """
    return Evaluator(digits).value(expr, point)


def is_limiting(expr: Expr) -> bool:
    """Whether the value comes from a process that converges: an integral, a series or a limit."""
    return any(
        isinstance(part, Limit) or (isinstance(part, Bound) and (part.op == "int" or _infinite(part)))
        for part in walk(expr)
    )


def _infinite(part: Bound) -> bool:
    return any(Apply("inf") in walk(bound) for bound in (part.lower, part.upper))


_Compiled = Callable[[Mapping[str, Any]], Any]
_LARGE = 5000  # bits of the largest exponent that is worth computing
_FAR = (8, 64, 512)  # a limit is what the values at these powers of ten settle on


class Evaluator:
    """Evaluates expressions with one precision."""

    def __init__(self, digits: int) -> None:
        import mpmath  # slow to import, and reading alone does not need it

        self.mp = mpmath.mp.clone()
        self.mp.dps = digits
        self.compiled: dict[int, tuple[_Compiled, Expr]] = {}
        self.failures = (mpmath.libmp.NoConvergence, OverflowError)

    def value(self, expr: Expr, point: Mapping[str, Any]) -> Any:
        """The value at a point; every variable of the expression has to be in it."""
        point = {name: self.mp.convert(value) for name, value in point.items()}
        try:
            return self._real(self._compiled(expr)(point))
        except (ZeroDivisionError, ValueError) as error:
            raise Undefined(str(error)) from None
        except self.failures as error:
            raise Undecided(str(error)) from None

    def holds(self, chain: Chain, point: Mapping[str, Any]) -> bool:
        """Whether all relations hold, compared with the precision at hand."""
        values = [self.value(side, point) for side in chain.sides]
        return all(_COMPARE[op](a, b) for op, a, b in zip(chain.ops, values[:-1], values[1:], strict=True))

    def _real(self, found: Any) -> Any:
        if not found:
            return self.mp.zero
        if isinstance(found, self.mp.mpc):
            if found.imag != 0:
                raise Undefined("not real")
            found = found.real
        if found != found:
            raise Undefined("not a number")
        return found

    def _compiled(self, expr: Expr) -> _Compiled:
        """The expression as a function of the point: quadratures ask for thousands of values."""
        if id(expr) not in self.compiled:
            self.compiled[id(expr)] = (self._compile(expr), expr)  # which keeps the expression, and so its id
        return self.compiled[id(expr)][0]

    def _compile(self, expr: Expr) -> _Compiled:
        mp = self.mp
        match expr:
            case Number(text):
                return lambda point: mp.mpf(text) if "." in text else mp.mpf(int(text))
            case Variable(name):
                return operator.itemgetter(name)
            case Apply("e" | "pi" | "inf" as op):
                return lambda point: getattr(mp, op)
            case Apply(op, args):
                if op == "^" and args[0] == Apply("e"):
                    op, args = "exp", args[1:]
                apply, parts = self._operation(op), [self._compiled(arg) for arg in args]
                if op != "neg" and any(
                    isinstance(part, Limit) or part == Apply("inf") for arg in args for part in walk(arg)
                ):
                    apply = self._finite(apply)
                if len(parts) == 1:
                    (part,) = parts
                    return lambda point: apply(part(point))
                if len(parts) == 2:
                    first, second = parts
                    return lambda point: apply(first(point), second(point))
                return lambda point: apply(*(part(point) for part in parts))
            case Call(function, args, order):
                body, parts = self._compiled(function.body), [self._compiled(arg) for arg in args]
                if order == 0:
                    return lambda point: body(
                        {**point, **{name: part(point) for name, part in zip(function.params, parts, strict=True)}}
                    )
                (param,), (part,) = function.params, parts
                if order > 0:
                    return lambda point: self._derivative(_along(body, param, point), order, part(point))
                return lambda point: self._inverse(_along(body, param, point), part(point))
            case Derivative(body, variable, order):
                inside = self._compiled(body)
                return lambda point: self._derivative(_along(inside, variable, point), order, point[variable])
            case Bound(op, body, variable, lower, upper):
                inside, start, end = map(self._compiled, (body, lower, upper))
                return lambda point: self._bound(op, _along(inside, variable, point), start(point), end(point))
            case Limit(body, variable, target, side):
                inside, to = map(self._compiled, (body, target))
                return lambda point: self._limit(_along(inside, variable, point), to(point), side)
            case Cases(branches):
                return lambda point: self._choose(branches, point)
        raise TypeError(expr)

    def _operation(self, op: str) -> Callable[..., Any]:
        mp = self.mp
        if op in _ARITHMETIC:
            return _ARITHMETIC[op]

        def exponent(size: Any) -> None:
            if size > _LARGE:
                raise Undecided("the exponent is too large")

        def function(a: Any) -> Any:
            if op in ("exp", "sinh", "cosh", "expm1"):
                exponent(mp.mag(a))
            return self._real(getattr(mp, _FUNCTIONS[op])(a))

        def power(a: Any, b: Any) -> Any:
            if a:
                exponent(mp.mag(b) + mp.mag(mp.mag(a)))
            return self._real(mp.power(a, b))

        def root(a: Any, degree: Any) -> Any:
            if a < 0:
                raise Undefined("root of a negative number")
            return mp.power(a, 1 / degree)

        others = {
            "^": power,
            "root": root,
            "!": mp.factorial,
            "binom": mp.binomial,
            "Li": lambda order, a: self._real(mp.polylog(order, a)),
        }
        return function if op in _FUNCTIONS else others[op]

    def _finite(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*values: Any) -> Any:
            if any(map(self.mp.isinf, values)):
                raise Undefined("infinite")
            return apply(*values)

        return checked

    def _choose(self, branches: Sequence[tuple[Expr, Chain | None]], point: Mapping[str, Any]) -> Any:
        for value, condition in branches:
            if condition is None or self.holds(condition, point):
                return self._compiled(value)(point)
        raise Undefined("no case applies")

    def _derivative(self, along: Callable[[Any], Any], order: int, at: Any) -> Any:
        """By differences to the right, if those to the left agree."""
        mp = self.mp
        right, left = (mp.diff(along, at, order, direction=direction) for direction in (1, -1))
        if abs(right - left) > mp.mpf(10) ** (-mp.dps // 3) * max(1, abs(right)):
            raise Undefined("no derivative")
        return right

    def _inverse(self, along: Callable[[Any], Any], y: Any) -> Any:
        """The only solution of f(x) = y, found between points where f − y has different signs."""

        def gap(x: Any) -> Any:
            return along(x) - y

        signs = []
        ladder = [self.mp.mpf(2) ** k for k in range(-8, 17)]
        for x in (*(-x for x in reversed(ladder)), self.mp.zero, *ladder):
            try:
                signs.append((x, self.mp.sign(gap(x))))
            except (Undefined, ZeroDivisionError, ValueError):
                continue
        brackets = [(a, b) for (a, left), (b, right) in pairwise(signs) if left != right]
        exact = [x for x, sign in signs if sign == 0]
        if len(exact) == 1:
            return exact[0]
        if len(brackets) != 1:
            raise Undefined("no single solution")
        return self.mp.findroot(gap, brackets[0], solver="anderson", maxsteps=500, verify=False)

    def _bound(self, op: str, term: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        mp = self.mp
        if op == "int":
            total, error = mp.quad(term, [lower, upper], error=True)
            if error > mp.mpf(10) ** (-mp.dps // 2) * max(1, abs(total)):
                raise Undecided("the quadrature does not converge")
            return total
        if mp.isinf(lower) or lower != int(lower):
            raise Undefined("the index does not start at a whole number")
        if not mp.isinf(upper):
            if upper != int(upper):
                raise Undefined("the index does not end at a whole number")
            if upper - lower > 10_000:
                raise Undecided("too many terms")
            terms = (term(mp.mpf(k)) for k in range(int(lower), int(upper) + 1))
            return reduce(_ARITHMETIC["+" if op == "sum" else "*"], terms, mp.mpf(op == "prod"))
        if op == "prod":
            raise Undecided("infinite products are not computed")
        if not abs(term(lower + 4000)) <= abs(term(lower + 200)) <= abs(term(lower + 10)):
            raise Undecided("the terms of the series do not fall")
        return mp.nsum(term, [int(lower), mp.inf])

    def _limit(self, along: Callable[[Any], Any], target: Any, side: str) -> Any:
        mp = self.mp
        infinite = mp.isinf(target)
        directions = [mp.sign(target)] if infinite else [s for s in (1, -1) if side in ("", "+-"[s < 0])]
        results = []
        with mp.extradps(3 * _FAR[-1]):
            ten = mp.mpf(10)
            for direction in directions:
                # Not whole numbers: those cost more, and functions can be special there.
                far = [(ten**k + ten / 3) if infinite else ten**-k for k in _FAR]
                at = [direction * x if infinite else target + direction * x for x in far]
                results.append(self._settled([along(x) for x in at]))
        if any(result != results[0] and abs(result - results[0]) > mp.mpf(10) ** -30 for result in results):
            raise Undefined("the limits from both sides differ")
        return results[0]

    def _settled(self, values: list[Any]) -> Any:
        first, second, last = values
        ten = self.mp.mpf(10)
        if abs(second - last) <= ten**-30 * abs(last):
            return last
        if abs(last) < ten**-50 and abs(last) < abs(second) < abs(first):
            return self.mp.zero
        if abs(last) > ten**50 and abs(last) > abs(second) > abs(first):
            return self.mp.sign(last) * self.mp.inf
        raise Undecided("the limit does not settle")


def _along(body: _Compiled, variable: str, point: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The body as a function of one variable."""
    return lambda at: body({**point, variable: at})


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "neg": operator.neg,
    "abs": abs,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "max": max,
    "min": min,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
}


# SymPy ----------------------------------------------------------------------------------------------------------------


class NotSymbolic(ValueError):
    """SymPy has no counterpart for a part of the expression."""


def to_sympy(expr: Expr, symbols: Mapping[str, Any]) -> Any:
    """The expression in SymPy, with `symbols` (any SymPy expressions) for its variables.

    Declared functions are replaced by what they stand for. SymPy simplifies on the way: this is for proofs, while
    `parse` alone says what is written.
    """
    import sympy  # slow to import, and reading alone does not need it

    def convert(part: Expr) -> Any:
        return to_sympy(part, symbols)

    def bound(body: Expr, variable: str) -> tuple[Any, Any]:
        dummy = sympy.Dummy(variable, real=True)
        return dummy, to_sympy(body, {**symbols, variable: dummy})

    match expr:
        case Number():
            return sympy.Rational(expr.text)
        case Variable(name):
            return symbols[name]
        case Apply(op, args):
            return _sympy_apply(op, [convert(arg) for arg in args])
        case Call(function, args, 0):
            return to_sympy(function.body, {**symbols, **dict(zip(function.params, map(convert, args), strict=True))})
        case Call(function, (arg,), order) if order > 0:
            dummy, body = bound(function.body, function.params[0])
            return sympy.diff(body, dummy, order).subs(dummy, convert(arg))
        case Derivative(body, variable, order):
            dummy, inside = bound(body, variable)
            return sympy.diff(inside, dummy, order).subs(dummy, symbols[variable])
        case Bound(op, body, variable, lower, upper):
            dummy, inside = bound(body, variable)
            kind = {"int": sympy.Integral, "sum": sympy.Sum, "prod": sympy.Product}[op]
            return kind(inside, (dummy, convert(lower), convert(upper)))
        case Limit(body, variable, target, side):
            dummy, inside = bound(body, variable)
            return sympy.Limit(inside, dummy, convert(target), side or "+-")
        case Cases(branches):
            relations = {"=": sympy.Eq, "<": sympy.Lt, ">": sympy.Gt, "<=": sympy.Le, ">=": sympy.Ge, "!=": sympy.Ne}
            pieces = []
            for value, condition in branches:
                truth = sympy.true
                if condition:
                    sides = [convert(side) for side in condition.sides]
                    pairs = zip(condition.ops, sides[:-1], sides[1:], strict=True)
                    truth = sympy.And(*(relations[op](a, b) for op, a, b in pairs))
                pieces.append((convert(value), truth))
            return sympy.Piecewise(*pieces)
    raise NotSymbolic(type(expr).__name__)


def _sympy_apply(op: str, args: list[Any]) -> Any:
    import sympy

    if op in ("+", "-", "*", "/", "neg"):
        return _ARITHMETIC[op](*args)
    match op, args:
        case "^", [a, b]:
            return a**b
        case "root", [a, degree]:
            return sympy.root(a, degree)
        case "abs", [a]:
            return sympy.Abs(a)
        case "max", _:
            return sympy.Max(*args)
        case "min", _:
            return sympy.Min(*args)
        case "!", [a]:
            return sympy.factorial(a)
        case "binom", [a, b]:
            return sympy.binomial(a, b)
        case "Li", [order, a]:
            return sympy.polylog(order, a)
        case "expm1", [a]:
            return sympy.exp(a) - 1
        case "log1p", [a]:
            return sympy.log(1 + a)
        case "e" | "pi" | "inf", _:
            return {"e": sympy.E, "pi": sympy.pi, "inf": sympy.oo}[op]
    return getattr(sympy, _FUNCTIONS[op])(*args)
