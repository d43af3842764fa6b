"""A function of each kind that no library has: with its definition and its facts, it has a whole page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from shared import ROOT

from engine.__main__ import main
from engine.assemble.site import Site
from engine.run.runner import Runner

#: Definition, facts, and what its page has that only such a function has.
KINDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "shelf": (
        r"""name: Shelf
apis: []
expression: Piecewise((x, x >= 1), (-1, True))
derivative: Piecewise((1, x > 1), (0, True))
figure: {en: A step, zh: 台阶}
""",
        r"""variables: {x: real}
where:
  - f(x) = \begin{cases} x & \text{if } x \ge 1 \\ -1 & \text{otherwise} \end{cases}
facts:
  definition:
    tex: f(x) = \begin{cases} x & \text{if } x \ge 1 \\ -1 & \text{otherwise} \end{cases}
    because: [expression: f(x)]
  derivative:
    tex: f'(x) = \begin{cases} 1 & \text{if } x > 1 \\ 0 & \text{if } x < 1 \end{cases}
    when: x \ne 1
""",
        {"formula.md": r"x \\ge 1", "gradient.md": "torch\\.where\\(x >= 1, x, -1\\)"},
    ),
    "base_two": (
        r"""name: Softmax of base two
apis: []
entries: n
expression: 2**x[i]/Sum(2**x[k], (k, 1, n))
stable: 2**(x[i] - Max(x[k], (k, 1, n)))/Sum(2**(x[l] - Max(x[k], (k, 1, n))), (l, 1, n))
derivative: >-
  log(2)*2**x[i]/Sum(2**x[k], (k, 1, n))*(Piecewise((1, i == j), (0, True)) - 2**x[j]/Sum(2**x[k], (k, 1, n)))
instead:
  numpy: "scipy.special.softmax(0.6931471805599453*x, axis=-1)"
  pytorch: "torch.softmax(0.6931471805599453*x, -1)"
""",
        r"""variables: {x: vector, n: length, i: entry, j: index}
where:
  - f_i(x) = \frac{2^{x_i}}{\sum_{k=1}^{n} 2^{x_k}}
  - \delta_{ij} = \begin{cases} 1 & \text{if } i = j \\ 0 & \text{otherwise} \end{cases}
facts:
  definition:
    tex: f_i(x) = \frac{2^{x_i}}{\sum_{k=1}^{n} 2^{x_k}}
    because: [expression: f_i(x)]
  derivative:
    tex: \frac{\partial}{\partial x_j} f_i(x) = \ln(2) f_i(x)\,(\delta_{ij} - f_j(x))
  sum:
    name: {en: Sum of the entries, zh: 各分量之和}
    tex: \sum_{k=1}^{n} f_k(x) = 1
""",
        {"forward.md": r"torch\.softmax\(0\.69", "checks.md": "n = 1, 2, 3"},
    ),
    "scaled_tanh": (
        r"""name: Scaled tanh
apis: []
expression: a*tanh(x)
derivative: a*(1 - tanh(x)**2)
parameters:
  a: {tex: a, domain: real, default: 1.5, derivative: tanh(x)}
figure: {en: A scaled tanh, zh: 缩放的 tanh}
""",
        r"""variables: {x: real, a: real}
where:
  - f_a(x) = a\tanh x
facts:
  definition:
    tex: f_a(x) = a\tanh x
    because: [expression: f_a(x)]
  derivative:
    tex: f_a'(x) = a(1 - \tanh^2 x)
  parameter:
    name: {en: Derivative by the parameter, zh: 对参数的导数}
    tex: \frac{\partial}{\partial a} f_a(x) = \tanh x
""",
        {"facts.md": "partial a", "forward.md": "1\\.5 \\* torch\\.tanh\\(x\\)"},
    ),
    "noisy_relu": (
        r"""name: Noisy ReLU
apis: []
expression: Max(x, 0)
derivative: Piecewise((1, x > 0), (0, True))
parameters:
  low: {tex: l, domain: positive, default: 0.5}
  high: {tex: u, domain: positive, default: 1.5}
training:
  tex: r\max(x, 0)
  variable: r
  uniform: [low, high]
figure: {en: ReLU, zh: ReLU}
""",
        r"""variables: {x: real}
where:
  - f(x) = \max(x, 0)
facts:
  definition:
    tex: f(x) = \max(x, 0)
    because: [expression: f(x)]
  derivative:
    tex: f'(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{if } x < 0 \end{cases}
    when: x \ne 0
""",
        {"drawn.md": "No library here has a name that draws so"},
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """A project with these functions only, which shows code of two frameworks, and what a build says of it."""
    root = tmp_path_factory.mktemp("kinds")
    for scripts in ("", "vectors/"):
        for file in ("page.en.md", "page.zh.md", "figure.py", "numpy/forward.py", "pytorch/forward.py"):
            (root / "topics" / scripts / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "topics" / scripts / file, root / "topics" / scripts / file)
    for file in ("numpy/gradient.py", "pytorch/gradient.py"):
        shutil.copy(ROOT / "topics" / file, root / "topics" / file)
    tabs = {tab: {"en": "Not here.", "zh": "此处没有。"} for tab in ("tensorflow", "keras", "jax")}
    (root / "topics/absent.yml").write_text(yaml.safe_dump({"forward": tabs, "gradient": tabs}), encoding="utf-8")
    for function, (definition, facts, _) in KINDS.items():
        folder = root / "snippets" / function
        folder.mkdir(parents=True)
        (folder / "definition.yml").write_text(definition, encoding="utf-8")
        (folder / "facts.yml").write_text(facts, encoding="utf-8")
        name = yaml.safe_load(definition)["name"]
        for language in ("en", "zh"):
            page = root / f"docs/{language}/functions/{function}.md"
            page.parent.mkdir(parents=True, exist_ok=True)
            text = f'---\ntitle: {name}\n---\n\n# {name} {{ #name }}\n\n--8<-- "{function}/page.md"\n'
            page.write_text(text, encoding="utf-8")
    pages = [{"Functions": [{function: f"functions/{function}.md"} for function in KINDS]}]
    for file in ("mkdocs.yml", "mkdocs.zh.yml"):
        (root / file).write_text(yaml.safe_dump({"site_name": "Kinds", "nav": pages}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["record"]) == 0
        for function in KINDS:
            assert main(["translated", f"docs/zh/functions/{function}.md"]) == 0
    with Runner() as runner:
        yield root, [str(problem) for problem in Site(root, runner).build()]


def test_the_build_is_content(project: tuple[Path, list[str]]) -> None:
    assert project[1] == []


@pytest.mark.parametrize("function", KINDS)
def test_few_lines_make_a_page(project: tuple[Path, list[str]], function: str) -> None:
    root, _ = project
    definition, facts, shown = KINDS[function]
    assert definition.count("\n") + facts.count("\n") <= 40
    fragments = {
        language: {file.name: file.read_text(encoding="utf-8") for file in (root / place / function).iterdir()}
        for language, place in (("en", ".cache/fragments/en"), ("zh", ".cache/fragments/zh"))
    }
    assert set(fragments["en"]) == set(fragments["zh"]) >= {"formula.md", "facts.md", "checks.md", "figure.md"}
    for name, part in shown.items():
        assert re.search(part, fragments["en"][name]), fragments["en"][name]
    assert "None. The code below" in fragments["en"]["apis.md"]
    assert "## Accuracy" not in fragments["en"]["page.md"], "no library has it, so nothing was measured"
    assert "## 精度" not in fragments["zh"]["page.md"]
