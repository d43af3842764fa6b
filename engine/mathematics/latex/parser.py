"""Read LaTeX into a tree, or refuse it where two readers could take it differently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from engine.mathematics.formula.substitution import Captured, put_in_function
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Chain,
    Derivative,
    Element,
    Expr,
    Function,
    Limit,
    Number,
    Scope,
    Variable,
    free_variables,
)
from engine.mathematics.latex import words
from engine.mathematics.latex.notation import NotationReader
from engine.mathematics.latex.tokens import LatexError, Token

_Read = TypeVar("_Read")


def parse(tex: str, scope: Scope) -> Chain:
    """What a formula says: one side, or several with the relations between them, perhaps led by one.

    Raises LatexError, as all that is read here does.
    """
    return _read(tex, scope, _Parser.statement)


def expression(tex: str, scope: Scope) -> Expr:
    """What a formula without relations says. Raises LatexError."""
    return _read(tex, scope, _Parser.sum)


def name(tex: str) -> str:
    r"""The one spelling of a variable's name (`x`, `\beta`, `x_1`); also for `x_{1}`. Raises LatexError for others."""
    return _read(tex, Scope(), _name)


def definition(tex: str, scope: Scope) -> Function:
    r"""The function that `f(x) = …`, or the constant that `\varphi = …`, declares. Raises LatexError."""
    return _read(tex, scope, _Parser.definition)


@dataclass(frozen=True)
class _Context:
    """Where a part of a formula stands, as far as this decides how it is read.

    variables: the names that are variables there.
    in_bars: an absolute value is open within the innermost bracket, so that the next `|` closes it.
    before_side: it is the target of a limit, where `0^+` is no power.
    """

    variables: frozenset[str]
    in_bars: bool = False
    before_side: bool = False

    def binding(self, *names: str) -> _Context:
        return replace(self, variables=self.variables.union(names))


@dataclass(frozen=True)
class _Prefix:
    r"""What was applied to the factor after it, without parentheses: `\ln x`, `\frac{d}{dx} x`."""

    shown: str
    is_function: bool


def _name(parser: _Parser, _: _Context) -> str:
    return parser.name()


@lru_cache(maxsize=1 << 14)  # while pages are served, or broken to see what notices, few of a site's formulas change
def _read(tex: str, scope: Scope, read: Callable[[_Parser, _Context], _Read]) -> _Read:
    """What `read` makes of a formula, if nothing is left after it."""
    parser = _Parser(tex, scope)
    try:
        result = read(parser, _Context(frozenset(scope.variables)))
    except RecursionError:
        raise parser.fail("this is nested too deeply") from None
    if parser.token.kind != "end":
        raise parser.unexpected()
    return result


class _Parser(NotationReader):
    """Recursive descent; every method reads what it is named after, in a context."""

    def __init__(self, tex: str, scope: Scope) -> None:
        super().__init__(tex)
        self.functions = scope.functions
        self.vectors = scope.vectors
        self.prefixes: dict[int, _Prefix] = {}  # by where they end: what comes there could still belong to them

    # Statements

    def statement(self, context: _Context) -> Chain:
        lead = words.RELATIONS.get(self.text) or words.ARROWS.get(self.text)
        if lead:
            self.take()
        return self.chain(context, lead)

    def chain(self, context: _Context, lead: str | None = None) -> Chain:
        sides, written, ops = [], [], []
        while True:
            start = self.at
            sides.append(self.sum(context))
            written.append(tuple(token.text for token in self.tokens[start : self.at]))
            if self.text not in words.RELATIONS:
                return Chain(lead, tuple(sides), tuple(ops), tuple(written))
            ops.append(words.RELATIONS[self.take()])

    def definition(self, context: _Context) -> Function:
        declared = self.name()
        if declared in self.functions or declared in context.variables:
            raise self.fail(f"{declared} is declared twice")
        params: list[str] = []
        if self.accept("("):
            params.append(self.name())
            while self.accept(","):
                params.append(self.name())
            self.expect(")")
        self.expect("=")
        return Function(declared, tuple(params), self.sum(context.binding(*params)))

    # Sums, products and powers

    def sum(self, context: _Context) -> Expr:
        sign = self.take() if self.text in ("+", "-") else "+"
        total = self.term(context)
        if sign == "-":
            total = Apply("neg", (total,))
        while self.text in ("+", "-"):
            sign = self.take()
            total = Apply(sign, (total, self.term(context)))
        return total

    def term(self, context: _Context) -> Expr:
        product = self.power(context)
        while True:
            if self.accept(*words.TIMES):
                product = Apply("*", (product, self.power(context)))
            elif self.accept("/"):
                product = Apply("/", (product, self.power(context)))
                if self.starts_factor(context):
                    raise self.fail("it is unclear whether this belongs to the denominator; use \\frac or parentheses")
            elif self.starts_factor(context):
                self.stop_at_unclear_factor()
                product = Apply("*", (product, self.power(context)))
            else:
                return product

    def starts_factor(self, context: _Context) -> bool:
        token = self.token
        if token.text == "|" and token.kind != "words":
            return token.kind == "open" or (token.kind == "sign" and not context.in_bars)
        if token.kind in ("name", "number"):
            return token.text != "d"
        return token.kind in ("sign", "open") and (token.text in words.FACTORS or token.text in words.BRACKETS)

    def stop_at_unclear_factor(self) -> None:
        """Raise LatexError if a factor without a sign before it could be taken in two ways."""
        if self.token.kind == "number":
            raise self.fail("a number cannot follow a factor; write \\cdot")
        prefix = self.prefixes.get(self.at)
        if prefix and not (prefix.is_function and self.text in words.FUNCTION_COMMANDS):
            raise self.fail(f"it is unclear how far {prefix.shown} reaches; use parentheses or \\cdot")

    def power(self, context: _Context) -> Expr:
        base = self.atom(context)
        while self.accept("!"):
            base = Apply("!", (base,))
        if self.text == "^" and not (context.before_side and self.side_follows()):
            self.take()
            base = Apply("^", (base, self.argument(context)))
            if self.text in ("^", "!", "'"):
                raise self.unexpected()
        return base

    # Atoms and brackets

    def atom(self, context: _Context) -> Expr:
        token = self.token
        if token.kind == "words":
            raise self.unexpected()
        if token.kind == "number":
            return Number(self.take())
        if token.text in words.CONSTANTS:
            return Apply(words.CONSTANTS[self.take()])
        if token.text in words.FUNCTION_COMMANDS or (token.kind == "name" and token.text in words.KNOWN):
            return self.known(context)
        if token.kind == "name":
            return self.declared(context)
        if token.kind != "close" and token.text == "|":
            return self.absolute(context)
        if token.kind != "close" and token.text in words.BRACKETS:
            return self.bracket(context)[0]
        if token.text not in _CONSTRUCTS:
            raise self.unexpected()
        return _CONSTRUCTS[self.take()](self, context)

    def bracket(self, context: _Context) -> tuple[Expr, ...]:
        """One expression; or several with commas, where the caller can use them."""
        opening = self.take()
        context = replace(context, in_bars=False)
        inside = [self.sum(context)]
        while self.accept(","):
            inside.append(self.sum(context))
        self.expect(words.BRACKETS[opening])
        if len(inside) > 1 and opening == "{":
            raise self.fail("a comma is not understood here")
        return tuple(inside)

    def absolute(self, context: _Context) -> Expr:
        self.take()
        inside = self.sum(replace(context, in_bars=True))
        if self.token.kind == "open":
            raise self.unexpected()
        self.expect("|")
        return Apply("abs", (inside,))

    def argument(self, context: _Context) -> Expr:
        """What TeX takes as an argument: a group in braces, or one sign; of a number, one digit."""
        token = self.token
        if token.text == "{" and token.kind == "sign":
            return self.bracket(context)[0]
        if token.kind == "number":
            first, rest = token.text[0], token.text[1:]
            if rest:
                digits = [Token("number", first, token.column), Token("number", rest, token.column + 1)]
                self.tokens[self.at : self.at + 1] = digits
            return Number(self.take())
        if token.text in words.CONSTANTS:
            return self.atom(context)
        if token.kind == "name" and token.text in context.variables:
            return Variable(self.take())
        raise self.fail("put this in braces")

    # Functions

    def declared(self, context: _Context) -> Expr:
        start, column = self.at, self.token.column
        if self.token.text == "d":
            raise self.fail("a differential is not expected here")
        called = self.name()
        if self.is_entry(called):
            return self.element(called, start, context)
        if called in context.variables:
            if self.text == "'":
                raise self.fail(f"{called} is a variable, it has no derivative")
            return Variable(called)
        function = self.functions.get(called) or self.indexed(called, start, context)
        if not function:
            raise LatexError(f"{called} is not declared", column)
        return self.call(function, context) if function.params else Call(function, ())

    def is_entry(self, called: str) -> bool:
        """Whether a name is one of an entry of a vector, `x_i`."""
        base, mark, _ = called.partition("_")
        return bool(mark) and base in self.vectors

    def element(self, called: str, start: int, context: _Context) -> Expr:
        """The entry of a vector, whose index follows its name and `_`."""
        after, self.at = self.at, start + 2
        index = self.argument(context)
        if self.at != after:
            raise self.unexpected()
        return Element(called.partition("_")[0], index)

    def indexed(self, called: str, start: int, context: _Context) -> Function | None:
        r"""The function `f_{-1}`, where `f_\beta` is declared and depends on its index; None without such a one."""
        base, mark, _ = called.partition("_")
        for function in self.functions.values() if mark else ():
            stem, _, index = function.name.partition("_")
            if stem == base and index in free_variables(function.body) - {*function.params}:
                after, self.at = self.at, start + 2
                value = self.argument(context)
                if self.at != after:
                    raise self.unexpected()
                try:
                    return put_in_function(function, {index: value})
                except Captured as error:
                    raise self.fail(f"{called} is unclear: {error}") from None
        return None

    def call(self, function: Function, context: _Context) -> Expr:
        """What comes after the name of a function with parameters."""
        order = 0
        while self.accept("'"):
            order += 1
        if self.text == "^":
            if order:
                raise self.unexpected()
            order = self.order(function)
        if order and len(function.params) > 1:
            raise self.fail(f"{function.name} has several arguments: it is unclear which of them is meant")
        if self.text not in ("(", "["):
            raise self.fail(f"the argument of {function.name} is missing, in parentheses")
        args = self.bracket(context)
        if len(args) != len(function.params):
            raise self.fail(f"{function.name} takes {len(function.params)} arguments, not {len(args)}")
        return Call(function, args, order)

    def order(self, function: Function) -> int:
        """The order of a derivative, `^{(3)}`; −1 for the inverse, `^{-1}`."""
        order = self.attempt(self.order_in_braces)
        if order is None:
            raise self.fail(f"this power is unclear; write ({function.name}(…))^…")
        return order

    def known(self, context: _Context) -> Expr:
        column = self.token.column
        shown = self.take()
        op = shown.lstrip("\\")
        before: tuple[Expr, ...] = ()
        exponent = None
        if op in ("Li", "log") and self.accept("_"):
            before = (self.argument(context),)
        elif op == "Li":
            raise LatexError("the order of Li is missing: Li_2(…)", column)
        if self.accept("^"):
            exponent = self.argument(context)
            if not isinstance(exponent, Number):
                raise LatexError(f"this power of {shown} is unclear; write ({shown}(…))^…", column)
        args = self.known_arguments(shown, context)
        if (len(args) == 1) == (op in words.SEVERAL_ARGUMENTS):
            raise LatexError(f"{shown} does not take {len(args)} arguments", column)
        if op == "log":
            natural = Apply("ln", args)
            result = Apply("/", (natural, Apply("ln", before))) if before else natural
        else:
            result = Apply(op, before + args)
        return Apply("^", (result, exponent)) if exponent else result

    def known_arguments(self, shown: str, context: _Context) -> tuple[Expr, ...]:
        """The arguments of a known function: in brackets, or else one factor."""
        if self.text in ("(", "[", r"\{"):
            args = self.bracket(context)
            if self.text in ("^", "!"):
                raise self.fail(f"it is unclear whether this belongs to the argument of {shown}; use parentheses")
            return args
        args = (self.power(context),)
        self.prefixes[self.at] = _Prefix(shown, is_function=True)
        return args

    # Constructs: each is read after the command that begins it

    def fraction(self, context: _Context) -> Expr:
        column = self.token.column
        operator = self.attempt(self.differentiation)
        if not operator:
            return Apply("/", (self.argument(context), self.argument(context)))
        if operator.above != operator.below:
            raise LatexError("the orders of this derivative differ", column)
        if operator.variable not in context.variables and not self.is_entry(operator.variable):
            raise LatexError(f"{operator.variable} is not declared", column)
        body = self.power(context)
        self.prefixes[self.at] = _Prefix(f"the derivative by {operator.variable}", is_function=False)
        return Derivative(body, operator.variable, operator.above)

    def root(self, context: _Context) -> Expr:
        degree: Expr = Number("2")
        if self.text == "[":
            (degree,) = self.bracket(context)
        return Apply("root", (self.argument(context), degree))

    def binomial(self, context: _Context) -> Expr:
        return Apply("binom", (self.argument(context), self.argument(context)))

    def bound(self, variable: str, context: _Context) -> _Context:
        """The context for the body of an integral, a sum or a product."""
        if variable in context.variables:
            raise self.fail(f"{variable} is in use already; name the inner variable differently")
        return context.binding(variable)

    def integral(self, context: _Context) -> Expr:
        bounds: dict[str, Expr] = {}
        while self.text in ("_", "^") and self.text not in bounds:
            end = self.take()
            bounds[end] = self.argument(context)
        if len(bounds) < 2:
            raise self.fail("an integral needs both bounds")
        body = self.sum(self.bound(self.variable_ahead(), context))
        if not self.accept("d"):
            raise self.fail("the differential of the integral is missing here")
        return Bound("int", body, self.name(), bounds["_"], bounds["^"])

    def repeated(self, shown: str, context: _Context) -> Expr:
        """The rest of a sum or a product over an index."""
        self.expect("_")
        self.expect("{")
        index = self.name()
        endless = self.accept(*words.AT_LEAST)  # k \ge 1
        if not endless:
            self.expect("=")
        lower = self.sum(context)
        self.expect("}")
        upper: Expr = Apply("inf")
        if not endless:
            self.expect("^")
            upper = self.argument(context)
        body = self.body(shown, self.bound(index, context))
        return Bound(words.REPEATED[shown], body, index, lower, upper)

    def body(self, shown: str, context: _Context) -> Expr:
        """The rest of the product; a sum after it could belong to it or not."""
        body = self.term(context)
        if self.text in ("+", "-"):
            raise self.fail(f"it is unclear how far {shown} reaches; use parentheses")
        return body

    def limit(self, context: _Context) -> Expr:
        self.expect("_")
        self.expect("{")
        variable = self.name()
        self.expect(r"\to")
        target = self.sum(replace(context, before_side=True))
        side = self.side() if self.accept("^") else ""
        self.expect("}")
        body = self.body(r"\lim", context.binding(variable))
        return Limit(body, variable, target, side)

    def cases(self, context: _Context) -> Expr:
        branches: list[tuple[Expr, Chain | None]] = []
        while not self.accept(r"\end{cases}"):
            if branches and branches[-1][1] is None:
                raise self.fail("only the last case can be without a condition")
            value = self.sum(context)
            self.accept(",")
            condition = self.case_condition(context) if self.accept("&") else None
            branches.append((value, condition))
            if not self.accept("\\\\") and self.text != r"\end{cases}":
                raise self.unexpected()
        return Cases(tuple(branches))

    def case_condition(self, context: _Context) -> Chain | None:
        word = self.take() if self.token.kind == "words" else "if"
        if word == "if":
            return self.chain(context)
        if word != "otherwise":
            raise self.fail(f"{word!r} is not understood; write if or otherwise")
        return None


_CONSTRUCTS: dict[str, Callable[[_Parser, _Context], Expr]] = {
    **dict.fromkeys(words.FRACTIONS, _Parser.fraction),
    r"\sum": lambda parser, context: parser.repeated(r"\sum", context),
    r"\prod": lambda parser, context: parser.repeated(r"\prod", context),
    r"\sqrt": _Parser.root,
    r"\binom": _Parser.binomial,
    r"\int": _Parser.integral,
    r"\lim": _Parser.limit,
    r"\begin{cases}": _Parser.cases,
}
