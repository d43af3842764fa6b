"""How a formula of a definition is written in the operations of a library: as a reader of that library would."""

from __future__ import annotations

import ast
from collections.abc import Mapping

#: Functions of formulas in each framework's own, by their full names; `where` chooses between two values. Behind a
#: blank stands what the second argument is called, where only then it may be a number.
_NUMPY = {
    **{
        name: f"numpy.{name}" for name in ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sinh", "cosh", "sin", "cos")
    },
    **{"sign": "numpy.sign", "atan": "numpy.arctan", "asinh": "numpy.arcsinh", "Abs": "numpy.abs"},
    **{"Max": "numpy.maximum", "Min": "numpy.minimum", "where": "numpy.where", "pi": "numpy.pi"},
    **{"erf": "scipy.special.erf", "erfc": "scipy.special.erfc"},
}
_TORCH = {
    **{
        name: f"torch.{name}" for name in ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sinh", "cosh", "sin", "cos")
    },
    **{"sign": "torch.sign", "atan": "torch.atan", "asinh": "torch.asinh", "Abs": "torch.abs", "where": "torch.where"},
    **{"erf": "torch.erf", "erfc": "torch.erfc", "pi": "torch.pi", "Max": "torch.clamp min", "Min": "torch.clamp max"},
}
_TENSORFLOW = {
    **{
        name: f"tensorflow.math.{name}"
        for name in ("expm1", "log", "log1p", "sinh", "cosh", "erf", "erfc", "asinh", "atan")
    },
    **{name: f"tensorflow.{name}" for name in ("exp", "sqrt", "tanh", "sin", "cos", "sign", "where")},
    **{"Abs": "tensorflow.abs", "pi": "math.pi", "Max": "tensorflow.maximum", "Min": "tensorflow.minimum"},
}
_KERAS = {
    **{
        name: f"keras.ops.{name}"
        for name in ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sinh", "cosh", "sin", "cos")
    },
    **{"sign": "keras.ops.sign", "atan": "keras.ops.arctan", "asinh": "keras.ops.arcsinh", "Abs": "keras.ops.abs"},
    **{"Max": "keras.ops.maximum", "Min": "keras.ops.minimum", "where": "keras.ops.where"},
    **{"erf": "keras.ops.erf", "pi": "math.pi"},
}
_JAX = {
    **{
        name: f"jax.numpy.{name}"
        for name in ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sinh", "cosh", "sin", "cos", "sign", "where")
    },
    **{"atan": "jax.numpy.arctan", "asinh": "jax.numpy.arcsinh", "Abs": "jax.numpy.abs"},
    **{"Max": "jax.numpy.maximum", "Min": "jax.numpy.minimum"},
    **{"erf": "jax.scipy.special.erf", "erfc": "jax.scipy.special.erfc", "pi": "jax.numpy.pi"},
}
WORDS = {"numpy": _NUMPY, "pytorch": _TORCH, "tensorflow": _TENSORFLOW, "keras": _KERAS, "jax": _JAX}


class Unspelled(Exception):
    """A formula has something for which a library has no word here."""


def spell(expression: str, parameters: Mapping[str, float], tab: str) -> str:
    """A formula in x, with full names of a framework's functions, and numbers for the parameters. Raises Unspelled."""
    tree = ast.parse(expression, mode="eval")
    return ast.unparse(_Speller(WORDS[tab], parameters, tab).visit(tree))


def alone(call: str) -> str:
    """A function without its argument: its name where the call gives x and nothing else, or a lambda."""
    tree = ast.parse(call, mode="eval").body
    if isinstance(tree, ast.Call) and not tree.keywords and [ast.unparse(arg) for arg in tree.args] == ["x"]:
        return ast.unparse(tree.func)
    return f"lambda x: {call}"


class _Speller(ast.NodeTransformer):
    def __init__(self, words: Mapping[str, str], parameters: Mapping[str, float], tab: str) -> None:
        self.words, self.parameters, self.tab = words, parameters, tab

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.parameters:
            value = self.parameters[node.id]
            return ast.Constant(int(value) if value == int(value) else value)
        if node.id == "x":
            return node
        if node.id == "pi":
            return _name(self._word("pi"))
        raise Unspelled(f"nothing in {self.tab} stands for {node.id}")

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not isinstance(node.func, ast.Name):
            raise Unspelled(f"{ast.unparse(node.func)} is no function of formulas")
        if node.func.id == "Piecewise":
            return self._chosen(node.args)
        word, _, second = self._word(node.func.id).partition(" ")
        function = _name(word)
        made, *rest = [self.visit(arg) for arg in node.args]
        if second:
            made, *rest = sorted([made, *rest], key=lambda arg: "x" not in map(ast.unparse, ast.walk(arg)))
        if not rest:
            return ast.Call(function, [made], [])
        for arg in rest:  # Max and Min take more than two
            by_name = [ast.keyword(second, arg)] if second else []
            made = ast.Call(function, [made] if second else [made, arg], by_name)
        return made

    def _chosen(self, cases: list[ast.expr]) -> ast.AST:
        """The first case whose condition holds, as a choice within a choice."""
        chosen: ast.AST | None = None
        for case in reversed(cases):
            assert isinstance(case, ast.Tuple)
            value, condition = case.elts
            if isinstance(condition, ast.Constant) and condition.value is True:
                chosen = self.visit(value)
            elif chosen is None:
                raise Unspelled("its last case has a condition, so that there may be none that holds")
            else:
                chosen = ast.Call(_name(self._word("where")), [self.visit(condition), self.visit(value), chosen], [])
        assert chosen is not None
        return chosen

    def _word(self, name: str) -> str:
        if name not in self.words:
            raise Unspelled(f"nothing in {self.tab} stands for {name}")
        return self.words[name]


def _name(dotted: str) -> ast.expr:
    return ast.parse(dotted, mode="eval").body
