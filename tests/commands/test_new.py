"""A new function from its formula: what is found is written, the build is content with it, and nonsense is refused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from engine.__main__ import main
from engine.assemble.site import Site
from engine.commands.new import _unwritten
from engine.mathematics.suggested import Suggested, tex_of
from engine.run.runner import Runner
from engine.sources import coverage, definition
from engine.sources.definition import Parameter

ROOT = Path(__file__).parents[2]
CONFIG = """\
site_name: Scratch
nav:
  - Functions:
      - Other: functions/other.md
      - "Other: more": functions/other/more.md
  - Last: last.md
"""
COVERAGE = """\
modules: {torch.nn.functional: whole, torch.nn: whole}
not_yet:
  Softsign: [torch.nn.functional.softsign,
    torch.nn.Softsign]
  Threshold: [torch.nn.Threshold]
no_activation: []
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without functions, in two languages, that shows code of two frameworks."""
    for name in ("snippets", "docs/en", "docs/zh"):
        (tmp_path / name).mkdir(parents=True)
    for file in ("page.en.md", "page.zh.md", "new.en.md", "new.zh.md", "numpy/forward.py", "pytorch/forward.py"):
        (tmp_path / "topics" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "topics" / file, tmp_path / "topics" / file)
    for file in ("mkdocs.yml", "mkdocs.zh.yml"):
        (tmp_path / file).write_text(CONFIG, encoding="utf-8")
    absent = {"forward": {tab: {"en": "Not here.", "zh": "此处没有。"} for tab in ("tensorflow", "keras", "jax")}}
    (tmp_path / "topics/absent.yml").write_text(yaml.safe_dump(absent), encoding="utf-8")
    (tmp_path / coverage.FILE).write_text(COVERAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(name: str, expression: str, *more: str) -> int:
    return main(["new", name, expression, *more])


@pytest.fixture
def build(scratch: Path) -> Callable[[str], list[str]]:
    """Record a function and build: what is wrong then. Its accuracy is left out, which takes minutes to measure."""

    def build(function: str) -> list[str]:
        file = scratch / "snippets" / function / definition.FILE
        file.write_text(file.read_text(encoding="utf-8").replace(", audit: true", ""), encoding="utf-8")
        # Of all that the one module offers, this project tells nothing: the whole file does.
        (scratch / coverage.FILE).unlink()
        assert main(["record", f"snippets/{function}"]) == 0
        with Runner() as runner:
            problems = Site(scratch, runner).build()
        return [str(problem) for problem in problems]

    return build


def test_a_function_that_libraries_have(scratch: Path, build: Callable[[str], list[str]], capsys) -> None:
    assert new("softsign", "x/(1 + Abs(x))") == 0
    entry = definition.read(scratch, "softsign")
    assert [(api.name, api.call, api.audit) for api in entry.apis] == [
        ("torch.nn.functional.softsign", "torch.nn.functional.softsign(x)", True),
        ("torch.nn.Softsign", "torch.nn.Softsign()(x)", False),
    ]
    assert entry.name == "Softsign"
    facts = yaml.safe_load((scratch / "snippets/softsign/facts.yml").read_text(encoding="utf-8"))["facts"]
    assert {"definition", "derivative", "domain", "smoothness", "value-at-zero", "limit-left", "odd"} <= set(facts)
    assert "symmetry" not in facts, "it is not even"
    assert facts["smoothness"]["tex"] == r"C^{1}(\mathbb{R})"
    for file in ("mkdocs.yml", "mkdocs.zh.yml"):
        assert "other.md\n      - Softsign: functions/softsign.md\n" in (scratch / file).read_text(encoding="utf-8")
    left = yaml.safe_load((scratch / coverage.FILE).read_text(encoding="utf-8"))["not_yet"]
    assert left == {"Threshold": ["torch.nn.Threshold"]}, "it has a page now"
    assert "next: python -m engine record snippets/softsign" in capsys.readouterr().out
    assert build("softsign") == []
    page = (scratch / ".cache/fragments/en/softsign/page.md").read_text(encoding="utf-8")
    assert "softsign/apis.md" in page
    assert new("softsign", "x") == 2
    assert "there is snippets/softsign already" in capsys.readouterr().err


def test_a_function_that_no_library_has(scratch: Path, build: Callable[[str], list[str]]) -> None:
    assert new("squared_relu", "Max(x, 0)**2") == 0
    entry = definition.read(scratch, "squared_relu")
    assert (entry.name, entry.apis) == ("Squared relu", ())
    assert build("squared_relu") == []
    for language, said in (("en", "None. The code"), ("zh", "没有。下面的代码")):
        assert said in (scratch / f".cache/fragments/{language}/squared_relu/apis.md").read_text(encoding="utf-8")
    code = (scratch / ".cache/fragments/en/squared_relu/forward.md").read_text(encoding="utf-8")
    assert "return torch.clamp(x, min=0) ** 2" in code
    assert "return np.maximum(x, 0) ** 2" in code


REFUSED = {
    "a name that is none": (["Leaky ReLU", "x"], "is in small letters, digits and _"),
    "a word of Python": (["lambda", "x"], "is in small letters, digits and _"),
    "what does not parse": (["one", "x +"], "does not parse: invalid syntax, in column 4\n  x +\n     ^\n"),
    "an unknown function": (["one", "x + foo(x)"], "foo(x) is not understood, in column 5\n  x + foo(x)\n      ^\n"),
    "a parameter without a value": (["one", "alpha*x"], "alpha is not understood, in column 1"),
    "a parameter with no number": (
        ["one", "alpha*x", "alpha=small"],
        "'alpha=small' gives no parameter its usual value",
    ),
    "x as a parameter": (["one", "x", "x=1"], "'x=1' gives no parameter"),
    "a stable form that does not parse": (["one", "x", "--stable", "x("], "'x(' does not parse"),
    "a form that loses digits": (
        ["one", "x - tanh(x)"],
        "an equal form that loses no digits is --stable\nstable: is not",
    ),
    "another form": (["one", "x", "--stable", "2*x"], "stable: is something else"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_and_nothing_written(scratch: Path, capsys, kind: str) -> None:
    arguments, reason = REFUSED[kind]
    assert main(["new", *arguments]) == 2
    assert reason in capsys.readouterr().err
    assert list((scratch / "snippets").iterdir()) == []
    assert (scratch / "mkdocs.yml").read_text(encoding="utf-8") == CONFIG


def test_a_page_that_is_there_is_left_alone(scratch: Path, capsys) -> None:
    page = scratch / "docs/zh/functions/one.md"
    page.parent.mkdir()
    page.write_text("# 一\n", encoding="utf-8")
    assert new("one", "x") == 2
    assert "there is docs/zh/functions/one.md already" in capsys.readouterr().err


ALPHA = Parameter("alpha", r"\alpha", "positive", 0.01)


@pytest.mark.parametrize(
    ("expression", "parameters", "derivative", "tex"),
    [
        ("Piecewise((x, x > 0), (alpha*x, True))", (ALPHA,), "Piecewise((1, x > 0), (alpha, True))", r"\\ \alpha x"),
        ("Max(0, Min(1, x))", (), "Piecewise((0, (x >= 1) | (x <= 0)), (1, True))", r"\max\left(0"),
        ("x - tanh(x)", (), "tanh(x)**2", r"\tanh"),
        ("0.5*x**2", (), "2*0.5*x", r"0.5 x^{2}"),
        ("x/(1 + Abs(x))", (), "(Abs(x) + 1)**(-2)", r"\left|{x}\right|"),
    ],
)
def test_derivatives(expression: str, parameters: tuple[Parameter, ...], derivative: str, tex: str) -> None:
    suggested = Suggested(expression, parameters)
    assert suggested.text(suggested.derivative()) == derivative
    assert tex in suggested.tex(suggested.function)


def test_a_derivative_that_overflows_is_not_taken_for_its_shortness() -> None:
    suggested = Suggested("1/(1 + exp(-x))", ())
    text = suggested.text(suggested.derivative())
    assert suggested._lost(suggested.derivative()) == min(
        suggested._lost(form) for form in (suggested.derivative(), suggested.function.diff(suggested.x))
    ), text


@pytest.mark.parametrize(
    ("name", "tex"), [("alpha", r"\alpha"), ("lambd", r"\lambda"), ("b", "b"), ("min_val", r"\mathrm{min\_val}")]
)
def test_how_a_parameter_is_set(name: str, tex: str) -> None:
    assert tex_of(name) == tex


def test_what_no_library_has_a_word_for_is_left_to_a_person() -> None:
    entry = replace(definition.read(ROOT, "mish"), apis=(), instead={}, stable="x*erfc(-x)/2")
    (reason,) = _unwritten(entry)
    assert reason == (
        "nothing in keras stands for erfc; write the formula under instead.keras in snippets/mish/definition.yml"
    )
    assert _unwritten(replace(entry, instead={"keras": "x"})) == []


def test_entries_that_have_a_page_go_whole() -> None:
    names = ["torch.nn.functional.softsign", "torch.nn.Softsign"]
    lines = COVERAGE.splitlines()
    assert coverage.without(COVERAGE, names).splitlines() == lines[:2] + lines[4:]
    assert coverage.without(COVERAGE, names[:1]) == COVERAGE, "a name that was not found is still to be told"
    whole = (ROOT / coverage.FILE).read_text(encoding="utf-8")
    every = re.findall(r"[\w.]+\.\w+", whole.partition("not_yet:")[2].partition("no_activation:")[0])
    assert yaml.safe_load(coverage.without(whole, every))["not_yet"] is None
