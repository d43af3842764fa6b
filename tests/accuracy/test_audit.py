"""The audit finds planted faults by itself, flags nothing where there is none, and keeps and compares its results."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shared import answered

from engine.__main__ import main
from engine.accuracy import audit, jobs, measuring, record, samples
from engine.accuracy import worker as audit_worker
from engine.accuracy.adapters import ADAPTERS, Call
from engine.accuracy.audit import Audit
from engine.accuracy.exact import Floats
from engine.accuracy.flags import Flag, find_flags
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.limits import limits
from engine.accuracy.nearest import Nearest
from engine.accuracy.oracle import Formula, Oracle
from engine.accuracy.results import (
    INTEGERS,
    MIDDLE,
    NO_AUTODIFF,
    REACHES,
    SIDES,
    Accuracy,
    Apart,
    Edge,
    Integers,
    Part,
    Row,
    Spot,
    Step,
    apart,
)
from engine.accuracy.subject import Refused
from engine.accuracy.worker import integer_input, measure
from engine.base import libraries as frameworks
from engine.base.errors import SourceError
from engine.render.accuracy import audit_fragments
from engine.render.faults import KINDS
from engine.sources import definition
from engine.sources.definition import Api

Function = Callable[[Floats], Floats]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    text = "log(1 + exp(x))"
    return Oracle(Formula(text, {}, limits(text, {})), tmp_path_factory.mktemp("oracle"))


@pytest.fixture(autouse=True)
def fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the points: what is planted must be found all the same."""
    monkeypatch.setattr(samples, "SPARSE", {"float32": 4, "float64": 1})
    monkeypatch.setattr(samples, "DENSE", {"float32": 64, "float64": 64})


class Faulty:
    """Softplus and its derivative, rounded from float64 or computed in it, with something done to the results."""

    def __init__(self, change: Callable[[Floats, Floats], Floats], order: int = 0) -> None:
        self.change, self.order = change, order

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        if order > self.order:
            raise Refused(NO_AUTODIFF)
        with np.errstate(all="ignore"):
            good = np.logaddexp(0, x) if not order else np.exp(-np.logaddexp(0, -x))
            result = self.change(x, good) if order == self.order else good
            return np.asarray(result, format.name).astype(np.float64), format.name

    def integers(self, x: Any) -> tuple[Floats, str]:
        return self.values(x.astype(np.float64), FORMATS["float64"], 0)

    def lent(self, format: Format) -> str:
        return ""


def judge(implementation: Any, oracle: Oracle, dtype: str) -> list[Flag]:
    """The flags of one implementation in one format."""
    integers = integer_input(implementation, oracle)
    return find_flags([measure("planted.f", "numpy", implementation, oracle, FORMATS[dtype], integers)])


def ulps(x: Floats, count: float) -> Floats:
    """Count float32 ulp of x."""
    return count * np.spacing(x.astype(np.float32)).astype(np.float64)


def odd(x: Floats) -> Floats:
    """1 at every other float32 of the normal range, 0 elsewhere."""
    return (x.astype(np.float32).view(np.uint32) & 1).astype(np.float64)


SINGLE = np.float32
PLANTED: list[tuple[str, str, set[str], Callable[[Floats, Floats], Floats], int]] = [
    ("naive", "float32", {"error", "zero", "inf"}, lambda x, _: np.log(1 + np.exp(SINGLE(x))), 0),
    ("naive", "float16", {"error", "zero", "inf"}, lambda x, _: np.log(1 + np.exp(np.float16(x))), 0),
    ("threshold", "float64", {"error", "step", "drop"}, lambda x, good: np.where(x > 20, x, good), 0),
    ("hidden step", "float32", {"error", "step"}, lambda x, good: np.where(x > 3.7123, good + ulps(good, 9), good), 0),
    ("spike", "float32", {"error"}, lambda x, good: good + ulps(good, 30) * np.exp(-(((x - 2.345) * 40) ** 2)), 0),
    ("nan at zero", "float32", {"nan"}, lambda x, good: np.where(x == 0, np.nan, good), 0),
    ("wrong sign", "float32", {"error"}, lambda x, good: -good, 1),
    ("zigzag", "float32", {"error", "drop"}, lambda x, good: good + ulps(good, 9) * odd(x), 0),
    ("early end", "float32", {"inf"}, lambda x, good: np.where(x > 1e30, np.inf, good), 0),
    ("clipped", "float32", {"zero", "flushed"}, lambda x, good: np.where(x < -70, 0, good), 0),
    ("flushed", "float32", {"flushed"}, lambda x, good: np.where(good < 2.0**-126, 0, good), 0),
    ("coarse", "float32", {"subnormal"}, lambda x, good: np.where(good < 2.0**-126, 2.0**-127, good), 0),
    ("nan at inf", "float32", {"infinity"}, lambda x, good: np.where(np.isinf(x), np.nan, good), 1),
    ("nan lost", "float32", {"nan lost"}, lambda x, good: np.where(np.isnan(x), 0, good), 0),
    ("alone", "float32", {"alone"}, lambda x, good: good + (ulps(good, 3) if len(x) == 1 else 0), 0),
]


@pytest.mark.parametrize(("dtype", "kinds", "change", "order"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED])
def test_a_planted_fault_is_found(oracle: Oracle, dtype: str, kinds: set[str], change: Any, order: int) -> None:
    flags = [flag for flag in judge(Faulty(change, order), oracle, dtype) if flag.kind != "integer"]
    assert kinds <= {flag.kind for flag in flags}, flags
    assert all(flag.order == order and flag.dtype == dtype for flag in flags)


def test_the_place_of_a_fault_is_found_to_the_last_float(oracle: Oracle) -> None:
    (step,) = [f for f in judge(Faulty(PLANTED[2][3]), oracle, "float64") if f.kind == "step"]
    assert step.x == 20
    assert step.size == pytest.approx(np.log1p(np.exp(-20.0)) / np.spacing(20.0), rel=1e-5)
    flags = judge(Faulty(PLANTED[3][3]), oracle, "float32")
    (step,) = [flag for flag in flags if flag.kind == "step" and flag.part == ("right", "middle")]
    assert step.x == float(np.nextafter(SINGLE(3.7123), SINGLE(0)))
    (lost,) = [f for f in judge(Faulty(PLANTED[9][3]), oracle, "float32") if f.kind == "zero"]
    assert lost.x == float(np.nextafter(SINGLE(-70), SINGLE(-71)))


def test_no_fault_hides_another(oracle: Oracle) -> None:
    def change(x: Floats, good: Floats) -> Floats:
        """In each part of the line another error, and in one of them zeros, infinities and a nan as well."""
        off = np.where(np.abs(x) <= MIDDLE, np.where(x < 0, 20, 40), np.where(x < 0, 3000, 10))
        off = np.where((np.abs(x) > 1) & (np.abs(x) < 15), off, 0)
        wrong = good + ulps(good, 1) * off
        wrong = np.where((x > 21) & (x < 22), 0, wrong)
        wrong = np.where((x > 23) & (x < 24), np.inf, wrong)
        return np.where(x == 25, np.nan, wrong)

    row = measure("planted.f", "numpy", Faulty(change), oracle, FORMATS["float32"], ())
    parts = {(part.side, part.reach): part for part in row.orders[0].parts}
    sizes = {place: round(part.error.size, -1) for place, part in parts.items() if part.error}
    assert sizes == {
        ("left", "middle"): 20,
        ("left", "tail"): 3000,
        ("right", "middle"): 40,
        ("right", "tail"): 10,
    }
    assert row.orders[0].max_error
    assert row.orders[0].max_error.size == np.inf or row.orders[0].max_error.got in (0, np.inf)
    flags = find_flags([row])
    assert {flag.part for flag in flags if flag.kind == "error"} == set(parts)
    assert {flag.part for flag in flags if flag.kind in ("zero", "inf", "nan")} == {("right", "tail")}
    tail = parts["right", "tail"]
    assert tail.zero
    assert tail.infinite
    assert tail.nan
    assert (tail.zero.got, tail.infinite.got, tail.nan.x) == (0, np.inf, 25)
    assert tail.zero.exact == pytest.approx(22)
    assert 23 < tail.infinite.x < 23.00001
    assert all(not edge.onward for edge in row.orders[0].edges if 0 < edge.near < 30), "numbers follow"
    assert {edge.kind for edge in row.orders[0].edges if not edge.onward} == {"zero", "inf", "nan"}


def test_results_are_told_beside_the_exact_values(oracle: Oracle) -> None:
    row = measure("planted.f", "numpy", Faulty(PLANTED[2][3]), oracle, FORMATS["float64"], ())
    (tail,) = [part for part in row.orders[0].parts if (part.side, part.reach) == ("right", "tail")]
    assert tail.error
    assert tail.step
    assert tail.error.got == tail.error.x == np.nextafter(20, 21), "the wrong form returns x"
    assert tail.error.exact == np.logaddexp(0, tail.error.x)
    assert (tail.step.before.x, tail.step.after.x) == (20, tail.error.x)
    assert tail.step.before.got == np.logaddexp(0, 20.0)


def test_zeros_to_the_end_are_told_apart_from_those_before(oracle: Oracle) -> None:
    def ends(change: Callable[[Floats, Floats], Floats]) -> list[Edge]:
        row = measure("planted.f", "numpy", Faulty(change), oracle, FORMATS["float16"], ())
        return [edge for edge in row.orders[0].edges if edge.kind == "zero"]

    (whole,) = ends(lambda x, good: np.where(x < -5, 0, good))
    assert whole.onward
    last = -FORMATS["float16"].largest
    inner, outer = ends(lambda x, good: np.where((x < -5) & (x != -6), 0, good))
    before, after = (float(np.nextafter(np.float16(-6), np.float16(end))) for end in (0, -np.inf))
    assert inner == Edge("zero", whole.near, before, False)
    assert outer == Edge("zero", after, last, True)
    assert whole.far == last
    (ended,) = ends(lambda x, good: np.where(x == last, 1, np.where(x < -5, 0, good)))
    assert ended == Edge("zero", whole.near, float(np.nextafter(np.float16(last), np.float16(0))), False)
    zeros = ends(lambda x, good: np.where((np.abs(x) < 0.25) | (x == -4) | (x == -4.5) | (x < -5), 0, good))
    assert zeros == [
        Edge("zero", 0.0, float(np.nextafter(np.float16(-0.25), np.float16(0))), False),
        Edge("zero", -4.0, -4.5, False),
        whole,
        Edge("zero", 0.0, float(np.nextafter(np.float16(0.25), np.float16(0))), False),
    ]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_what_vanishes_beside_zero_and_far_out_ends_where_it_stays_zero(dtype: str) -> None:
    """x/(1 + exp(-x)) is too small for a number in both places, on the left."""
    text = "x/(1 + exp(-x))"
    silu = Oracle(Formula(text, {}, limits(text, {})))
    edges = measure("planted.f", "numpy", Nearest(silu), silu, FORMATS[dtype], ()).orders[0].edges
    least = float(FORMATS[dtype].values(np.array([1]))[0])
    inner, outer = [edge for edge in edges if edge.near < 0]
    assert inner == Edge("zero", -least, -least, False), "half of the least number rounds to 0"
    assert outer.onward
    assert outer.far == -FORMATS[dtype].largest
    end = {"float16": -21.0, "float32": -110.0, "float64": -752.0}[dtype]
    assert end < outer.near < 0.9 * end


def test_what_is_alone_is_tried_at_every_place_that_is_told(oracle: Oracle) -> None:
    asked: set[float] = set()

    class Watched(Faulty):
        def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
            asked.update(x if len(x) == 1 else ())
            return super().values(x, format, order)

    row = measure("planted.f", "numpy", Watched(PLANTED[2][3]), oracle, FORMATS["float32"], ())
    spots = [
        spot
        for part in row.orders[0].parts
        for fault in (part.error, part.zero, part.subnormal, part.step, part.drop)
        for spot in ((fault.before, fault.after) if isinstance(fault, Step) else (fault,))
        if spot
    ]
    assert len(spots) > 4
    assert {spot.x for spot in spots} <= asked
    assert {x for edge in row.orders[0].edges for x in (edge.near, edge.far)} <= asked
    assert row.orders[0].alone <= len(asked)

    def ends_early(x: Floats, good: Floats) -> Floats:
        return np.where(x < (-60 if len(x) == 1 else -70), 0, good)

    row = measure("planted.f", "numpy", Faulty(ends_early), oracle, FORMATS["float32"], ())
    left = row.orders[0].parts[SIDES.index("left") * len(REACHES) + REACHES.index("tail")]
    assert left.alone
    assert left.alone.alone == 0 != left.alone.together, "beside the place where the array becomes 0"


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_faultless_implementation_has_no_flag(oracle: Oracle, dtype: str) -> None:
    assert judge(Nearest(oracle), oracle, dtype) == []


def test_a_good_implementation_has_no_flag(oracle: Oracle) -> None:
    assert judge(Faulty(lambda _, good: good), oracle, "float64") == []


def test_refusals_and_other_types_are_flagged(oracle: Oracle) -> None:
    class Widening(Faulty):
        def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
            return super().values(x, format, order)[0], "float64"

        def integers(self, x: Any) -> tuple[Floats, str]:
            raise Refused("TypeError: floats only")

    flags = judge(Widening(lambda _, good: good), oracle, "float32")
    assert {(flag.kind, flag.got) for flag in flags} == {("dtype", "float64"), ("integer", "TypeError: floats only")}
    assert [flag.dtype for flag in flags if flag.kind == "integer"] == list(INTEGERS)

    class Truncating(Faulty):
        def integers(self, x: Any) -> tuple[Floats, str]:
            return np.floor(np.logaddexp(0, x)), "int32"

    flags = judge(Truncating(lambda _, good: good), oracle, "float32")
    assert {flag.kind for flag in flags if flag.order < 0} == {"integer"}

    class Keeping(Faulty):
        """Returns integers for integers: wrong for Softplus, right for what has whole values there."""

        def integers(self, x: Any) -> tuple[Floats, str]:
            return np.maximum(x, 0).astype(np.float64), str(x.dtype)

    assert {flag.kind for flag in judge(Keeping(lambda _, good: good), oracle, "float16")} == set(), "once, for float32"
    assert {flag.kind for flag in judge(Keeping(lambda _, good: good), oracle, "float32")} == {"integer"}
    whole = integer_input(Keeping(lambda _, good: good), Oracle(Formula("Max(x, 0)", {})))
    assert [given.error for given in whole] == [0.0] * 4
    row = Row("a.f", "numpy", "A", "float32", "", "", "float32", "", (), whole)
    assert find_flags([row]) == []
    narrower = dataclasses.replace(whole[3], returns="int32")
    flags = find_flags([dataclasses.replace(row, integers=(*whole[:3], narrower))])
    assert {flag.kind for flag in flags} == {"integer type"}, "another type of integers than was given"

    class Narrowing(Faulty):
        def integers(self, x: Any) -> tuple[Floats, str]:
            dtype = "float16" if x.dtype == np.int8 else "float32"
            return self.values(x.astype(np.float64), FORMATS[dtype], 0)[0], dtype

    flags = [flag for flag in judge(Narrowing(lambda _, good: good), oracle, "float32") if flag.order < 0]
    assert {flag.kind for flag in flags} == {"integer type"}
    assert [flag.got for flag in flags] == ["float16", "float32", "float32", "float32"]

    class Refusing(Faulty):
        def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
            raise Refused("TypeError: no such type")

    assert [flag.kind for flag in judge(Refusing(lambda _, good: good), oracle, "float32")] == ["refused"]


def test_what_is_refused_of_some_numbers_only_is_refused(oracle: Oracle) -> None:
    """A type that a library takes for the first few numbers, and then raises."""

    class Choosy(Faulty):
        def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
            if order == self.order and np.any(x < -100):
                raise Refused("ValueError: below -100")
            return super().values(x, format, order)

    for order, kind in ((0, "refused"), (1, "no derivative")):
        flags = judge(Choosy(lambda _, good: good, order), oracle, "float32")
        assert (kind, "ValueError: below -100") in {(flag.kind, flag.got) for flag in flags}


def test_a_derivative_that_is_missing_is_flagged_with_the_reason(oracle: Oracle) -> None:
    class Undifferentiable(Faulty):
        def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
            if order == 2:
                raise Refused("RuntimeError: not implemented")
            return super().values(x, format, order)

    (flag,) = judge(Undifferentiable(lambda _, good: good, order=1), oracle, "float16")
    assert (flag.kind, flag.order, flag.got) == ("no derivative", 2, "RuntimeError: not implemented")
    assert judge(Faulty(lambda _, good: good), oracle, "float16") == [], "a library that has none of any function"


def test_a_library_that_detaches_its_result_has_no_derivative() -> None:
    torch = ADAPTERS["torch"]
    x, double = np.array([1.0, 2.0]), FORMATS["float64"]
    with pytest.raises(Refused, match="does not require grad"):
        torch("torch.detach", "torch.detach(x)").values(x, double, 1)
    assert torch("torch.relu", "3 * x").values(x, double, 2)[0].tolist() == [0, 0], "a constant has a derivative"


def test_defaults_that_differ_are_flagged() -> None:
    def api(name: str, **defaults: Any) -> Api:
        return Api(name, "", defaults, False)

    same = [api("a.f", beta=1, x=None), api("a.g", beta=1.0), api("b.f", other=True)]
    assert find_flags([], same) == []
    flags = find_flags([], [*same, api("b.g", beta=1, other=1)])
    assert [(flag.name, flag.kind, flag.got) for flag in flags] == [
        ("b.f", "default", "other=True"),
        ("b.g", "default", "other=1"),
    ]
    flags = find_flags([], [api("a.f", approximate="none"), api("b.f", approximate=True)])
    assert [flag.got for flag in flags] == ["approximate='none'", "approximate=True"]


def test_defaults_of_one_parameter_are_compared_whatever_it_is_called() -> None:
    """As LeakyReLU has them; an argument that is no number, or one of several numbers, is not taken for another one."""

    def api(name: str, **defaults: Any) -> Api:
        return Api(name, "", defaults, False)

    torch, jax = api("torch.f", negative_slope=0.01, inplace=False), api("jax.f", negative_slope=0.01)
    tensorflow, keras = api("tensorflow.f", alpha=0.2, other=None), api("keras.F", negative_slope=0.3)
    flags = find_flags([], [torch, tensorflow, keras, jax])
    assert sorted((flag.name, flag.got) for flag in flags) == [
        ("jax.f", "negative_slope=0.01"),
        ("keras.F", "negative_slope=0.3"),
        ("tensorflow.f", "alpha=0.2"),
        ("torch.f", "negative_slope=0.01"),
    ]
    assert {flag.name for flag in find_flags([], [torch, tensorflow, jax])} == {"torch.f", "tensorflow.f", "jax.f"}
    assert find_flags([], [api("a.f", lambd=0.5), api("b.f", threshold=0.5)]) == []
    assert find_flags([], [api("a.f", beta=1, threshold=20), api("b.f", alpha=3.0)]) == []
    assert find_flags([], [api("a.f", inplace=False), api("b.f", alpha=3.0)]) == []


def test_names_of_one_library_stand_apart() -> None:
    def row(api: str, library: str) -> Row:
        return Row(api, library, library, "float32", "", "", "float32", "", (), ())

    rows = [row("a.f", "A"), row("a.g", "A"), row("b.f", "B"), row("b.f", "B")]
    assert [row.library for row in apart(rows)] == ["A `f`", "A `g`", "B", "B"]


def test_who_lends_a_type_is_told() -> None:
    call = Call("numpy.logaddexp", "numpy.logaddexp(0, x)")
    assert {name: call.lent(format) for name, format in FORMATS.items() if call.lent(format)} == {
        "bfloat16": "ml_dtypes"
    }
    assert not any(ADAPTERS["torch"]("torch.relu", "x").lent(format) for format in FORMATS.values())


# Keeping and comparing ------------------------------------------------------------------------------------------------


def example() -> Audit:
    """An audit with one row."""
    accuracy = Accuracy(
        order=0,
        points=9,
        max_error=spot(1.5),
        mean_error=0.2,
        parts=(Part("left", "tail"), Part("right", "middle", error=spot(1.5), step=step(2.0))),
        alone=3,
        edges=(Edge("zero", -103.9, -3e38, True),),
        at_nonfinite={"-inf": (0.0, 0.0), "inf": (float("inf"), float("inf")), "nan": (float("nan"), None)},
        error_curve=(),
    )
    integers = (Integers("int8", "", "float16", 0.5), Integers("int32", "TypeError", "", None))
    row = Row("numpy.f", "numpy", "NumPy", "float32", "", "", "float32", "none", (accuracy,), integers)
    flag = Flag("numpy.f", "float32", 0, "step", part=("right", "middle"), fault=step(2.0))
    return Audit("demo", (row,), {"float32": (accuracy,)}, {"NumPy": "2"}, "machine", (flag,))


def spot(size: float, x: float = 2.0) -> Spot:
    """An error of some ulp of float32 at about 0.5."""
    return Spot(size, x, 0.5 + size * 2.0**-24, 0.5)


def step(size: float) -> Step:
    return Step(size, spot(0.0, 1.0), spot(size, 1.0000001))


def altered(part: dict[str, Any] | None = None, **changes: Any) -> Audit:
    """The example with changes to its one accuracy, or to the one part of it where there is something."""
    whole = example()
    (row,) = whole.rows
    empty, full = row.orders[0].parts
    orders = (dataclasses.replace(row.orders[0], parts=(empty, dataclasses.replace(full, **part or {})), **changes),)
    return dataclasses.replace(whole, rows=(dataclasses.replace(row, orders=orders),))


@pytest.fixture
def demo(tmp_path: Path) -> tuple[Path, definition.Definition]:
    folder = tmp_path / "snippets" / "demo"
    folder.mkdir(parents=True)
    (folder / "definition.yml").write_text(
        "name: Demo\nexpression: tanh(x)\nstable: tanh(x)\nderivative: 1 - tanh(x)**2\n"
        "apis: [{name: numpy.tanh, audit: true}]\nfigure: {en: a, zh: b}\n"
    )
    return tmp_path, definition.read(tmp_path, "demo")


def test_a_record_holds_within_a_factor_of_two(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    assert "no recorded audit" in str(record.problems(root, entry, example())[0])
    assert record.record(root, entry, example())
    text = (root / "snippets/demo/audit.yml").read_text()
    assert record.problems(root, entry, example()) == []
    same = altered(
        {"error": spot(2.9, 7.0), "step": step(1.1), "drop": step(1.9), "alone": Apart(9.0, 1.0, 1.0, 1.1)},
        mean_error=0.11,
        edges=(Edge("zero", -104.5, -2e38, True),),
    )
    assert record.problems(root, entry, same) == []
    assert not record.record(root, entry, same), "noise is no news"
    assert (root / "snippets/demo/audit.yml").read_text() == text


@pytest.mark.parametrize(
    "changes",
    [
        {"part": {"error": spot(3.2)}},
        {"part": {"error": spot(0.7)}},
        {"part": {"error": None}},
        {"part": {"flushed": spot(9.0)}},
        {"part": {"step": step(4.1)}},
        {"part": {"drop": step(3.0)}},
        {"mean_error": 0.41},
        {"edges": (Edge("zero", -106.0, -3e38, True),)},
        {"edges": (Edge("zero", -103.9, -3e38, False),)},
        {"edges": ()},
        {"edges": (Edge("nan", -103.9, -3e38, True),)},
    ],
    ids=str,
)
def test_what_changes_is_a_problem_with_its_line(demo: tuple[Path, definition.Definition], changes: Any) -> None:
    root, entry = demo
    record.record(root, entry, example())
    lines = (root / "snippets/demo/audit.yml").read_text().splitlines()
    problem = record.problems(root, entry, altered(**changes))[0]
    assert problem.path == "snippets/demo/audit.yml"
    assert problem.line
    place = "right middle:" if "part" in changes else "mean:" if "mean_error" in changes else "zero:"
    assert lines[problem.line - 1].strip().startswith((place, "mean:")), "what is new stands in no line of its own"
    assert "  - " in problem.detail
    assert "  + " in problem.detail
    assert record.record(root, entry, altered(**changes))
    assert record.problems(root, entry, altered(**changes)) == []


def test_a_new_or_lost_flag_is_a_problem(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    record.record(root, entry, example())
    assert len(record.problems(root, entry, dataclasses.replace(example(), flags=()))) == 1
    more = (*example().flags, Flag("numpy.f", "float32", 0, "drop"))
    assert len(record.problems(root, entry, dataclasses.replace(example(), flags=more))) == 1
    vector = (*example().flags, Flag("numpy.f", "float32", 0, "alone"))
    same = dataclasses.replace(example(), flags=vector)
    assert record.problems(root, entry, same) == [], "not every processor has it"


def test_units_of_the_subnormal_range_come_and_go_with_vector_code(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    record.record(root, entry, altered({"subnormal": spot(1.5)}))
    assert record.problems(root, entry, altered({"subnormal": spot(0.5)})) == []
    assert len(record.problems(root, entry, altered({"subnormal": spot(3.5)}))) == 1
    assert len(record.problems(root, entry, altered({"subnormal": None}))) == 1
    record.record(root, entry, altered({"flushed": spot(1.5)}))
    assert record.problems(root, entry, altered({"flushed": None})) == []
    assert len(record.problems(root, entry, altered({"flushed": spot(3.5)}))) == 1


def test_zeros_with_a_gap_are_recorded_with_both_ends(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    holed = altered(edges=(Edge("zero", -5.0, -9.0, False),))
    record.record(root, entry, holed)
    at_the_end = altered(edges=(Edge("zero", 5.0, FORMATS["float64"].largest, False),))
    assert record.record(root, entry, at_the_end)
    assert record.problems(root, entry, at_the_end) == [], "the largest number is not read as an infinity"
    record.record(root, entry, holed)
    assert "zero: [[-5, -9]]" in (root / "snippets/demo/audit.yml").read_text()
    assert record.problems(root, entry, holed) == []
    assert len(record.problems(root, entry, altered(edges=(Edge("zero", -5.0, -10.0, False),)))) == 1
    assert len(record.problems(root, entry, altered(edges=(Edge("zero", -5.0, -9.0, True),)))) == 1


def test_a_broken_record_is_named(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    record.record(root, entry, example())
    file = root / "snippets/demo/audit.yml"
    file.write_text(file.read_text().replace("error: 1.5", "errorr: 1.5"))
    with pytest.raises(SourceError, match=r"snippets/demo/audit\.yml:\d+"):
        record.problems(root, entry, example())
    assert record.record(root, entry, example())


def test_an_audit_is_kept_and_read_without_any_library(
    demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, entry = demo
    asked = []

    def run(root: Path, module: str, job: jobs.Job, answer: Any, *_: Any) -> Any:
        asked.append(job.about.partition(" ")[0])
        return answered(audit_worker.answer, job, answer)

    monkeypatch.setattr(jobs, "ask", run)
    monkeypatch.setattr(measuring, "PRECISION", {"float16": 11, "float64": 53})
    monkeypatch.setattr(audit_worker, "FORMATS", {name: FORMATS[name] for name in ("float16", "float64")})
    first = audit.audit(root, entry)
    assert asked.count("library") == 1
    again = audit.audit(root, entry)
    assert asked == ["outline", "exact", "exact", "library"], "nothing is measured twice"
    assert json.dumps(dataclasses.asdict(again)) == json.dumps(dataclasses.asdict(first))

    code = (
        "import sys; from pathlib import Path; from engine.accuracy import audit, record\n"
        "from engine.render import accuracy as audit_fragments; from engine.sources import definition\n"
        "root = Path(sys.argv[1]); entry = definition.read(root, 'demo'); result = audit.audit(root, entry)\n"
        "record.record(root, entry, result); assert record.problems(root, entry, result) == []\n"
        "audit_fragments.audit_fragments(entry, result, 'zh')\n"
        "print(sorted({'numpy', 'scipy', 'sympy', 'flint', 'mpmath', 'matplotlib', 'torch', 'jax'} & set(sys.modules)))"
    )
    path = str(Path(audit.__file__).parents[2])
    run_ = subprocess.run([sys.executable, "-c", code, str(root)], cwd=path, capture_output=True, text=True, check=True)
    assert run_.stdout == "[]\n"

    changed = dataclasses.replace(entry, expression="tanh(x) + 0*x")
    assert measuring._key(changed) != measuring._key(entry)
    assert measuring._key(entry, measuring.Conditions({"ATEN_CPU_CAPABILITY": "default"})) != measuring._key(entry)
    monkeypatch.setattr(frameworks, "version", lambda name: "other")
    assert measuring._key(entry) != measuring._key(dataclasses.replace(entry, apis=()))


def test_what_cannot_run_is_said(demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch) -> None:
    root, entry = demo
    with pytest.raises(
        SourceError, match=r"audit \(outline\): its process ended with status 1[\s\S]*y is not understood"
    ):
        audit.audit(root, dataclasses.replace(entry, expression="x + y"))
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "SECONDS", 1)
        with pytest.raises(SourceError, match="still running after 1 s of processor time"):
            audit.audit(root, entry)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "WALL_SECONDS", 0.01)
        with pytest.raises(SourceError, match=r"still running after 0\.01 s"):
            audit.audit(root, entry)
    monkeypatch.setattr(frameworks, "installed", lambda module: module != "flint")
    with pytest.raises(SourceError, match=r"snippets/demo/definition\.yml: the audit needs flint, not installed"):
        audit.audit(root, entry)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_fragments_show_every_row_and_fault(demo: tuple[Path, definition.Definition], language: str) -> None:
    texts = audit_fragments(demo[1], example(), language)
    assert set(texts) == {"audit.md", "audit_plot.md", "parts.md"}
    assert "| NumPy | float32 | 1.5 <small>" in texts["audit.md"]
    assert "−103.9" in texts["audit.md"]
    assert "float16" in texts["audit.md"], "what integers give"
    notable = audit_fragments(demo[1], altered(max_error=spot(9.0)), language)["audit.md"]
    assert "0.5000005" in notable, "the result of a notable error"
    fine = audit_fragments(demo[1], altered(max_error=Spot(9.0, 2.0, 0.5000000000000001, 0.5)), language)["audit.md"]
    assert "0.50000000" not in fine, "too many digits for a table"
    assert "- NumPy" in texts["parts.md"]
    assert "2 ulp" in texts["parts.md"]
    assert not any("{" in text for text in texts.values()), "a template is left"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_fault_has_its_words(demo: tuple[Path, definition.Definition], language: str) -> None:
    row = example().rows[0]
    faults = {
        "alone": Apart(3.0, 1.0, 0.25, 0.75),
        "step": step(9.0),
        "drop": step(9.0),
        "infinity": Spot(float("inf"), float("inf"), 7.0, 8.0),
        "nan lost": Spot(float("inf"), float("nan"), 7.0, float("nan")),
    }
    for kind in KINDS:
        fault = faults.get(kind, spot(9.0))
        flag = Flag(row.name, "float32", 1, kind, "some text: more", ("left", "tail"), fault)
        text = audit_fragments(demo[1], dataclasses.replace(example(), flags=(flag,)), language)["parts.md"]
        heading, item = text.strip().split("\n\n")[1:]
        assert heading.startswith("**")
        assert item.startswith("- `numpy.f`" if kind == "default" else "- NumPy")
        assert "some text" in item or kind not in ("refused", "dtype", "default", "integer", "no derivative")
        assert "{" not in text


def test_an_error_is_left_out_only_beside_a_step_of_its_size(demo: tuple[Path, definition.Definition]) -> None:
    def shown(*flags: Flag) -> str:
        return audit_fragments(demo[1], dataclasses.replace(example(), flags=flags), "en")["parts.md"]

    def flag(kind: str, fault: Any, side: str = "right") -> Flag:
        return Flag("numpy.f", "float32", 0, kind, "", (side, "tail"), fault)

    jump = flag("step", Step(50.0, spot(0.5, 20.0), spot(50.0, 20.0001)))
    assert "20.0001" not in shown(jump, flag("error", spot(50.0, 20.0001)))
    assert "20.0001" in shown(jump, flag("error", spot(500.0, 20.0001))), "of another size"
    assert "at 30" in shown(jump, flag("error", spot(50.0, 30.0))), "elsewhere"
    zero = flag("zero", Spot(1e7, 40.0, 0.0, 1e-3))
    assert "at 30" in shown(zero, flag("error", spot(50.0, 30.0))), "a zero hides nothing"
    assert "at −30" in shown(flag("error", spot(500.0, 31.0)), flag("error", spot(50.0, -30.0), "left")), "other side"


def test_zeros_are_said_to_go_on_only_if_they_do(demo: tuple[Path, definition.Definition]) -> None:
    text = audit_fragments(demo[1], altered(edges=(Edge("zero", -5.0, -9.0, True),)), "en")["audit.md"]
    assert "0 from −5 " in text
    text = audit_fragments(demo[1], altered(edges=(Edge("zero", -5.0, -9.0, False),)), "en")["audit.md"]
    assert "0 from −5" not in text
    assert "0 in places from −5 to −9" in text
    both = (Edge("nan", 0.0, -4.0, False), Edge("nan", -5.0, -5.0, False), Edge("nan", -9.0, -3e38, True))
    text = audit_fragments(demo[1], altered(edges=both), "en")["audit.md"]
    assert "nan from 0 to −4, nan at −5, nan from −9 " in text


#: The least number of float32, and where a hundredth of a number rounds to 0.
LEAST, HUNDREDTH = 2.0**-149, 50 * 2.0**-149


@pytest.mark.parametrize(
    ("best", "edge", "told"),
    [
        ((), (LEAST, LEAST), False),  # of no other number
        ((), (LEAST, 2 * LEAST), True),
        ((LEAST, HUNDREDTH), (LEAST, HUNDREDTH), False),  # as it has to be
        ((LEAST, HUNDREDTH), (2 * LEAST, HUNDREDTH / 2), False),
        ((LEAST, HUNDREDTH), (LEAST, 2.0**-126), True),  # subnormal numbers are lost
        ((LEAST, HUNDREDTH), (-LEAST, -HUNDREDTH), True),  # on the other side
        ((100.0, FORMATS["float32"].largest), (103.0, FORMATS["float32"].largest), True),  # to the end: there it ends
    ],
)
def test_zeros_that_are_passed_are_no_end(
    demo: tuple[Path, definition.Definition], best: tuple[float, ...], edge: tuple[float, ...], told: bool
) -> None:
    last = FORMATS["float32"].largest
    whole = altered(edges=(Edge("zero", *edge, edge[1] == last),))
    (accuracy,) = whole.nearest["float32"]
    exact = dataclasses.replace(accuracy, edges=(Edge("zero", *best, best[1] == last),) if best else ())
    text = audit_fragments(demo[1], dataclasses.replace(whole, nearest={"float32": (exact,)}), "en")["audit.md"]
    (row,) = [line for line in text.splitlines() if line.startswith("| NumPy | float32 |") and "int8" in line]
    assert ("| 0 " in row) == told


def test_the_first_record_needs_no_record(
    demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = demo
    monkeypatch.chdir(root)
    monkeypatch.setattr(audit, "audits", lambda *_: [example()])
    file = root / "snippets/demo/audit.yml"
    assert main(["check", "snippets/demo/audit.yml"]) == 1
    assert capsys.readouterr().out.startswith("snippets/demo/audit.yml: no recorded audit")
    assert main(["record", "snippets/demo/audit.yml"]) == 0
    assert capsys.readouterr().out == "snippets/demo/audit.yml: recorded\n0 snippets run, 0 failed, 1 recorded\n"
    assert file.is_file()
    assert main(["check", "snippets/demo/audit.yml"]) == 0


def test_nothing_is_measured_against_a_definition_that_does_not_hold(
    demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, entry = demo
    text = (root / entry.path).read_text()
    (root / entry.path).write_text(text.replace("1 - tanh(x)**2", "1 + tanh(x)**2"))
    monkeypatch.chdir(root)
    monkeypatch.setattr(measuring, "measure", lambda *_: pytest.fail("it was measured"))
    assert main(["record", "snippets/demo/audit.yml"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("snippets/demo/definition.yml:4: derivative: ")
    assert out.endswith("0 snippets run, 1 failed, 0 recorded\n")
    assert not (root / "snippets/demo/audit.yml").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("snippets/none/audit.yml", "snippets/none/audit.yml: belongs directly into the folder of a function"),
        ("snippets/demo/claims/audit.yml", "snippets/demo/claims/audit.yml: belongs directly into the folder"),
        ("snippets/plain/audit.yml", "no name in snippets/plain/definition.yml says `audit: true`"),
        ("snippets/empty/audit.yml", "snippets/empty/definition.yml: missing: every function needs its definition"),
    ],
)
def test_an_audit_that_cannot_be(
    demo: tuple[Path, definition.Definition],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    path: str,
    said: str,
) -> None:
    root, entry = demo
    (root / "snippets/empty").mkdir()
    (root / "snippets/plain").mkdir()
    text = (root / entry.path).read_text()
    (root / "snippets/plain/definition.yml").write_text(text.replace(", audit: true", ""))
    monkeypatch.chdir(root)
    assert main(["record", path]) != 0
    assert said in capsys.readouterr().err
