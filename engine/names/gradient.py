"""The gradient of what is written in a library that lacks a function: it lies between the derivatives from both sides.

The library differentiates what is written by itself, in float32. Where the function has a derivative, both sides are
one; where it jumps, any number will do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from engine.mathematics.proving import Slopes

_TAPE = """\
    with tensorflow.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return numpy.asarray(tape.gradient(y, x, unconnected_gradients="zero"))
"""
#: How each library that can differentiates a function of its array.
_DIFFERENTIATED = {
    "torch": "    return torch.autograd.grad(f(x.requires_grad_()).sum(), x)[0].numpy()\n",
    "tensorflow": _TAPE,
    "keras": f"    import tensorflow\n\n{_TAPE}",
    "jax": "    return numpy.asarray(jax.grad(lambda x: f(x).sum())(x))\n",
}
_BODY = '''\
def gradient(f, x):
{differentiated}

def slopes(call, points, count):
    """Derivatives by each entry: of the value, or of so many entries of the result, one after the other."""
    functions = [lambda x, i=i: eval(call, globals() | {{"x": x}})[..., i] for i in range(count)]
    functions = functions or [lambda x: eval(call, globals() | {{"x": x}})]
    found = [numpy.asarray(gradient(f, array(points)), numpy.float64) for f in functions]
    return numpy.stack(found, axis=1).reshape(len(points), -1).tolist()


'''


def body(library: str) -> str:
    """The function `slopes` for the snippet that asks a library; nothing for one that cannot differentiate."""
    return _BODY.format(differentiated=_DIFFERENTIATED[library]) if known(library) else ""


def known(library: str) -> bool:
    """Whether a library can differentiate."""
    return library in _DIFFERENTIATED


def points(slopes: Slopes) -> list[Any]:
    """The numbers, or vectors, at which a library is asked."""
    return [list(x) if len(x) > 1 else x[0] for x, _ in slopes]


def fault(found: Sequence[Sequence[float]], slopes: Slopes, tolerance: float, cancelled: float) -> list[str]:
    """Why gradients are not those of a function, and lines that show it; nothing if they are.

    tolerance: relative to the derivative; cancelled: to x.
    """
    for (x, ends), row in zip(slopes, found, strict=True):
        for place, ((low, high), got) in enumerate(zip(ends, row, strict=True)):
            within = tolerance * min(abs(low), abs(high)) + cancelled * max(map(abs, x))
            if not (low - within <= got <= high + within and math.isfinite(got)):
                where = f"x = {', '.join(f'{entry:g}' for entry in x)}"
                of = f", entry {place // len(x) + 1} by entry {place % len(x) + 1}" if len(x) > 1 else ""
                sides = repr(low) if low == high else f"{low!r} to {high!r}"
                return [f"has another gradient at {where}{of}", f"  defined:   {sides}", f"  computed:  {got!r}"]
    return []
