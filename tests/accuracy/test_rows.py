"""The accuracy of functions of vectors: each group of vectors shows the fault that it is there for."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.accuracy.formats import FORMATS
from engine.accuracy.jobs import Rows
from engine.accuracy.measuring import USUAL
from engine.accuracy.results import apart
from engine.accuracy.rows import measuring, record
from engine.accuracy.rows.exact import RowOracle
from engine.accuracy.rows.results import VectorMeasurement
from engine.accuracy.rows.suite import GROUPS, LONG, suite
from engine.accuracy.rows.worker import answer
from engine.render.row_accuracy import WORDS, row_fragments
from engine.run import isolation
from engine.sources import definition

ROOT = Path(__file__).parents[2]
SOFTMAX = definition.read(ROOT, "softmax")
GLU = definition.read(ROOT, "glu")
SHIFTED = "(lambda e: e / e.sum(-1, keepdims=True))(numpy.exp(x - x.max(-1, keepdims=True)))"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("oracle")


@pytest.fixture
def measured(cache):
    def measured(call, name="numpy.exp", entry=SOFTMAX, backend="numpy"):
        formulas = entry.expression, entry.derivative, entry.defaults, entry.entries
        with np.errstate(all="ignore"):  # as the worker does
            return {row.dtype: row for row in answer(Rows(*formulas, str(cache), backend, ((name, call),)))}

    return measured


def sizes(row, order=0):
    return {group.name: group.worst.size if group.worst else 0.0 for group in row.groups if group.order == order}


def test_every_entry_is_a_number_of_the_format():
    for format in FORMATS.values():
        for name, vectors in suite("n/2", format).items():
            assert vectors, name
            entries = np.array([x for vector in vectors for x in vector])
            finite = entries[np.isfinite(entries)]
            assert (format.values(format.ordinals(finite)) == finite).all()
            assert np.isfinite(entries).all() == (name != "masked")
            assert {len(vector) % 2 for vector in vectors} == {0}
            assert all(len(vector) == LONG for vector in vectors) == (name == "long")
    assert {len(vector) for vector in suite("n", FORMATS["float32"])["ordinary"]} == {1, 2, 3, 8}


def test_exact_values_are_those_of_another_library():
    import mpmath

    oracle = RowOracle(SOFTMAX.expression, SOFTMAX.derivative, {}, SOFTMAX.entries)
    x = (1.5, -2.0, 800.0)
    with mpmath.workdps(60):
        powers = [mpmath.exp(mpmath.mpf(value)) for value in x]
        y = [power / sum(powers) for power in powers]
        slopes = [y[1] * ((j == 1) - y[j]) for j in range(3)]
    found = oracle.values([x]).rounded(FORMATS["float64"])
    assert [float(value) for value in y] == found.tolist()
    found = oracle.derivatives([x], 2).rounded(FORMATS["float64"])
    assert [float(value) for value in slopes] == pytest.approx(found.tolist(), rel=1e-15)


def test_what_is_exact_is_kept(tmp_path):
    vectors = [(0.5, 1.0, -2.0, 700.0), (-math.inf, 0.0, 1.0, 2.0)]
    first = RowOracle(SOFTMAX.expression, SOFTMAX.derivative, {}, SOFTMAX.entries, tmp_path)
    value, slope = first.values(vectors), first.derivatives(vectors, 2)
    first.save()
    again = RowOracle(SOFTMAX.expression, SOFTMAX.derivative, {}, SOFTMAX.entries, tmp_path)
    again.balls = None  # nothing is computed
    for one, other in ((value, again.values(vectors)), (slope, again.derivatives(vectors, 2))):
        assert [getattr(one, name).tolist() for name in ("high", "low", "exponent")] == [
            getattr(other, name).tolist() for name in ("high", "low", "exponent")
        ]


def test_a_good_form_has_small_errors(measured):
    found = measured(SHIFTED)
    for dtype in ("float32", "float64"):
        assert max(size for name, size in sizes(found[dtype]).items() if name not in ("large", "long")) < 8
        assert found[dtype].no_gradient


@pytest.mark.parametrize(
    ("call", "group"),
    [
        ("numpy.exp(x) / numpy.exp(x).sum(-1, keepdims=True)", "large"),  # overflows
        (SHIFTED.replace("x.max(-1, keepdims=True)", "x[..., :1]"), "large"),
        (SHIFTED.replace("x - x", "x.clip(-1e3) - x"), "none"),  # a mask that becomes a large number does no harm
        (SHIFTED.replace("numpy.exp(x -", "numpy.exp(0 * x + x -"), "masked"),  # nan for −∞
        (SHIFTED + " * (1 - 2**-7)", "equal"),
        (SHIFTED + " * (1 + abs(x) / 64)", "ordinary"),
        (SHIFTED.replace("e.sum(-1, keepdims=True)", "e[..., :32].sum(-1, keepdims=True)"), "long"),
    ],
)
def test_each_group_shows_its_fault(measured, call, group):
    row = measured(call)["float32"]
    wrong = {name for name, size in sizes(row).items() if size > 1000}
    assert group in wrong or (group == "none" and not wrong)
    if group in ("long", "masked"):
        assert wrong == {group}


def test_another_axis_or_shape(measured):
    assert sizes(measured(SHIFTED.replace("-1", "0"))["float32"])["ordinary"] > 1000
    assert "returns an array of shape" in measured(SHIFTED + "[..., :1]")["float32"].refused
    assert measured(SHIFTED + ".astype('float64')")["float32"].returns == "float64"
    assert measured("numpy.nothing(x)")["float32"].refused.startswith("AttributeError")


def test_derivatives_of_each_entry(measured):
    torch = "torch.nn.functional.softmax"
    good = measured(f"{torch}(x, dim=-1)", torch, backend="torch")["float64"]
    assert sizes(good, 1)["equal"] < 4
    assert "long" not in sizes(good, 1)
    detached = measured(f"{torch}(x - x.max(-1, keepdim=True).values.detach() * 2, dim=-1)", torch, backend="torch")
    assert sizes(detached["float64"], 1)["equal"] < 4  # a shift of all changes nothing
    wrong = measured(f"(lambda y: y * y.sum().detach() / y.sum().detach())({torch}(x, dim=-1)) + 0 * x.sum()", torch)
    assert wrong["float64"].refused  # no array of NumPy
    stopped = measured(f"{torch}(x, dim=-1).detach()", torch, backend="torch")["float64"]
    assert "grad" in stopped.no_gradient


def test_halves(measured):
    call = "x[..., : x.shape[-1] // 2] / (1 + numpy.exp(-x[..., x.shape[-1] // 2 :]))"
    found = measured(call, entry=GLU)["float64"]
    assert max(sizes(found).values()) < 8
    other = call.replace("x[..., : x.shape[-1] // 2] /", "x[..., ::2] /")
    assert sizes(measured(other, entry=GLU)["float64"])["ordinary"] > 1000


def test_the_record(measured, tmp_path):
    row = measured(SHIFTED)["float32"]
    found = VectorMeasurement("softmax", (row,), {"NumPy": "2"}, "here")
    file = tmp_path / "snippets/softmax/audit.yml"
    file.parent.mkdir(parents=True)
    assert [problem.reason for problem in record.problems(tmp_path, SOFTMAX, found)] == ["no recorded audit"]
    assert record.record(tmp_path, SOFTMAX, found)
    assert not record.record(tmp_path, SOFTMAX, found)
    assert record.problems(tmp_path, SOFTMAX, found) == []
    size = sizes(row)["long"]
    text = file.read_text()
    assert size > 4
    (line,) = [line for line in text.splitlines() if "long" in line]
    file.write_text(text.replace(line, line.replace("long: ", "long: 3")))
    (problem,) = record.problems(tmp_path, SOFTMAX, found)
    assert problem.reason == "accuracy: numpy.exp: float32: value: long is something else"
    assert problem.line == text.splitlines().index(line) + 1
    file.write_text(text.replace("ordinary", "odinary"))
    with pytest.raises(record.SourceError):
        record.problems(tmp_path, SOFTMAX, found)
    assert record.record(tmp_path, SOFTMAX, found)  # an unreadable record is replaced


def test_the_page(measured):
    rows = tuple(measured(SHIFTED.replace("numpy.exp(x -", "numpy.exp(0 * x + x -")).values())
    found = VectorMeasurement("softmax", rows, {}, "")
    for language, words in WORDS.items():
        texts = row_fragments(SOFTMAX, found, language)
        assert "**∞**" in texts["audit.md"]
        assert words["group value"].format(group=words["masked"]) in texts["parts.md"]
        assert "nan" in texts["parts.md"]
    fine = VectorMeasurement("softmax", (), {}, "")
    parts = row_fragments(SOFTMAX, fine, "en")["parts.md"]
    assert parts.startswith("No error of more than 4 ulp.\n\n**Names whose defaults differ**")
    assert "- `tensorflow.nn.softmax`: `axis=None`\n- `keras.activations.softmax`: `axis=-1`" in parts
    assert set(WORDS["en"]) == set(WORDS["zh"]) >= set(GROUPS)


def test_what_is_kept_hangs_on_no_folder(monkeypatch):
    def key():
        return measuring._key(SOFTMAX, USUAL)

    before = key()
    monkeypatch.setitem(isolation.ENVIRONMENT, "MATPLOTLIBRC", "/another/place/figure.mplstyle")
    assert key() == before
    monkeypatch.setitem(isolation.ENVIRONMENT, "OMP_NUM_THREADS", "2")
    assert key() != before
    monkeypatch.undo()
    assert measuring._key(SOFTMAX, replace(USUAL, variables={"A": "1"})) != before
    assert measuring._key(replace(SOFTMAX, derivative="0"), USUAL) != before


def test_two_names_of_a_library_are_told_apart(measured):
    rows = [*measured(SHIFTED).values(), *measured(SHIFTED, "numpy.exp2").values()]
    assert {row.library for row in apart(rows)} == {"NumPy `exp`", "NumPy `exp2`"}
