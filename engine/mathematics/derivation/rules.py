r"""The rules that steps of a derivation name: their names in each language, and how a file writes them.

A file writes one by its id, `rule: chain`, or with what it is about, `rule: {divide: e^x}`. A step may take several at
once, `rule: [chain, power]`. `rule_forms` compares a step with the form of the rules that have one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.mathematics import latex
from engine.mathematics.formula.tree import Chain, Expr, Function, Scope, Variable
from engine.mathematics.latex import LatexError


@dataclass(frozen=True)
class Kind:
    """A rule of the list. about: what stands for {} in its name: a function, an expression, an equation, or nothing.

    checked: a step by the rule has a form that can be told. particular: the form is no other rule's.
    """

    id: str
    name: Mapping[str, str]
    about: str = ""
    checked: bool = True
    particular: bool = True


def _kind(id: str, en: str, zh: str, about: str = "", **more: bool) -> tuple[str, Kind]:
    return id, Kind(id, {"en": en, "zh": zh}, about, **more)


FUNCTION, EXPRESSION, EQUATION = "function", "expression", "equation"
KINDS: dict[str, Kind] = dict(
    [
        _kind("definition", "Definition of {}", "{} 的定义", FUNCTION),
        _kind("use", "Use {}", "利用 {}", EQUATION),
        _kind("rearrange", "Rearrange", "整理", particular=False),
        _kind("factor", "Factor out {}", "提取公因子 {}", EXPRESSION),
        _kind("divide", "Divide numerator and denominator by {}", "分子、分母同除以 {}", EXPRESSION),
        _kind("multiply", "Multiply numerator and denominator by {}", "分子、分母同乘以 {}", EXPRESSION),
        _kind("cancel", "Cancel {}", "约去 {}", EXPRESSION),
        _kind("fraction", "Write as one fraction", "合并为一个分式"),
        _kind("cases", "All cases in one formula", "各情形合并为一个式子"),
        _kind("log-product", "Logarithm of a product", "乘积的对数"),
        _kind("log-quotient", "Difference of logarithms", "对数之差"),
        _kind("log-power", "Logarithm of a power", "幂的对数"),
        _kind("undo", "Logarithm and exponential undo each other", "对数与指数互为逆运算"),
        _kind("logarithm", "Take the logarithm of both sides", "两边取对数"),
        _kind("exponential", "Apply the exponential to both sides", "两边取指数"),
        _kind("solve", "Solve for {}", "解出 {}", EXPRESSION),
        _kind("inverse", "The solution is the inverse", "所得的解就是反函数"),
        _kind("derivative", "Derivative of {}", "求 {} 的导数", EXPRESSION),
        _kind("linear", "Derivative of a sum, or with a constant factor", "和的求导法则与常数倍法则"),
        _kind("product", "Product rule", "乘积求导法则"),
        _kind("quotient", "Quotient rule", "商的求导法则"),
        _kind("power", "Power rule", "幂函数求导法则"),
        _kind("chain", "Chain rule", "链式法则"),
        _kind("fundamental", "Fundamental theorem of calculus", "微积分基本定理"),
        _kind("substitute", "Substitute {}", "换元 {}", EQUATION),
        _kind("increasing", "Monotonicity", "利用单调性", checked=False),
        _kind("estimate", "Estimate", "估计", checked=False),
    ]
)
#: How functions are written that are known without a declaration, and what they are called in the tree.
KNOWN = {r"\operatorname{log1p}": "log1p", r"\operatorname{expm1}": "expm1", r"\operatorname{Li}_2": "Li"}
#: Relations that a rule without a form may lead to: what is equal can be told.
_INEQUALITIES = frozenset({"<", ">", "<=", ">="})

_TEX = {"type": "string", "minLength": 1}
_ONE: list[dict[str, Any]] = [_TEX, {"type": "object", "minProperties": 1, "additionalProperties": _TEX}]
SCHEMA: dict[str, Any] = {"anyOf": [*_ONE, {"type": "array", "minItems": 1, "items": {"anyOf": _ONE}}]}
Written = str | Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """A rule that a step names, with what it is about: as it is written, and what that says."""

    kind: Kind
    tex: str = ""
    about: Expr | Chain | Function | str | None = None

    def text(self, language: str) -> str:
        """Its name in a language."""
        return self.kind.name[language].format(f"${self.tex}$")

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """The expressions that it is about."""
        if isinstance(self.about, Chain):
            return self.about.sides
        return () if self.about is None or isinstance(self.about, str | Function) else (self.about,)


def written(rule: Written | list[Written]) -> list[tuple[str, str]]:
    """The rules of a step as pairs of an id and what it is about, as the file has them."""
    every = rule if isinstance(rule, list) else [rule]
    pairs = ([(one, "")] if isinstance(one, str) else one.items() for one in every)
    return [pair for some in pairs for pair in some]


def read(id: str, tex: str, scope: Scope, bound: Collection[str], relations: Collection[str]) -> Rule:
    """A rule of a step. bound: the variables that integrals of the file bind; relations: those of the step.

    Raises LatexError for what is no rule, or not about what it has to be.
    """
    kind = KINDS.get(id)
    if not kind:
        raise LatexError(f"{id!r} is no rule; a remark is a `note`. The rules: {', '.join(map(_shown, KINDS))}", 1)
    if bool(tex) != bool(kind.about):
        raise LatexError(f"a rule of this kind is written {_shown(id)}", 1)
    if not kind.checked and not set(relations) & _INEQUALITIES:
        raise LatexError(f"{id} explains an inequality, and this step is none", 1)
    wide = scope if id == "use" else replace(scope, variables=scope.variables.union(bound))
    if kind.about == FUNCTION:
        return Rule(kind, tex, KNOWN.get(tex) or _function(tex, scope))
    if kind.about == EXPRESSION:
        return Rule(kind, tex, latex.expression(tex, wide))
    if kind.about == EQUATION:
        chain = latex.parse(tex, wide)
        if chain.lead or chain.ops != ("=",):
            raise LatexError(f"{id} is about one equation", 1)
        if id == "substitute" and not isinstance(chain.sides[0], Variable):
            raise LatexError("a substitution gives the new variable by the old one: u = …", 1)
        return Rule(kind, tex, chain)
    return Rule(kind)


def unfolds(rule: Rule) -> str:
    """The name of the function that a rule replaces by its definition."""
    if rule.kind.id != "definition":
        return ""
    return rule.about.name if isinstance(rule.about, Function) else str(rule.about)


def _shown(id: str) -> str:
    about = KINDS[id].about
    return f"{{{id}: {about}}}" if about else id


def _function(tex: str, scope: Scope) -> Function:
    name = latex.name(tex)
    if name not in scope.functions:
        known = ", ".join([*scope.functions, *KNOWN])
        raise LatexError(f"{name} is not declared as a function; there are {known}", 1)
    return scope.functions[name]
