"""Public names are checked: a wrong default, a name that does not exist, or another function is caught."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.base.errors import Problem
from engine.base.store import Store
from engine.names import check as apis
from engine.render.names import names_fragments
from engine.run.runner import Result, Runner
from engine.sources import definition, topics
from engine.sources.definition import Api, Learned

ROOT = Path(__file__).parents[2]
SOFTPLUS = definition.read(ROOT, "softplus")
SAMPLES = (((-2.0,), (0.12692801104297263,)), ((0.0,), (0.6931471805599453,)), ((25.0,), (25.00000000001389,)))


@pytest.fixture(scope="module")
def runner():
    with Runner() as runner:
        yield runner


@pytest.fixture
def ask(runner, tmp_path):
    def ask(*changed, samples=SAMPLES):
        (answer,) = apis.check(ROOT, [(replace(SOFTPLUS, apis=changed), samples)], runner, Store(tmp_path))
        return answer

    return ask


def api(name, call="", defaults=None):
    return Api(name, call or f"{name}(x)", defaults or {}, False)


def test_all_names_of_the_site(runner):
    ((found, problems),) = apis.check(ROOT, [(SOFTPLUS, SAMPLES)], runner, Store(ROOT / ".cache" / "runs"))
    assert problems == []
    assert [(item.name, item.defaults) for item in found] == [(item.name, item.defaults) for item in SOFTPLUS.apis]
    assert all(item.version[0].isdigit() for item in found)


DEFAULTS = {"beta": 1, "threshold": 20}
WRONG = {
    "a wrong default": (
        api("torch.nn.functional.softplus", "", DEFAULTS | {"threshold": 30}),
        "installed: beta=1, thr",
    ),
    "a missing default": (api("torch.nn.functional.softplus", "", {"beta": 1}), "has other optional arguments"),
    "no defaults": (api("torch.nn.functional.softplus"), "defined:   none"),
    "one too many": (api("torch.nn.functional.softplus", "", DEFAULTS | {"out": None}), "has other optional arguments"),
    "a default of another type": (
        api("torch.nn.Softplus", "torch.nn.Softplus()(x)", {"beta": 1, "threshold": 20}),
        "installed: beta=1.0, threshold=20.0",
    ),
    "no such name": (api("torch.nn.functional.softpluss"), "does not exist"),
    "no such module": (api("scipy.specials.softplus"), "does not exist"),
    "another function": (api("torch.nn.functional.softsign"), "computes something else at x = -2"),
    "other arguments": (
        api("torch.nn.functional.softplus", "torch.nn.functional.softplus(x, 2)", DEFAULTS),
        "computes something else",
    ),
    "not to be called so": (api("numpy.logaddexp", "numpy.logaddexp(x)"), "cannot be called as numpy.logaddexp(x)"),
    "one value for all": (api("numpy.logaddexp", "[0.6931471805599453]"), "gives an array of shape (1,), not (3,)"),
    "a crash": (api("numpy.logaddexp", "__import__('os')._exit(3)"), "called os._exit(3)"),
    "an unknown library": (api("theano.softplus"), "theano is not a library"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(ask, name):
    wrong, reason = WRONG[name]
    _, (problem,) = ask(wrong)
    assert reason in str(problem)
    line = next(i for i, row in enumerate(rows(), 1) if row.startswith("apis:"))
    assert (problem.path, problem.line) == ("snippets/softplus/definition.yml", line + 1)


def rows():
    return (ROOT / SOFTPLUS.path).read_text(encoding="utf-8").splitlines()


def test_line_of_each(ask):
    _, problems = ask(api("numpy.logaddexp", "numpy.logaddexp(0, x)"), api("numpy.softplus"), api("numpy.relu"))
    assert [rows()[problem.line - 1].split("name: ")[1].split(",")[0].strip("}") for problem in problems] == [
        item.name for item in SOFTPLUS.apis[1:3]
    ]


def test_not_installed(ask, monkeypatch):
    monkeypatch.setattr(apis.frameworks, "installed", lambda module: module != "torch")
    found, (problem,) = ask(api("torch.nn.Softplus"), api("numpy.logaddexp", "numpy.logaddexp(0, x)"))
    assert "torch is not installed" in str(problem)
    assert [item.name for item in found] == ["numpy.logaddexp"]


def test_without_samples_the_rest_is_checked(ask):
    _, problems = ask(api("torch.nn.functional.softsign"), samples=())
    assert problems == []


def test_kept(tmp_path, runner):
    store = Store(tmp_path)
    changed = replace(SOFTPLUS, apis=(api("numpy.logaddexp", "numpy.logaddexp(0, x)"),))
    first = apis.check(ROOT, [(changed, SAMPLES)], runner, store)
    with Runner() as idle:
        idle.run = None  # what is kept is not asked again
        assert apis.check(ROOT, [(changed, SAMPLES)], idle, store) == first


class Counting(Runner):
    """Counts what it runs."""

    runs = 0

    def run(self, snippets, done=None):
        snippets = list(snippets)
        self.runs += len(snippets)
        super().run(snippets, done)


def test_libraries_are_asked_about_all_definitions_at_once(tmp_path):
    names = ("numpy.exp", "numpy.tanh", "numpy.no_such_name")
    asked = [(replace(SOFTPLUS, apis=(api(name),)), (((0.5,), (2.0,)),)) for name in names]
    with Counting() as runner:
        store = Store(tmp_path)
        together = apis.check(ROOT, asked, runner, store)
        assert runner.runs == 1
        assert apis.check(ROOT, asked, runner, store) == together
        assert [apis.check(ROOT, [one], runner, store)[0] for one in asked] == together
        assert runner.runs == 1, "each is kept by itself"
        alone = [apis.check(ROOT, [one], runner, Store(tmp_path / "alone"))[0] for one in asked]
        assert alone == together
        runner.runs = 1
        asked[1] = (asked[1][0], (((1.0,), (math.tanh(1.0),)),))
        changed = apis.check(ROOT, asked, runner, store)
        assert runner.runs == 2
        assert [bool(problems) for _, problems in changed] == [True, False, True]


def test_one_that_brings_the_run_down_does_not_take_the_others_with_it(tmp_path):
    crash = api("numpy.exp", "__import__('os')._exit(3)")
    fine = api("numpy.exp", "numpy.exp(x)")
    asked = [(replace(SOFTPLUS, apis=(one,)), (((0.0,), (1.0,)),)) for one in (fine, crash)]
    with Counting() as runner:
        (_, good), (_, bad) = apis.check(ROOT, asked, runner, Store(tmp_path))
    assert good == []
    assert "called os._exit(3) before its end" in str(bad[0])
    assert runner.runs == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_fragment(ask, language):
    found, _ = ask(api("torch.nn.functional.softplus", "", DEFAULTS), api("numpy.logaddexp", "numpy.logaddexp(0, x)"))
    text = names_fragments(SOFTPLUS, found, [], language, {})["apis.md"]
    assert "| PyTorch | `torch.nn.functional.softplus` | `beta=1, threshold=20` | 2." in text
    assert "| NumPy | `numpy.logaddexp` | – | 2." in text


def test_what_a_library_says_of_a_failure_stands_in_lines_of_its_own() -> None:
    problem = Problem("a.py", "ended by SIGSEGV", detail="first\nsecond")
    asked = Api("numpy.tanh", "numpy.tanh(x)", {}, False)
    (answer,) = apis._answers(Result("", problem=problem), 1)
    (fault,) = apis._faults(asked, answer, [], of_vector=False)
    assert fault == ["does not exist", "  ended by SIGSEGV\n  first\n  second"]


MISH = definition.read(ROOT, "mish")
OF_MISH = (((0.0,), (0.0,)), ((1.0,), (0.8650983882673103,)))


def test_what_is_written_where_a_library_has_no_name_is_compared_too(runner, tmp_path):
    assert {*topics.lacking(ROOT, MISH)} == {"numpy", "tensorflow"}
    ((found, problems),) = apis.check(ROOT, [(MISH, OF_MISH)], runner, Store(tmp_path))
    assert not problems
    assert [item.name for item in found] == [item.name for item in MISH.apis]
    other = replace(MISH, instead=MISH.instead | {"numpy": "x*numpy.tanh(-scipy.special.log_expit(-x))"})
    assert apis.check(ROOT, [(other, OF_MISH)], runner, Store(tmp_path))[0][1] == []
    wrong = replace(MISH, instead={"numpy": "x*numpy.tanh(x)", "tensorflow": "tensorflow.nn.softpluss(x)"})
    ((found, problems),) = apis.check(ROOT, [(wrong, OF_MISH)], runner, Store(tmp_path))
    numpy, tensorflow = sorted(problem.reason for problem in problems)
    assert numpy == "what is written in NumPy, which has no name for it, computes something else at x = 1"
    assert tensorflow.startswith("what is written in TensorFlow, which has no name for it, cannot be called as tensor")
    assert {problem.line for problem in problems} == {MISH.line("instead")}


def test_what_a_formula_loses_that_cancels_is_no_other_function(ask):
    def given(value):
        return ask(api("numpy.positive"), samples=(((-29.5,), (value,)),))[1]

    assert not ask(api("numpy.positive", "0*x"), samples=(((-29.5,), (1e-190,)),))[1]
    assert given(-29.5 * (1 + 1e-6)) == []
    assert "computes something else" in given(-29.5 * (1 + 1e-4))[0].reason


SOFTMAX = definition.read(ROOT, "softmax")
OF_SOFTMAX = (((0.0, 0.0), (0.5, 0.5)), ((2.0, 0.0), (0.8807970779778823, 0.11920292202211755)))


def test_a_function_of_a_vector_is_called_on_rows(runner, tmp_path):
    def given(*apis_of_it):
        changed = replace(SOFTMAX, apis=(*SOFTMAX.apis, *apis_of_it))
        ((_, problems),) = apis.check(ROOT, [(changed, OF_SOFTMAX)], runner, Store(tmp_path))
        return [problem.reason for problem in problems]

    softmax = {"dim": None, "dtype": None}
    name = "torch.nn.functional.softmax"
    assert given(api(name, f"{name}(x, dim=-1)", softmax)) == []
    assert given(api(name, f"{name}(x, dim=0)", softmax)) == [f"{name} computes something else at x = 0, 0"]
    assert given(api(name, f"{name}(x, dim=-1)[:, :1]", softmax)) == [
        f"{name} gives an array of shape (2, 1), not (2, 2)"
    ]


PRELU, RRELU, GELU = (definition.read(ROOT, name) for name in ("prelu", "rrelu", "gelu"))


def samples_of(expression):
    xs = [k / 4 for k in range(-12, 13)]
    return tuple(((x,), (expression(x),)) for x in xs)


OF_PRELU = samples_of(lambda x: max(x, 0) + min(x, 0) / 4)
OF_RRELU = samples_of(lambda x: max(x, 0) + min(x, 0) * (1 / 8 + 1 / 3) / 2)
OF_GELU = samples_of(lambda x: x * math.erfc(-x / math.sqrt(2)) / 2)
OF_TANH = samples_of(lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2)


@pytest.fixture
def asked(runner, tmp_path):
    def asked(entry, samples, variants=None):
        function = entry.path.parts[1]
        ((found, problems),) = apis.check(
            ROOT, [(entry, samples)], runner, Store(tmp_path), {function: variants} if variants else {}
        )
        return {one.name: one for one in found}, problems

    return asked


def test_a_name_is_told_that_is_something_else_by_default(asked):
    found, problems = asked(GELU, OF_GELU, {"gelu_tanh": OF_TANH})
    assert problems == []
    assert {name: one.alone for name, one in found.items()} == {
        "torch.nn.functional.gelu": "gelu",
        "torch.nn.GELU": "gelu",
        "tensorflow.nn.gelu": "gelu",
        "keras.activations.gelu": "gelu",
        "keras.ops.gelu": "gelu_tanh",
        "jax.nn.gelu": "gelu_tanh",
    }
    found, _ = asked(GELU, OF_GELU)
    assert found["jax.nn.gelu"].alone == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_says_which_names_are_something_else_by_default(asked, language):
    found, _ = asked(GELU, OF_GELU, {"gelu_tanh": OF_TANH})
    tanh = definition.read(ROOT, "gelu_tanh")
    text = names_fragments(GELU, [*found.values()], [tanh], language, {})["apis.md"]
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert [line.split("`")[1::2] for line in lines] == [
        ["keras.ops.gelu", "keras.ops.gelu(x, approximate=False)"],
        ["jax.nn.gelu", "jax.nn.gelu(x, approximate=False)"],
    ]
    assert all("[GELU (tanh)](gelu_tanh.md)" in line for line in lines)


def test_what_layers_learn(asked):
    found, problems = asked(PRELU, OF_PRELU)
    assert problems == []
    assert {name: one.alone for name, one in found.items()} == {
        "torch.nn.functional.prelu": None,
        "torch.nn.PReLU": "prelu",
        "keras.layers.PReLU": "",
    }
    text = names_fragments(PRELU, [*found.values()], [], "en", {})["learned.md"]
    assert "| `torch.nn.PReLU` | 1 | 0.25 |" in text
    assert "| `keras.layers.PReLU` | 3 × 4 | 0 |" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_says_what_is_else_by_default(asked, runner, tmp_path, language):
    def lines(entry, found):
        text = names_fragments(entry, found, [], language, {})["apis.md"]
        return {line.split("`")[1]: line for line in text.splitlines() if line.startswith("- ")}

    found, _ = asked(PRELU, OF_PRELU)
    (line,) = lines(PRELU, [*found.values()]).values()
    first = re.findall(r"−?[\d.]+(?=[ ,;，；])", line.split("`")[2])
    assert sorted(first) == sorted(["0", "−3", "−0.75"]), (
        "its start, the first x that tells it, and what is defined there"
    )
    found, _ = asked(RRELU, OF_RRELU)
    (line,) = lines(RRELU, [*found.values()]).values()
    assert not re.search(r"\d", line.split("`")[2]), "what is drawn is not shown"
    ((of_vector, _),) = apis.check(ROOT, [(SOFTMAX, OF_SOFTMAX)], runner, Store(tmp_path))
    said = lines(SOFTMAX, of_vector)
    assert {*said} == {one.name for one in of_vector if one.axis} >= {"torch.nn.Softmax", "scipy.special.softmax"}
    assert all(("three axes" if language == "en" else "三个轴") in line for line in said.values())


@pytest.mark.parametrize(
    ("name", "learned"),
    [
        ("torch.nn.PReLU", Learned((3, 4), 0.25)),
        ("torch.nn.PReLU", Learned((1,), 0.0)),
        ("torch.nn.PReLU", None),
        ("keras.layers.PReLU", Learned((1,), 0.0)),
        ("keras.layers.PReLU", Learned((3, 4), 0.25)),
        ("keras.layers.PReLU", None),
    ],
)
def test_another_number_or_start_of_parameters_is_refused(asked, name, learned):
    index = next(i for i, one in enumerate(PRELU.apis) if one.name == name)
    changed = [replace(one, learned=learned) if i == index else one for i, one in enumerate(PRELU.apis)]
    _, (problem,) = asked(replace(PRELU, apis=tuple(changed)), OF_PRELU)
    assert f"{name} learns something else" in problem.reason
    assert (problem.path, problem.line) == ("snippets/prelu/definition.yml", PRELU.line("apis", index))
    assert "installed: shape [" in problem.detail


def test_a_layer_that_learns_nothing_is_not_to_be_said_to(asked):
    learned = Learned((1,), 0.25)
    apis_of_it = [replace(one, learned=learned) if one.name == "torch.nn.GELU" else one for one in GELU.apis]
    _, (problem,) = asked(replace(GELU, apis=tuple(apis_of_it)), OF_GELU)
    assert "installed: nothing" in problem.detail


def test_what_is_drawn_in_training(asked):
    found, problems = asked(RRELU, OF_RRELU)
    assert problems == []
    assert found["torch.nn.RReLU"].alone == "", "as a layer, it is in training until it is told otherwise"
    assert found["torch.nn.functional.rrelu"].alone == "rrelu"
    assert found["torch.nn.RReLU"].differs is None, "what is drawn is another each time"


@pytest.mark.parametrize(
    ("training", "reason"),
    [
        ("torch.nn.functional.rrelu(x)", "draws from another distribution"),
        ("torch.nn.functional.rrelu(x, 0.125, 0.32, training=True)", "draws from another distribution"),
        ("torch.nn.functional.rrelu(x, 0.12, 0.3333, training=True)", "which is not between"),
        ("torch.nn.functional.rrelu(-x, training=True)", "which is not between"),
        ("torch.nn.functional.rrelu(x, upper=2, training=True)", "which is not between"),
        ("torch.nn.functional.rrelu(x, training='no')", "does not tell what it is in training"),
    ],
)
def test_another_law_than_the_one_that_is_stated_is_refused(asked, training, reason):
    _, problems = asked(replace(RRELU, apis=(replace(RRELU.apis[0], training=training),)), OF_RRELU)
    assert any(reason in str(problem) for problem in problems), problems
    assert {(one.path, one.line) for one in problems} == {("snippets/rrelu/definition.yml", RRELU.line("apis", 0))}


def test_training_that_is_not_stated_is_refused(asked):
    _, problems = asked(replace(RRELU, training=None), OF_RRELU)
    assert ["of which the definition says nothing" in str(problem) for problem in problems] == [True, True]


def test_an_axis_that_hangs_on_how_many_there_are_is_another_function(runner, tmp_path):
    ((found, problems),) = apis.check(ROOT, [(SOFTMAX, OF_SOFTMAX)], runner, Store(tmp_path))
    assert problems == []
    alone = {name.name: name.alone for name in found}
    assert alone["torch.nn.functional.softmax"] == ""  # without dim it takes the first of three axes
    assert alone["scipy.special.softmax"] == ""  # all axes
    assert alone["torch.softmax"] is None  # needs dim
    assert alone["tensorflow.nn.softmax"] == alone["jax.nn.softmax"] == "softmax"
