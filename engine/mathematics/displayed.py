r"""The statements that a displayed formula makes, where they are not written as the engine reads them.

Only what is written decides what they are. These are the ways to write, and nothing else is changed:

- A part in a `notation` of the page, `\mathbb{E}f'`, is what that says. A formula that is read without has none.
- `\max_p [A] = B`, or `\sup`, is `A \le B` and sharp, at the place under `sharp`.
- For `instances: {n: [2, 3]}`, it holds with 2 and with 3 for n, also in `f^{(n)}`, in an index, as `F_{n-1}`, and
  for `f \circ \cdots \circ f(x)`, which is so many times f. Even and odd numbers are among them.
- For `near: x \to 0`, `A \approx S` says that the difference is nothing beside any term of S there, and
  `A = S - \cdots` that so is what is left out (up to a power: all derivatives are the same), and is subtracted. A
  series without end between both agrees with S in as many terms as are shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.mathematics import latex
from engine.mathematics.derivation.file import Reader
from engine.mathematics.derivation.steps import Step
from engine.mathematics.formula.python import number
from engine.mathematics.formula.substitution import Captured, put_in_chain
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Chain,
    Expr,
    Function,
    Limit,
    Number,
    Variable,
    free_variables,
    walk,
)
from engine.mathematics.latex import LatexError

TEX = {"type": "string", "minLength": 1}
NOTATION = {"type": "object", "minProperties": 1, "additionalProperties": TEX}
#: What an entry may say of how a formula is to be read.
KEYS: dict[str, Any] = {
    "near": TEX,
    "instances": {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "integer"}},
    },
}
_DOTS = r"\\(?:cdots|dots|ldots)"
_ELIDED = re.compile(rf"\s*([+-])\s*{_DOTS}\s*\Z")
_LARGEST = re.compile(r"\\(?:max|sup)_(?:\{[^{}]*\}|\\?[A-Za-z]+)\s*(?:\\,|\\left)?\s*\[(.*?)(?:\\right)?\]")
_COMPOSED = re.compile(rf"(\\?[A-Za-z]+)\s*\\circ\s*{_DOTS}\s*\\circ\s*\1\s*(?:\\,)?\s*\(([^()]*)\)")


class Notations:
    """What parts of the formulas of a page stand for. used: those of them that some formula has needed."""

    def __init__(self, reader: Reader, written: Mapping[str, str]) -> None:
        self.reader = reader
        self.written = written
        self.used: set[str] = set()

    def read(self, tex: str) -> str:
        """A formula with what its parts stand for; the same if it is read without, or if nothing is."""
        if self._is_read(tex):
            return tex
        for shown, meant in self.written.items():
            whole = f"({meant})" if self._is_read(meant) else f" {meant} "
            if (text := re.sub(_spaced(shown), lambda _, whole=whole: whole, tex)) != tex:
                self.used.add(shown)
                tex = text
        return tex

    def _is_read(self, tex: str) -> bool:
        try:
            latex.parse(tex, self.reader.scope)
        except LatexError:
            return False
        return True


def steps(reader: Reader, tex: str, entry: Mapping[str, Any], keys: Sequence[str | int]) -> list[Step]:
    """The statements that a formula makes, with what an entry says of it. tex: with the notations of the page read.

    What is not understood becomes a problem of the reader, at these keys.
    """
    made: list[Step] = []
    shown = _largest(tex)
    with reader.at(*keys, what=f"${tex}$", tex=tex):
        for text, values in _instances(shown, entry.get("instances", {})):
            elided = _ELIDED.search(text) if "near" in entry else None
            read = text[: elided.start()] if elided else text
            step = reader.step({"tex": read} | entry, tuple(keys), f"${tex}$")
            if not step:
                continue
            try:
                step = replace(step, chain=put_in_chain(step.chain, values))
            except Captured as error:
                raise LatexError(str(error), 1) from None
            if "near" in entry:
                made += _near(reader, step, entry["near"], elided[1] if elided else "")
            else:
                made.append(step)
    return made


def _spaced(tex: str) -> str:
    """A pattern for LaTeX with any blanks in it, that is no part of a longer name or number."""
    signs = re.findall(r"\\[A-Za-z]+|\\.|[A-Za-z0-9.]|\S", tex)
    return r"(?<![A-Za-z\\])" + r"\s*".join(map(re.escape, signs)) + r"(?![A-Za-z0-9'])"


def _largest(tex: str) -> str:
    r"""`\max_p [A] = B` as `A \le B`."""
    sides = re.split(r"(?<![A-Za-z])=", tex)
    found = [_LARGEST.fullmatch(side.strip()) for side in sides]
    if len(sides) != 2 or not any(found):
        return tex
    return rf"{found[0][1]} \le {sides[1]}" if found[0] else rf"{found[1][1]} \le {sides[0]}"  # type: ignore[index]


def _instances(tex: str, wanted: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, Mapping[str, Expr]]]:
    """A formula for each value of a variable, as far as signs decide, and what is still to be put into it."""
    if not wanted:
        yield tex, {}
    for written, numbers in wanted.items():
        name = latex.name(written)
        if len({value % 2 for value in numbers}) < 2:
            raise LatexError("what holds for all has an even and an odd number among its instances", 1)
        for value in numbers:
            text = tex.replace(f"^{{({written})}}", f"^{{({value})}}")
            text = re.sub(r"_(?:\{([^{}=]*)\}|(\\?[A-Za-z]))", _index(written, value), text)
            text = _COMPOSED.sub(lambda match, value=value: f"{match[1]}(" * value + match[2] + ")" * value, text)
            yield text, {name: number(value)}


def _index(name: str, value: int) -> Callable[[re.Match[str]], str]:
    """What becomes of an index for a value of a variable: a sum of it and whole numbers is a number."""

    def replaced(match: re.Match[str]) -> str:
        terms = re.findall(r"([+-]?)([^+-]+)", (match[1] or match[2]).replace(" ", ""))
        if name not in (term for _, term in terms) or not all(term == name or term.isdigit() for _, term in terms):
            return match[0]
        return f"_{{{sum(int(sign + '1') * (value if term == name else int(term)) for sign, term in terms)}}}"

    return replaced


def _near(reader: Reader, step: Step, place: str, sign: str) -> Iterator[Step]:
    """What a formula with dots, or of two sides that are alike near a place, says. Raises LatexError."""
    where = latex.parse(place, reader.scope)
    if where.lead or where.ops != ("->",) or not isinstance(where.sides[0], Variable):
        raise LatexError(r"near is a place: x \to …", 1)
    variable, target = where.sides[0].name, where.sides[1]
    step = replace(step, when=None)  # what is written is the condition of the dots, and not of what they say here
    first, *between, last = step.chain.sides

    def tends(body: Expr, value: Expr) -> Step:
        return replace(step, chain=_pair(Limit(body, variable, target, ""), "=", value), condition=None)

    terms = _terms(last)
    rest = [tends(Apply("/", (Apply("-", (first, last)), term)), Number("0")) for term in terms]
    if not sign:
        if step.chain.ops != ("~",):
            raise LatexError(r"near belongs to two sides with \approx between them, or to a sum that ends with dots", 1)
        yield from rest
        return
    if set(step.chain.ops) != {"="}:
        raise LatexError("only equations end with dots", 1)
    degrees = [0, *(_degree(term, variable) for term in terms)]
    if degrees[-1] and not free_variables(target) and Apply("inf") not in walk(target):
        if degrees != sorted(degrees):
            raise LatexError("the powers of a series rise from term to term", 1)
        yield from _of_power(step, variable, target, degrees[-2:], sign)
    else:
        yield from rest
        op = "<" if sign == "-" else ">"
        yield replace(step, chain=_pair(first, op, last), sharp=(place,), meetings=(where,))
    for side in between:
        ended = [_ended(term, len(terms) - len(_terms(side)) + 1) for term in _terms(side)]
        if ended == _terms(side):
            yield replace(step, chain=_pair(first, "=", side))
        else:
            yield replace(step, chain=_pair(_joined(side, ended), "=", last), condition=None)


def _of_power(step: Step, variable: str, at: Expr, degrees: Sequence[int], sign: str) -> Iterator[Step]:
    """That a sum of powers with dots has the derivatives of what it is, up to the last power; and the sign of the next.

    degrees: of its last two terms, which tell that of the next one.
    """
    first, *_, last = step.chain.sides

    def derived(side: Expr, order: int) -> Expr:
        return Call(Function("", (variable,), side), (at,), order)

    for order in range(degrees[1] + 1):
        chain = _pair(derived(first, order), "=", derived(last, order))
        yield replace(step, chain=chain, condition=None)
    more = derived(first, 2 * degrees[1] - degrees[0])
    one = Number("1") if sign == "+" else Apply("neg", (Number("1"),))
    chain = _pair(Apply("/", (more, Apply("abs", (more,)))), "=", one)
    yield replace(step, chain=chain, condition=None)


def _pair(left: Expr, op: str, right: Expr) -> Chain:
    """A relation that nobody has written."""
    return Chain(None, (left, right), (op,), ((), ()))


def _terms(expr: Expr) -> list[Expr]:
    """The terms of a sum; one that is subtracted counts without that."""
    match expr:
        case Apply("+" | "-", (left, right)):
            return [*_terms(left), right]
    return [expr]


def _degree(term: Expr, variable: str) -> int:
    """The degree of the only power of a variable in a term; 0 if there is none, or no only one."""
    powers = [part for part in walk(term) if isinstance(part, Apply) and part.op == "^"]
    degrees = [
        int(exponent.text)
        for base, exponent in (power.args for power in powers)
        if base == Variable(variable) and isinstance(exponent, Number)
    ]
    return degrees[0] if len(degrees) == 1 and [*walk(term)].count(Variable(variable)) == 1 else 0


def _joined(expr: Expr, terms: list[Expr]) -> Expr:
    """A sum with other terms."""
    match expr:
        case Apply("+" | "-" as op, (left, _)):
            return Apply(op, (_joined(left, terms[:-1]), terms[-1]))
    return terms[0]


def _ended(term: Expr, count: int) -> Expr:
    """A series without end, with so many terms; anything else as it is."""
    match term:
        case Bound("sum", body, variable, Number(lower), Apply("inf")):
            return Bound("sum", body, variable, Number(lower), Number(str(int(lower) + count - 1)))
    return term
