r"""Whether an experiment holds a formula of the text: as an expression of its script, or in its words or its output.

An expression is the same if only names differ, each name for one other, and none for one that both have: `\beta x > t`
is `beta * x > t`, and `x > high` is `x > t`. `np.exp(x)` is `e^x`, a number that is converted is that number, and a
name that is assigned once may be what is assigned. Words are the same but for blanks, braces and how letters and powers
are written.

Of a number, which may be a power of ten, or of a variable that is one (`\beta = 4`), only the number is looked for. It
is one of many in a script, so it has to stand in some words that are named, as `1 at 19`, and that are there. So has
whatever stands there beside another that is tried and found wrong: `t = ln eps + 2 True`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from engine.mathematics import latex
from engine.mathematics.formula.tree import Apply, Call, Chain, Expr, Number, Scope, Variable
from engine.mathematics.latex import LatexError

_NUMBERS = re.compile(r"(?:\\?[A-Za-z]+=)?(?P<numbers>[\[(]?(?:\\pm|[-+])?[\d./]+(?:e-?\d+)?(?:,-?[\d.]+)*[\])]?)")
_NUMBER = re.compile(r"(?<![\w.)\]])[-+]?\s?\d+(?:\.\d+)?(?:e[-+]?\d+)?|(?<=[\w)\]] )\d+(?:\.\d+)?")
_NAMES = {"maximum": "max", "minimum": "min", "fmax": "max", "log": "ln", "expm1": "expm1", "absolute": "abs"}
_KNOWN = {"exp", "ln", "log1p", "expm1", "abs", "max", "min", "sinh", "cosh", "tanh", "sqrt", "sin", "cos"}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_RELATIONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "="}
_LETTERS = {
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵏⁿˣ", "0123456789-knx", strict=True)),
    **dict(zip("₀₁₂₃₄₅₆₇₈₉ₖₙ", "0123456789kn", strict=True)),
}
_SUPERSCRIPTS, _SUBSCRIPTS = "[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵏⁿˣ]+", "[₀₁₂₃₄₅₆₇₈₉ₖₙ]+"
_GREEK = {"β": "beta", "ε": "varepsilon", "Δ": "Delta", "π": "pi", "σ": "sigma", "−": "-", "eps": "varepsilon"}

_LARGE = 400  # the largest exponent of a number that is worked out

_Shape = tuple[object, ...]  # an operation with its parts; ("name", …), ("number", …) and ("call", name, …) at the ends


def numbers(tex: str) -> list[Fraction] | None:
    """The numbers of a formula that is nothing but numbers, or a variable that is one; None for others."""
    plain = re.sub(r"10\^(?:\{(-?\d+)\}|(\d))", lambda power: f"1e{power[1] or power[2]}", tex)
    match = _NUMBERS.fullmatch(re.sub(r"\s|\\[,;!]", "", plain))
    if not match or tex.count("/") > 1:
        return None
    text = match["numbers"].strip("[]()")
    signs = (1, -1) if text.startswith(r"\pm") else (1,)
    try:
        return [sign * Fraction(one) for one in text.removeprefix(r"\pm").split(",") for sign in signs]
    except (ValueError, ZeroDivisionError):
        return None


def lacks(words: str, text: str) -> str | None:
    """What is wrong with words that a number is said to stand in; None if they are in one line of the text."""
    if len(words.split()) < 2 and not re.search(r"[A-Za-z_]{2}", words):
        return "are no words"
    pattern = r"(?<![\w.])" + r"[ \t]+".join(map(re.escape, words.split())) + r"(?![\w.]?\w)"
    return None if re.search(pattern, text) else "do not stand there"


def stands(tex: str, text: str, scope: Scope) -> bool:
    """Whether a formula stands in a text, which is Python with what it printed in comments."""
    if (wanted := numbers(tex)) is not None:
        found = [Fraction(one.replace(" ", "").lstrip("+")) for one in _NUMBER.findall(text.replace("_", ""))]
        return Counter(wanted) <= Counter([*found, *_quotients(text)])
    if _in_words(tex, text):
        return True
    try:
        shown = _of_chain(latex.parse(tex, scope))
    except (LatexError, _Unlike):
        return False
    own = set(_names(shown))
    return any(_alike(shown, other, {name: name for name in own & set(_names(other))}) for other in _shapes(text))


def _names(shape: object) -> Iterator[object]:
    """The names in a shape, but for functions, as shapes."""
    match shape:
        case ("name", str()):
            yield shape
        case (str(), *parts):
            for part in parts:
                yield from _names(part)


def _quotients(text: str) -> list[Fraction]:
    return [Fraction(int(a), int(b)) for a, b in re.findall(r"(?<![\w./])(\d+) ?/ ?(\d+)(?![\w./])", text) if int(b)]


# In words


def _in_words(tex: str, text: str) -> bool:
    """Whether it stands there in letters; of a variable that is something, only what it is."""
    flat = re.sub(r"\\pm", "±", re.sub(r"\\operatorname|\\left(?![a-z])|\\right(?![a-z])|\\[,;!]", "", tex))
    flat = re.sub(r"\s", "", _flat(re.sub(r"\\(?=[A-Za-z])", "", flat)))
    flat = re.sub(r"\A[A-Za-z]=(?=±)", "", flat)
    pattern = r"(?<![\w^.])" + r"\s*".join(map(re.escape, flat)) + r"(?![\w^.(])"
    return re.search(pattern, _flat(text)) is not None


def _flat(text: str) -> str:
    for found, mark in ((_SUPERSCRIPTS, "^"), (_SUBSCRIPTS, "_")):
        text = re.sub(found, lambda match, mark=mark: mark + "".join(_LETTERS[one] for one in match[0]), text)
    for letter, name in _GREEK.items():
        text = re.sub(rf"\b{letter}\b" if letter.isascii() else letter, name, text)
    return re.sub(r"[lr]vert", "|", re.sub(r"[{}*]", "", text.replace("**", "^")))


# As an expression


class _Unlike(ValueError):
    """What no expression of a script could be."""


def _of_chain(chain: Chain) -> _Shape:
    if chain.lead or len(chain.ops) > 1:
        raise _Unlike
    sides = [_of_tree(side) for side in chain.sides]
    return _related(chain.ops[0], *sides) if chain.ops else sides[0]


def _related(op: str, left: _Shape, right: _Shape) -> _Shape:
    return {">": ("<", right, left), ">=": ("<=", right, left)}.get(op, (op, left, right))


def _of_tree(expr: Expr) -> _Shape:
    match expr:
        case Number(text):
            return ("number", Fraction(text))
        case Variable(name):
            return ("name", name)
        case Apply("neg", (part,)):
            return _negated(_of_tree(part))
        case Apply("^", (Apply("e"), exponent)):
            return ("exp", _of_tree(exponent))
        case Apply("e"):
            return ("e",)
        case Apply("pi"):
            return ("pi",)
        case Apply("root", (part, Number("2"))):
            return ("sqrt", _of_tree(part))
        case Apply("+" | "-" | "*" | "/" | "^" as op, (left, right)):
            return _joined(op, _of_tree(left), _of_tree(right))
        case Apply(op, args) if op in _KNOWN:
            return (op, *map(_of_tree, args))
        case Call(function, args, 0):
            return ("call", function.name, *map(_of_tree, args))
    raise _Unlike


def _negated(shape: _Shape) -> _Shape:
    match shape:
        case ("number", Fraction() as value):
            return ("number", -value)
        case ("neg", tuple() as inner):
            return inner
    return ("neg", shape)


def _joined(op: str, left: _Shape, right: _Shape) -> _Shape:
    """An operation, with numbers worked out, and a sign before a product that is one before its first factor."""
    match op, left, right:
        case "/", ("number", Fraction() as above), ("number", Fraction() as below) if below:
            return ("number", above / below)
        case "^", ("number", Fraction() as base), ("number", Fraction() as power) if base and abs(power) < _LARGE:
            return ("number", base**power) if power.denominator == 1 else (op, left, right)
        case "*" | "/", ("neg", tuple() as inner), _:
            return ("neg", _joined(op, inner, right))
    return (op, left, right)


@lru_cache(maxsize=1 << 9)
def _shapes(text: str) -> tuple[_Shape, ...]:
    """All expressions of a script, and what it assigns to names and arguments; of what is no script, none."""
    try:
        return tuple(_of_module(ast.parse(text)))
    except SyntaxError:  # some words of one
        return ()


def _of_module(module: ast.Module) -> Iterator[_Shape]:
    reader = _Script(module)
    for node in ast.walk(module):
        if isinstance(node, ast.expr):
            yield reader.shape(node)
        match node:
            case ast.Assign([ast.Name(name)], value):
                yield ("=", ("name", name), reader.shape(value))
            case ast.keyword(str() as name, value):
                yield ("=", ("name", name), reader.shape(value))


class _Script:
    """Reads the expressions of a script. What it does not know is a name of its own."""

    def __init__(self, module: ast.Module) -> None:
        stores = [
            node.id for node in ast.walk(module) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        assigned = [node for node in ast.walk(module) if isinstance(node, ast.Assign)]
        self.once: dict[str, ast.expr] = {}
        for node in assigned:
            match node.targets:
                case [ast.Name(name)] if stores.count(name) == 1:
                    self.once[name] = node.value

    def shape(self, node: ast.expr, depth: int = 0) -> _Shape:
        match node:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool):
                return ("number", Fraction(repr(value)) if value == value and abs(value) < float("inf") else 0)
            case ast.UnaryOp(ast.USub(), part):
                return _negated(self.shape(part, depth))
            case ast.BinOp(left, operation, right) if type(operation) in _OPERATORS:
                return _joined(_OPERATORS[type(operation)], self.shape(left, depth), self.shape(right, depth))
            case ast.Compare(left, [operation], [right]) if type(operation) in _RELATIONS:
                return _related(_RELATIONS[type(operation)], self.shape(left, depth), self.shape(right, depth))
            case ast.Call(function, args, _):
                return self.call(function, [self.shape(arg, depth) for arg in args], depth)
            case ast.Name("pi") | ast.Attribute(_, "pi"):
                return ("pi",)
            case ast.Name(name) if name in self.once and depth < 3:
                return ("once", name, self.shape(self.once[name], depth + 1))
        return ("name", ast.unparse(node))

    def call(self, function: ast.expr, args: list[_Shape], depth: int) -> _Shape:
        written = ast.unparse(function).rpartition(".")[2]
        name = _NAMES.get(written, written)
        if name in _KNOWN and not args and isinstance(function, ast.Attribute):
            return (name, self.shape(function.value, depth))  # x.log()
        if name in _KNOWN and args:
            return (name, *args)
        if len(args) == 1 and args[0][0] == "number":
            return args[0]  # mpf(1), dtype(2)
        return ("call", written, *args)


def _alike(shown: object, other: object, names: dict[object, object]) -> bool:
    """Whether two shapes differ in names only. names: what stands for what so far; grows."""
    if isinstance(other, tuple) and other and other[0] == "once":
        _, name, value = other
        before = dict(names)
        if _alike(shown, ("name", name), names):
            return True
        names.clear()
        names.update(before)
        return _alike(shown, value, names)
    match shown, other:
        case ("e",), ("name", str() as name):
            return name.startswith("e")  # an experiment may call an error so
        case ("name", str() as one), ("name", str() as two):
            return _named(("name", one), ("name", two), names)
        case ("call", str() as one, *args), ("call", str() as two, *others) if len(args) == len(others):
            return _named(("call", one), ("call", two), names) and all(
                _alike(a, b, names) for a, b in zip(args, others, strict=True)
            )
        case (str() as op, *parts), (str() as same, *others) if op == same and len(parts) == len(others):
            return all(
                a == b if not isinstance(a, tuple) else _alike(a, b, names) for a, b in zip(parts, others, strict=True)
            )
    return False


def _named(one: object, other: object, names: dict[object, object]) -> bool:
    if one not in names and other in names.values():
        return False
    return names.setdefault(one, other) == other
