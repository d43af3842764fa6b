"""A process that measures how exact a library's functions are. Started by `engine.accuracy.audit`, one library each.

It knows nothing of any implementation: it evaluates functions on floats, compares with `engine.accuracy.oracle`, and
searches by itself where they are worst, where they jump, and where they end.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.exact import Exact, Floats, Integers, errors
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.formulas import formulas
from engine.accuracy.oracle import ORDERS, Formulas, Oracle

#: Points of a 32- or 64-bit format in each binade, and in those from 2**-CENTRE to 2**CENTRE, where functions bend.
SPARSE, DENSE, CENTRE = {"float32": 16, "float64": 3}, {"float32": 256, "float64": 256}, 14
#: Places that are searched at once for a larger error or a jump, and floats looked at on both sides of each.
PLACES, NEAR = 48, 24
#: Points that are also tried alone, in an array of one.
ALONE = 32
#: Bins of the curve of the error over x on each side of 0, of equal width in asinh(x * BEND), up to 2**REACH.
BINS, BEND, REACH = 45, 2.0, 10
#: Width of a bin in the figure, in points: about that of a curve, which would smear what is narrower.
STEP = 2
#: The smallest error that the figure tells apart: a quarter of what rounding alone does.
LEAST = 0.125

#: Arrays for JAX have a multiple of this size.
BLOCK = 1 << 16

FINITE, ZERO, INFINITE, NAN = range(4)
KINDS = {ZERO: "zero", INFINITE: "inf", NAN: "nan"}


class Refused(Exception):
    """The library does not take this type, or gives no derivative."""


class Implementation(Protocol):
    """What is measured."""

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        """Results of an order at floats of a format, and the name of their dtype. Raises Refused."""
        ...

    def integers(self, x: NDArray[np.int32]) -> tuple[Floats, str]:
        """Results at integers. Raises Refused."""
        ...


def sample(format: Format) -> Integers:
    """Ordinals of the floats to try: all of a 16-bit format; else evenly over the exponents, more where functions bend,
    and around numbers that programs treat apart. Each comes with the next float."""
    if format.exhaustive:
        return np.arange(-format.last, format.last + 1)
    random = np.random.default_rng(0)
    binade = 1 << (format.precision - 1)
    parts = []
    for field in range(format.highest - format.lowest + 2):
        count = DENSE[format.name] if abs(field - 1 + format.lowest) <= CENTRE else SPARSE[format.name]
        width = binade // count
        for sign in (-1, 1):
            parts.append(sign * (field * binade + np.arange(count) * width + random.integers(0, width, count)))
    special = [0.0, format.largest, format.smallest_normal, 2.0**-1074]
    special += [float(n) for n in range(1, 129)] + [2.0**n for n in range(-64, 65)]
    for other in FORMATS.values():  # where exp overflows, leaves the normal numbers, or vanishes beside 1
        special += [math.log(other.largest), -other.lowest * math.log(2)]
        special += [(other.precision - other.lowest) * math.log(2), other.precision * math.log(2)]
    close = np.arange(-8, 9)
    for sign in (-1, 1):
        parts.append((sign * format.ordinals(np.array(special))[:, None] + close).ravel())
    found = np.concatenate(parts)
    found = np.concatenate((found, found + 1))
    return np.unique(found[np.abs(found) <= format.last])


class Curve:
    """What one implementation returns for one order at floats of one format: all points tried so far, sorted."""

    def __init__(self, implementation: Implementation, oracle: Oracle, format: Format, order: int) -> None:
        self.implementation, self.oracle, self.format, self.order = implementation, oracle, format, order
        self.base = sample(format)
        self.ordinals = self.base
        self.computed, self.exact = self._evaluate(self.base)
        self._derive()
        self.spread = self.mean()
        if not format.exhaustive:
            self._climb()
            self._narrow()

    def _evaluate(self, ordinals: Integers) -> tuple[Floats, Exact]:
        x = self.format.values(ordinals)
        return self.implementation.values(x, self.format, self.order)[0], self.oracle.values(self.order, x)

    def _add(self, ordinals: Integers) -> None:
        new = np.setdiff1d(ordinals, self.ordinals)
        new = new[np.abs(new) <= self.format.last]
        if not len(new):
            return
        computed, exact = self._evaluate(new)
        ordinals = np.concatenate((self.ordinals, new))
        order = np.argsort(ordinals)
        self.ordinals = ordinals[order]
        self.computed = np.concatenate((self.computed, computed))[order]
        self.exact = Exact.join((self.exact, exact))[order]
        self._derive()

    def _derive(self) -> None:
        """What follows from results and exact values."""
        self.x = self.format.values(self.ordinals)
        self.error = errors(self.computed, self.exact, self.format)
        rounded = self.exact.rounded(self.format)
        self.defined = ~np.isnan(self.exact.high)
        self.normal = self.exact.normal(self.format)
        self.subnormal = self.defined & ~self.normal & (self.exact.high != 0) & np.isfinite(rounded)
        self.judged = self.defined & ~self.subnormal & ~np.isnan(self.computed)
        self.kind = _kinds(self.computed, self.exact)
        self.rounded = rounded

    def mean(self) -> float:
        """Mean error over the floats with a normal result, each counted by how many floats it stands for."""
        binade, index = np.unique(self.ordinals // (1 << (self.format.precision - 1)), return_inverse=True)
        weight = 1 / np.bincount(index, minlength=len(binade))[index]
        use = self.normal & self.judged
        return float(np.sum((weight * np.abs(self.error))[use]) / np.sum(weight[use])) if use.any() else 0.0

    def _climb(self) -> None:
        """Look for a larger error around the largest: half a binade around each of them, then ever closer."""
        random = np.random.default_rng(1)
        radius = 1 << (self.format.precision - 7)
        while radius > NEAR:
            size = np.where(self.judged, np.abs(self.error), 0)
            best = self._best_by_cell(size, PLACES // 4)
            near = self.ordinals[best][:, None] + random.integers(-radius, radius + 1, (len(best), 24))
            self._add(near.ravel())
            radius >>= 3 if self.format.precision < 30 else 8

    def _best_by_cell(self, size: Floats, count: int) -> Integers:
        """Indices of the largest, one of each quarter of a binade, so that one bad region does not hide the others."""
        order = np.argsort(-size, kind="stable")
        cell = self.ordinals[order] >> (self.format.precision - 3)
        first = np.sort(np.unique(cell, return_index=True)[1])
        chosen = order[first]
        return chosen[size[chosen] > 0][:count]

    def _narrow(self) -> None:
        """Bisect between tried points down to neighbouring floats, where the error jumps or the kind changes."""
        apart = np.diff(self.ordinals) > 1
        change = np.flatnonzero(apart & (self.kind[1:] != self.kind[:-1]) & self.defined[1:] & self.defined[:-1])
        near = np.minimum(np.abs(self.ordinals[change]), np.abs(self.ordinals[change + 1]))
        change = change[np.argsort(near, kind="stable")]
        sides = [change[self.ordinals[change] >= 0], change[self.ordinals[change] < 0]]
        edges = np.concatenate([np.unique(np.concatenate((side[:6], side[-6:]))) for side in sides])
        same = apart & (self.kind[1:] == FINITE) & (self.kind[:-1] == FINITE) & self.normal[1:] & self.normal[:-1]
        jump = np.where(same, np.abs(np.diff(np.where(self.normal & self.judged, self.error, 0))), 0)
        jumps = self._best_by_cell(np.append(np.where(jump > 1.5, jump, 0), 0), PLACES)
        index = np.concatenate((edges, jumps))
        if not len(index):
            return
        low, high = self.ordinals[index], self.ordinals[index + 1]
        (kind_low, kind_high), (error_low, error_high) = (
            (self.kind[index], self.kind[index + 1]),
            (self.error[index], self.error[index + 1]),
        )
        while (high - low > 1).any():
            middle = low + (high - low) // 2
            computed, exact = self._evaluate(middle)
            kind, error = _kinds(computed, exact), errors(computed, exact, self.format)
            with np.errstate(invalid="ignore"):
                smooth = np.abs(error - error_low) <= np.abs(error_high - error)
            to_low = np.where(kind_low != kind_high, kind == kind_low, smooth)
            low, high = np.where(to_low, middle, low), np.where(to_low, high, np.maximum(middle, low + 1))
            kind_low, kind_high = np.where(to_low, kind, kind_low), np.where(to_low, kind_high, kind)
            error_low, error_high = np.where(to_low, error, error_low), np.where(to_low, error_high, error)
        self._add((low[:, None] + np.arange(-NEAR, NEAR + 2)).ravel())

    def report(self) -> dict[str, Any]:
        """What is known in the end. See engine.accuracy.audit.Accuracy."""
        return {
            "order": self.order,
            "points": len(self.ordinals),
            "max": self._worst(self.judged),
            "mean": self.spread,
            "subnormal": self._worst(self.subnormal & ~np.isnan(self.computed)),
            "step": self._step(),
            "drop": self._drop(),
            "alone": self._alone(),
            "lost": self._lost(),
            "early": self._first((self.kind == INFINITE) & self.defined & np.isfinite(self.rounded)),
            "undefined": self._first((self.kind == NAN) & self.defined),
            "edges": edges(self.x, self.kind, self.defined),
            "ends": self._ends(),
            "curve": self._curve() if not self.format.exhaustive else [],
        }

    def _worst(self, use: NDArray[np.bool_]) -> list[float] | None:
        """The largest error and where it is; of equal ones, the one nearest to 0."""
        size = np.where(use, np.abs(self.error), -1)
        if not use.any():
            return None
        ties = np.flatnonzero(size == size.max())
        best = ties[np.argmin(np.abs(self.x[ties]))]
        return [float(size[best]), float(self.x[best])]

    def _neighbours(self) -> NDArray[np.bool_]:
        """Pairs of neighbouring floats, by the index of the first, whose results can be compared."""
        good = self.normal & self.judged & np.isfinite(self.computed)
        return (np.diff(self.ordinals) == 1) & good[1:] & good[:-1]

    def _step(self) -> list[float] | None:
        """The largest step between neighbours beyond the exact function's own, where results around are smoother."""
        pairs = np.flatnonzero(self._neighbours())
        size = np.abs(np.diff(self.error))[pairs]
        for best in np.argsort(-size, kind="stable")[:200]:
            around = np.concatenate((size[max(0, best - NEAR) : best], size[best + 1 : best + 1 + NEAR]))
            if size[best] > 4 * (np.median(around) if len(around) else 0):
                return [float(size[best]), float(self.x[pairs[best]])]
        return None

    def _drop(self) -> list[float] | None:
        """The largest step in the wrong direction between neighbours, in ulp."""
        pairs = np.flatnonzero(self._neighbours())
        exact = self.exact[pairs]
        way = exact.differs(self.exact[pairs + 1])
        unit = np.maximum(exact.unit(self.format), self.exact[pairs + 1].unit(self.format)).astype(np.int32)
        with np.errstate(over="ignore"):
            moved = np.ldexp(self.computed[pairs + 1], -unit) - np.ldexp(self.computed[pairs], -unit)
        size = -moved * way
        if not len(size) or size.max() <= 0:
            return None
        best = int(np.argmax(size))
        return [float(size[best]), float(self.x[pairs[best]])]

    def _alone(self) -> list[float] | None:
        """The largest difference between a result inside a large array and that of the same x alone, in ulp."""
        finite = np.flatnonzero(self.normal & self.judged & np.isfinite(self.computed))
        if not len(finite):
            return None
        central = finite[np.abs(np.log2(np.maximum(np.abs(self.x[finite]), 2.0**-1074))) <= CENTRE]
        spread = central[:: max(1, len(central) // (ALONE // 2))] if len(central) else finite[:0]
        worst = finite[np.argsort(-np.abs(self.error[finite]), kind="stable")[: ALONE // 2]]
        tried = np.unique(np.concatenate((spread, worst)))
        single = np.array([self.implementation.values(self.x[i : i + 1], self.format, self.order)[0][0] for i in tried])
        with np.errstate(over="ignore"):
            moved = np.abs(
                np.ldexp(single - self.computed[tried], -self.exact[tried].unit(self.format).astype(np.int32))
            )
        best = int(np.argmax(np.nan_to_num(moved, nan=np.inf)))
        return [float(moved[best]), float(self.x[tried[best]])] if moved[best] != 0 else None

    def _lost(self) -> list[float] | None:
        """Where the result is 0 although the exact value is a normal number: the largest such value, and its x."""
        lost = np.flatnonzero((self.computed == 0) & self.normal)
        if not len(lost):
            return None
        best = lost[np.argmax(np.abs(self.rounded[lost]))]
        return [float(self.rounded[best]), float(self.x[best])]

    def _first(self, where: NDArray[np.bool_]) -> float | None:
        """The x nearest to 0 among some."""
        found = self.x[where]
        return float(found[np.argmin(np.abs(found))]) if len(found) else None

    def _ends(self) -> dict[str, list[float | None]]:
        """Result and limit at -inf and +inf, and the result for nan."""
        x = np.array([-np.inf, np.inf, np.nan])
        limits = self.oracle.values(self.order, x).rounded(self.format)
        results = [self.implementation.values(x[i : i + 1], self.format, self.order)[0][0] for i in range(3)]
        known = [None if np.isnan(limit) else float(limit) for limit in limits]
        return {name: [float(results[i]), known[i]] for i, name in enumerate(("-inf", "inf", "nan"))}

    def _curve(self) -> list[float]:
        """The largest error in each bin of x, 0 where none was tried."""
        place = np.arcsinh(np.clip(self.x, -(4.0**REACH), 4.0**REACH) * BEND) / np.arcsinh(2.0**REACH * BEND) * BINS
        use = self.judged & (np.abs(place) < BINS)
        curve = np.zeros(2 * BINS)
        np.maximum.at(curve, np.floor(place[use]).astype(int) + BINS, np.abs(self.error[use]))
        return [float(f"{value:.3g}") for value in curve]


def _kinds(computed: Floats, exact: Exact) -> NDArray[np.int_]:
    """What each result is. A zero that is the exact value is a number like any other."""
    kind = np.where(np.isnan(computed), NAN, np.where(np.isinf(computed), INFINITE, FINITE))
    return np.where((computed == 0) & (exact.high != 0), ZERO, kind)


def edges(x: Floats, kind: NDArray[np.int_], defined: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """For each side of 0 and each kind, the x nearest to and farthest from 0 whose result is 0, inf or nan."""
    found = []
    for value, name in KINDS.items():
        for side in (x <= 0, x >= 0):
            where = x[side & (kind == value) & defined]
            if len(where):
                order = np.argsort(np.abs(where))
                found.append({"kind": name, "near": float(where[order[0]]), "far": float(where[order[-1]])})
    return found


class Nearest:
    """The implementation without fault: the exact value, rounded. What it gives is the best that a format allows."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        return self.oracle.values(order, x).rounded(format), format.name

    def integers(self, x: NDArray[np.int32]) -> tuple[Floats, str]:
        return self.values(x.astype(np.float64), FORMATS["float64"], 0)


# Libraries ------------------------------------------------------------------------------------------------------------


def native(x: Floats, format: Format) -> NDArray[Any]:
    """A NumPy array of the format's own type."""
    if format.name == "bfloat16":
        import ml_dtypes

        return x.astype(ml_dtypes.bfloat16)
    return x.astype(format.name)


class Call:
    """A library's function, by the expression of a definition. Subclasses know one library's arrays and autodiff."""

    def __init__(self, name: str, call: str) -> None:
        self.modules: dict[str, Any] = {name.partition(".")[0]: importlib.import_module(name.partition(".")[0])}
        prefix = ""
        for part in name.split(".")[:-1]:
            prefix = f"{prefix}.{part}" if prefix else part
            with contextlib.suppress(ModuleNotFoundError):  # a class or an attribute
                importlib.import_module(prefix)
        self.code = compile(call, name, "eval")

    def function(self, x: Any) -> Any:
        return eval(self.code, self.modules, {"x": x})

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        try:
            result = self.array(self._derivative(native(x, format), order))
        except Exception as error:
            raise Refused(_first_line(error)) from None
        if result.shape != x.shape:
            raise Refused(f"returns an array of shape {result.shape} for {x.shape}")
        return result.astype(np.float64), str(result.dtype)

    def integers(self, x: NDArray[np.int32]) -> tuple[Floats, str]:
        try:
            result = self.array(self._derivative(x, 0))
        except Exception as error:
            raise Refused(_first_line(error)) from None
        return result.astype(np.float64), str(result.dtype)

    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        if order:
            raise Refused("no automatic differentiation")
        return self.function(x)

    def array(self, result: Any) -> NDArray[Any]:
        return np.asarray(result)


class Torch(Call):
    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        import torch

        bits = x.view(np.int16) if x.dtype.itemsize == 2 else x
        tensor = torch.from_numpy(bits.copy())
        if str(x.dtype) == "bfloat16":
            tensor = tensor.view(torch.bfloat16)
        elif str(x.dtype) == "float16":
            tensor = tensor.view(torch.float16)
        tensor.requires_grad_(bool(order))
        result = self.function(tensor)
        for _ in range(order):
            if not result.requires_grad:
                return torch.zeros_like(tensor)
            ones = torch.ones_like(result)
            (result,) = torch.autograd.grad(result, tensor, ones, create_graph=True, materialize_grads=True)
        return result

    def array(self, result: Any) -> NDArray[Any]:
        import torch

        if result.dtype == torch.bfloat16:
            import ml_dtypes

            return result.detach().view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return result.detach().numpy()


class TensorFlow(Call):
    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        import tensorflow

        return self._nested(tensorflow.constant(x), order)

    def _nested(self, tensor: Any, order: int) -> Any:
        import tensorflow

        if not order:
            return self.function(tensor)
        with tensorflow.GradientTape() as tape:
            tape.watch(tensor)
            result = self._nested(tensor, order - 1)
        return tape.gradient(result, tensor, unconnected_gradients="zero")

    def array(self, result: Any) -> NDArray[Any]:
        return result.numpy()


class Jax(Call):
    def _derivative(self, x: NDArray[Any], order: int) -> Any:
        import jax

        if x.dtype == np.float64:  # as a user must; the other types are measured first, without it
            jax.config.update("jax_enable_x64", True)
        # every shape is compiled anew, for a second or more: fill up to one size, but keep an array of one as it is
        filled = np.ones(len(x) if len(x) == 1 else -(-len(x) // BLOCK) * BLOCK, x.dtype)
        filled[: len(x)] = x
        return self._order(order)(jax.numpy.asarray(filled))[: len(x)]

    def _order(self, order: int) -> Callable[[Any], Any]:
        import jax

        if not order:
            return self.function
        below = self._order(order - 1)
        return jax.grad(lambda x: below(x).sum())


ADAPTERS: dict[str, type[Call]] = {"torch": Torch, "tensorflow": TensorFlow, "jax": Jax}


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:160]


# Reports --------------------------------------------------------------------------------------------------------------


def measure(implementation: Implementation, oracle: Oracle, format: Format) -> dict[str, Any]:
    """Everything about one implementation in one format. See engine.accuracy.audit.Row."""
    report: dict[str, Any] = {"dtype": format.name, "refused": "", "returns": "", "orders": []}
    probe = np.array([-1.0, 0.5, 1.0])
    for order in ORDERS:
        try:
            returns = implementation.values(probe, format, order)[1]
        except Refused as error:
            report["refused" if order == 0 else "no_gradient"] = str(error)
            return report
        report["returns"] = report["returns"] or returns
        if returns != format.name and order == 0:
            return report  # its error would be measured in units of another type
        report["orders"].append(Curve(implementation, oracle, format, order).report())
    return report


def integer_input(implementation: Implementation, oracle: Oracle) -> dict[str, Any]:
    """What an array of integers gives: a type, and the largest error in ulp of it; or the refusal."""
    x = np.array([-3, -1, 0, 1, 2, 20], np.int32)
    try:
        results, dtype = implementation.integers(x)
    except Refused as error:
        return {"refused": str(error), "returns": "", "error": None}
    exact = oracle.values(0, x.astype(np.float64))
    if dtype not in FORMATS:
        return {
            "refused": "",
            "returns": dtype,
            "error": float(np.max(np.abs(results - exact.rounded(FORMATS["float64"])))),
        }
    return {"refused": "", "returns": dtype, "error": float(np.max(np.abs(errors(results, exact, FORMATS[dtype]))))}


def main() -> None:
    job = json.loads(sys.stdin.read())
    with contextlib.suppress(ImportError):
        import resource  # where the system has it

        resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"] + 5))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    out.write(json.dumps(JOBS[job["kind"]](job)))
    out.flush()
    os._exit(0)  # libraries take seconds to unload


def _formulas(job: dict[str, Any]) -> dict[str, Any]:
    made = formulas(job["expression"], job["parameters"])
    return {"sources": made.sources, "limits": made.limits}


def _oracle(job: dict[str, Any]) -> Oracle:
    limits = tuple((low, high) for low, high in job["limits"])
    return Oracle(Formulas(tuple(job["sources"]), limits), Path(job["cache"]))


def _exact(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Exact values of all points of a format, left in the cache for the other jobs; and where they become 0 or inf."""
    oracle, format = _oracle(job), FORMATS[job["dtype"]]
    return [Curve(Nearest(oracle), oracle, format, order).report() for order in ORDERS]


def _library(job: dict[str, Any]) -> list[dict[str, Any]]:
    oracle, rows = _oracle(job), []
    for name, call in job["apis"]:
        implementation = ADAPTERS.get(job["backend"], Call)(name, call)
        integers = integer_input(implementation, oracle)
        for format in FORMATS.values():
            rows.append({"api": name, "integers": integers, **measure(implementation, oracle, format)})
    if float(np.float64(2.0**-1000) * np.float64(2.0**-70)) == 0:
        raise RuntimeError("the library made this process flush subnormal numbers; nothing here can be trusted")
    return rows


def _plot(job: dict[str, Any]) -> str:
    """The error over x: one row per order, one column per format, one curve per group of equal libraries.

    The page has the legend, as text.
    """
    import io

    import matplotlib.pyplot as plt

    edges = np.sinh(np.arange(-BINS, BINS + 1) / BINS * np.arcsinh(2.0**REACH * BEND)) / BEND
    place = np.arange(-BINS, BINS + 1)
    columns = job["columns"]
    # In points. Every bin is equally wide in tenths of them, so that the page can give its outline in few characters.
    across, left, between, top, bottom, height = (2 * BINS + 4) * STEP, 60, 44, 22, 42, 360
    width = left + len(columns) * (across + between)
    figure, axes = plt.subplots(
        *(len(ORDERS), len(columns)),
        figsize=(width / 72, height / 72),
        sharex=True,
        squeeze=False,
        gridspec_kw={
            "left": left / width,
            "right": 1 - between / width,
            "wspace": between / across,
            "top": 1 - top / height,
            "bottom": bottom / height,
            "hspace": 0.13,
        },
    )
    ticks = [-100, 0, 10, 100]
    for column, dtype in enumerate(columns):
        for order in ORDERS:
            panel = axes[order][column]
            for colour, line, curves in job["groups"]:
                curve = curves.get(dtype, [[], [], []])[order]
                if curve:
                    values = np.where(np.array(curve) > 0, np.maximum(curve, LEAST), np.nan)
                    look = {"color": f"C{colour}", "linestyle": line, "linewidth": 1.4}
                    panel.stairs(values, place, baseline=None, **look)
            panel.set_yscale("log")
            panel.set_ylim(bottom=LEAST / 2)
            panel.set_xlim(-BINS - 2, BINS + 2)
            panel.set_xticks(np.interp(ticks, edges, place), [rf"$\mathdefault{{{tick}}}$" for tick in ticks])
            panel.spines[["right", "top"]].set_visible(False)
            panel.tick_params(labelsize=12)
            panel.grid(visible=True)
            panel.set_axisbelow(True)
            if order == 0:
                panel.set_title(dtype)
            if column == 0:
                panel.set_ylabel(f"${'f' + chr(39) * order}$   (ulp)")
        axes[-1][column].set_xlabel("$x$")
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


JOBS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "formulas": _formulas,
    "exact": _exact,
    "library": _library,
    "plot": _plot,
}

if __name__ == "__main__":
    main()
