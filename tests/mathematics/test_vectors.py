"""Functions of vectors: their formulas are unrolled, and what is false for one length or one entry is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from engine.base.errors import SourceError
from engine.mathematics import facts, proofs, vectors
from engine.mathematics.derivation.report import verify
from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.tree import Apply, Number, Variable
from engine.mathematics.formula.unrolled import unrolled, value_of
from engine.sources import definition

ROOT = Path(__file__).parents[2]
SOFTMAX = definition.read(ROOT, "softmax")
GLU = definition.read(ROOT, "glu")
NAMES = {name: Variable(name) for name in ("x", "i", "j", "n")}


def formula(text, length, **whole):
    return unrolled(read(text, NAMES), {"x": length}, {"n": length, **whole})


@pytest.mark.parametrize("tex", ["f_i(x) > -0.001", "f_i(x) > -1", "f_i(x) < 2"])
def test_a_number_that_says_nothing_is_refused_of_vectors(tmp_path, tex):
    data = yaml.safe_load((ROOT / "snippets/softmax/facts.yml").read_text(encoding="utf-8"))
    data["facts"]["positive"]["tex"] = tex
    file = tmp_path / "snippets/softmax/facts.yml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    (fact,) = [one for one in facts.load(tmp_path, SOFTMAX) if one.id == "positive"]
    last = len(fact.check.steps) - 1
    (problem,) = verify(fact.check, only=last, symbolic=False).problems
    assert "says nothing with its" in problem.reason


def test_entries_become_variables():
    assert formula("x[i] + x[n]", 3, i=2) == Apply("+", (Variable("x_2"), Variable("x_3")))
    assert formula("Sum(x[k], (k, 1, n))", 2) == Apply("+", (Variable("x_1"), Variable("x_2")))
    assert formula("Max(x[k], (k, 1, n))", 1) == Variable("x_1")
    assert formula("x[i + n/2]", 4, i=1) == Variable("x_3")
    assert formula("Sum(x[k], (k, 1, 0))", 2) == Number("0")
    assert value_of(formula("n/2 + 1", 3)).as_integer_ratio() == (5, 2)


def test_conditions_on_indices_are_decided():
    text = "Piecewise((1, (i == j) & (n > 1)), (x[1], x[1] > x[i]), (0, True))"
    assert formula(text, 2, i=1, j=1) == Number("1")
    assert formula(text, 2, i=1, j=2) == Number("0")  # an entry is not greater than itself
    assert len(formula(text, 2, i=2, j=1).branches) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x[i + 1]", "a vector x of 2 entries has none at 3"),
        ("x[n/4]", "a vector x of 2 entries has none at 1/2"),
        ("exp(x)", "x is a vector; write one of its entries"),
        ("x[k]", "k is not understood"),
        ("Max(x[k], (k, 2, 1))", "the max of nothing"),
        ("Max(i, (k, 1, 2))", "Max(i, (k, 1, 2)) is not understood"),
        ("Sum(x[k], (k, 1, n/4))", "k goes from 1 to 1/2, which are no whole numbers"),
    ],
)
def test_what_has_no_meaning_is_refused(text, reason):
    with pytest.raises(FormulaError) as error:
        formula(text, 2, i=2)
    assert str(error.value) == reason


def test_the_lengths_that_are_looked_at():
    assert vectors.shapes("n") == [(1, 1), (2, 2), (3, 3), (8, 8)]
    assert vectors.shapes("n/2") == [(2, 1), (4, 2), (6, 3), (8, 4)]
    assert vectors.shapes("2*n")[-1] == (8, 16)
    for text in ("x", "n/5", "m"):
        with pytest.raises(FormulaError):
            vectors.shapes(text)


S = "Sum(exp(x[k]), (k, 1, n))"
WRONG = {
    "stable: another shift": {"stable": SOFTMAX.stable.replace("exp(x[i] - Max(x[k], (k, 1, n)))", "exp(x[i] - x[1])")},
    "stable: a sign": {"stable": SOFTMAX.stable.replace("exp(x[l] -", "exp(x[l] +")},
    "stable: overflows": {"stable": SOFTMAX.expression},
    "stable: wrong for the longest only": {"stable": f"Piecewise(({SOFTMAX.stable}, n < 5), (1/n, True))"},
    "derivative: without the difference of indices": {"derivative": f"exp(x[i])/{S}*(1 - exp(x[j])/{S})"},
    "derivative: a sign": {"derivative": SOFTMAX.derivative.replace("(0, True)) -", "(0, True)) +")},
    "derivative: of the other entry": {"derivative": SOFTMAX.derivative.replace(f"exp(x[i])/{S}*", f"exp(x[j])/{S}*")},
    "expression: an entry that is not there": {"expression": "exp(x[i + 1])/Sum(exp(x[k]), (k, 1, n))"},
    "entries: of another number": {"entries": "n/0"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_definition_of_a_vector_is_refused(name):
    problems = proofs.verify((ROOT, replace(SOFTMAX, **WRONG[name]))).problems
    which = name.partition(":")[0]
    assert problems, name
    assert any(problem.reason.startswith(f"{which}: ") for problem in problems) or which == "expression"
    assert all(problem.line for problem in problems)


def test_wrong_halves_are_refused():
    for changed in ({"derivative": GLU.derivative.replace("j == i + n/2", "j == i + 1")}, {"entries": "n"}):
        assert proofs.verify((ROOT, replace(GLU, **changed))).problems


def test_a_form_is_unstable_as_a_user_sees_it():
    (problem,) = proofs.verify((ROOT, replace(SOFTMAX, stable=SOFTMAX.expression))).problems
    assert "is nan in float64" in problem.reason
    assert "where the value is finite" in problem.reason


@pytest.fixture
def checked(tmp_path):
    """What is wrong with facts of Softmax, to which one is added."""

    def check(tex, when="", function="softmax", **variables):
        folder = tmp_path / "snippets" / function
        folder.mkdir(parents=True, exist_ok=True)
        own = ROOT / "snippets" / function
        (folder / "definition.yml").write_text((own / "definition.yml").read_text())
        data = yaml.safe_load((own / "facts.yml").read_text())
        data["facts"] = {name: data["facts"][name] for name in ("definition", "derivative")}
        data["facts"]["new"] = {"name": {"en": "New", "zh": "新"}, "tex": tex} | ({"when": when} if when else {})
        data["variables"] = {key: data["variables"][key] for key in "xnij"} | variables
        data["where"] = [text for text in data["where"] if "sigma" not in text or function == "glu"]
        (folder / "facts.yml").write_text(yaml.safe_dump(data, allow_unicode=True))
        try:
            loaded = facts.load(tmp_path, definition.read(tmp_path, function))
        except SourceError as error:
            return [problem.reason for problem in error.problems]
        return [problem.reason for problem in verify(loaded[-1].check).problems]

    return check


TRUE = [
    (r"\sum_{k=1}^{n} f_k(x) = 1", ""),
    (r"f_i(x) \le 1", ""),
    (r"f_i(x) < 1", r"n \ge 2"),
    (r"\frac{\partial}{\partial x_j} f_i(x) = \frac{\partial}{\partial x_i} f_j(x)", ""),
]
FALSE = [
    (r"\sum_{k=1}^{n} f_k(x) = n", "", "n = 2"),
    (r"f_i(x) < 1", "", "n = 1"),
    (r"f_i(x) > \frac{1}{n}", "", ""),
    (r"f_i(x) > f_j(x)", "x_i < x_j", ""),
    (r"\frac{\partial}{\partial x_j} f_i(x) > 0", "", ""),
    (r"f_i(x) (n-1)(n-2)(n-3) = 0", "", "n = 8"),
    (r"f_1(x) f_n(x) = f_n(x)^2", r"n \le 3", "n = 2"),
]


@pytest.mark.parametrize(("tex", "when"), TRUE)
def test_true_facts_of_vectors_hold(checked, tex, when):
    assert checked(tex, when) == []


@pytest.mark.parametrize(("tex", "when", "instance"), FALSE)
def test_false_facts_of_vectors_are_refused(checked, tex, when, instance):
    problems = checked(tex, when)
    assert problems
    assert all("statement 1, with n = " in reason for reason in problems), problems
    assert instance in problems[0]


def test_a_shift_by_a_number(checked):
    assert checked("f_i(x + c) = f_i(x)", c="real") == []
    assert checked("f_i(x - c) = f_i(x)", c="real") == []
    assert checked("f_i(c x) = f_i(x)", c="real")


def test_halves(checked):
    assert checked(r"f_i(x) < x_i", "x_i > 0", function="glu") == []
    assert checked(r"f_i(x) < x_i", function="glu")
    assert checked(r"f_{n/2}(x) = x_{n/2}\,\sigma(x_n)", function="glu") == []


@pytest.mark.parametrize(
    ("tex", "when", "reason"),
    [
        (r"f_i(x) = x_{n+1}", "", "new: a vector x of 1 entries has none at 2"),
        (r"f_i(x) = x", "", "new: x is a vector; write one of its entries"),
        (r"f_i(x) < 2", "n < 1", "new: n < 1 is never so, for the lengths that are looked at"),
        (r"f_i(x) = f_k(x)", "", "new, statement 1: put this in braces"),
        ("(0, 1)", "", "new, statement 1: a relation is missing"),
    ],
)
def test_facts_without_meaning_are_refused(checked, tex, when, reason):
    assert checked(tex, when)[0].startswith(reason)


def test_numbers_have_no_vectors():
    with pytest.raises(FormulaError):
        read("x[1]", {"x": Number("1")})


def test_a_declared_bound_holds_and_is_needed():
    """A power of the stable form is off by as many ulp as it multiplies the digits that are lost before."""
    powers = {
        "expression": f"({SOFTMAX.expression})**16",
        "stable": f"({SOFTMAX.stable})**16",
        "derivative": f"16*({SOFTMAX.expression})**15*({SOFTMAX.derivative})",
    }

    def reasons(within):
        prover = vectors.VectorProver(ROOT, replace(SOFTMAX, within=within, **powers))
        formulas = prover.read(NAMES)
        prover.part("stable", lambda: prover.stability(formulas["expression"], formulas["stable"]))
        return [problem.reason for problem in prover.problems]

    (found,) = reasons(0.0)
    assert found.startswith("stable: is not stable: ")
    needed = float(found.split()[4])
    assert reasons(1.5 * needed) == []
    assert reasons(0.9 * needed)[0].startswith("stable: is not stable")
    assert reasons(2.5 * needed)[0].startswith("within: says nothing")
