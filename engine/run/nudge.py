"""Run a snippet as if another processor had computed what it prints: each number a few units in the last place off.

Where a number lies near an edge of rounding, another text is printed: its last digit is none that anybody vouches for.
Only what becomes text or is rounded is changed: arguments of print, round, format and %, and the fields of f-strings.
What C code prints is left as it is. Numbers of few digits, such as 0.5 and 1e-10, have been written and not computed.
"""

from __future__ import annotations

import ast
import math
import struct
import sys
from collections.abc import Mapping
from typing import Any

#: Variable of the environment: by how many units, and up or down.
UNITS = "PRINTED_UNITS"
#: A number with no more significant digits than this is left as it is.
WRITTEN = 6
_NAME = "__nudge__"


class _Printed(ast.NodeTransformer):
    """Puts a call around each expression whose value becomes text."""

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        node.value = _around(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        formats = method == "format" and _text(node.func.value)
        if method == "round":  # of an array, or of the module numpy
            node.func.value = _around(node.func.value)
        if name in ("round", "format") or method == "round":
            node.args[:1] = map(_around, node.args[:1])
        elif name == "print" or formats:
            node.args = [_around(argument) for argument in node.args]
            for keyword in node.keywords if formats else ():
                keyword.value = _around(keyword.value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod) and _text(node.left):
            node.right = _around(node.right)
        return node


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _around(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Starred):
        return ast.copy_location(ast.Starred(_around(node.value), node.ctx), node)
    name = ast.copy_location(ast.Name(_NAME, ast.Load()), node)
    return ast.copy_location(ast.Call(name, [node], []), node)


def changed(source: str, path: str, namespace: dict[str, Any], units: int) -> Any:
    """The code of a snippet in which numbers are moved by so many units when they are printed.

    namespace: that it will run in, which gets one more name.
    """
    namespace[_NAME] = lambda value: moved(value, units)
    tree = _Printed().visit(ast.parse(source, path))
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


def moved(value: Any, units: int) -> Any:
    """A value with each of its floats moved away from zero by so many units in the last place of its type."""
    if isinstance(value, float) and type(value).__module__ != "numpy":
        return _float(value, units)
    if isinstance(value, complex) and type(value).__module__ != "numpy":
        return complex(_float(value.real, units), _float(value.imag, units))
    if type(value) in (list, tuple, set):
        return type(value)(moved(part, units) for part in value)
    if type(value) is dict:
        return {moved(key, units): moved(part, units) for key, part in value.items()}
    if isinstance(value, Mapping | str | bytes | bool | int | None):
        return value
    return _array(value, units)


def _float(value: float, units: int) -> float:
    if not value or not math.isfinite(value):
        return value
    try:
        single = struct.unpack("f", struct.pack("f", value))[0] == value
    except OverflowError:
        single = False
    shortest = next(text for digits in (*range(1, 10), 17) if _same(text := f"{value:.{digits}g}", value, single))
    written = len(shortest.partition("e")[0].replace(".", "").strip("-0")) <= WRITTEN
    unit = math.ldexp(1.0, math.frexp(value)[1] - 24) if single else math.ulp(value)
    return value if written else value + math.copysign(units * unit, value * units)


def _same(text: str, value: float, single: bool) -> bool:
    """Whether a text is read as a number of its type."""
    return (struct.unpack("f", struct.pack("f", float(text)))[0] if single else float(text)) == value


def _array(value: Any, units: int) -> Any:
    """Arrays of NumPy, and tensors of any library that gives and takes arrays of NumPy."""
    numpy = sys.modules.get("numpy")
    library = type(value).__module__.partition(".")[0]
    if numpy is None or getattr(value, "grad_fn", None) is not None:
        return value
    if library in ("numpy", "torch"):
        array = value.detach().numpy() if library == "torch" else numpy.asarray(value)
    elif library in ("tensorflow", "jaxlib", "jax"):
        array = numpy.asarray(value)
    else:
        return value
    if array.dtype not in (numpy.float32, numpy.float64):
        return value
    flat = [_float(number, units) for number in array.astype(numpy.float64).ravel().tolist()]
    made = numpy.array(flat, dtype=array.dtype).reshape(array.shape)
    if library == "torch":
        return sys.modules["torch"].from_numpy(made).requires_grad_(value.requires_grad)
    if library == "tensorflow":
        return sys.modules["tensorflow"].constant(made)
    if library in ("jaxlib", "jax"):
        return sys.modules["jax"].numpy.asarray(made)
    return made if value.shape else made[()]
