"""What the engine writes into pages, read back from the HTML that Markdown makes of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import markdown
import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import Problem, SourceError
from engine.base.libraries import TABS
from engine.compare.verdict import Verdict
from engine.render.figures import FigureError, inline
from engine.render.snippets import fragments
from engine.run.runner import Result
from engine.site.highlight import Plain
from engine.sources.definition import Definition, read
from engine.sources.includes import Place, check_includes
from engine.sources.snippets import Snippet
from engine.sources.threads import Thread

ROOT = Path(__file__).parents[2]
DEFINITION = (ROOT / "snippets/softplus/definition.yml").read_text(encoding="utf-8")
EXTENSIONS = [
    "attr_list",
    "admonition",
    "md_in_html",
    "pymdownx.blocks.details",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tabbed",
]
OPTIONS = {"pymdownx.tabbed": {"alternate_style": True}, "pymdownx.highlight": {"pygments_lang_class": True}}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
    '<style>*{stroke-linejoin: round}</style><metadata/><defs><path id="glyph"/></defs><g id="axes_1">'
    '<use xlink:href="#glyph" style="fill: #37474f"/><path clip-path="url(#glyph)" style="stroke: #3F51B5"/></g></svg>'
)


def html(text: str) -> BeautifulSoup:
    return BeautifulSoup(markdown.markdown(text, extensions=EXTENSIONS, extension_configs=OPTIONS), "html.parser")


def definition(absent: dict | None = None) -> Definition:
    text = {"en": "why not", "zh": "原因"}
    return Definition(
        Path("snippets/demo/definition.yml"),
        "Demo",
        "x",
        "x",
        "1",
        (),
        {},
        (),
        {"en": "A line", "zh": "一条线"},
        dict.fromkeys(absent or (), text),
    )


def verdict(
    path: str, output: str, source: str = "print(1)\n", problem: Problem | None = None, **files: str
) -> Verdict:
    snippet = Snippet(ROOT, Path("snippets/demo") / path, source, (), (), "numpy")
    named = {name.replace("_", "."): text for name, text in files.items()}
    return Verdict(snippet, Result(output, named, {"NumPy": "2.0"}, "Python 3 · Linux"), problem)


def tabs(topic: str, output: str = "1\n", source: str = "print(1)\n") -> list[Verdict]:
    return [verdict(f"{tab}/{topic}.py", output, source) for tab in TABS]


def test_a_topic_is_one_set_of_tabs_with_code_output_and_versions() -> None:
    texts, problems = fragments(definition(), {}, tabs("forward"), "en")
    assert (sorted(texts), problems) == (["forward.md", "microscope.md"], [])
    page = html(texts["forward.md"])
    assert [label.text for label in page.select(".tabbed-labels label")] == [
        "NumPy",
        "PyTorch",
        "TensorFlow",
        "Keras",
        "JAX",
    ]
    blocks = page.select(".tabbed-block")
    assert len(blocks) == 5
    for block in blocks:
        code, output = block.select(".highlight")
        assert code.code.text == "print(1)\n"
        assert "output" in output["class"]
        assert output.code.text == "1\n"
        assert output.select_one(".filename").text == "NumPy 2.0 · Python 3 · Linux"


def test_an_empty_tab_says_why() -> None:
    some = [entry for entry in tabs("layer") if entry.snippet.folder != "numpy"]
    texts, problems = fragments(definition({("layer", "numpy")}), {}, some, "zh")
    assert problems == []
    page = html(texts["layer.md"])
    assert page.select_one(".tabbed-block p.absent").text == "原因"
    assert [box.has_attr("checked") for box in page.select("input")] == [False, True, False, False, False]


def test_tabs_must_be_level() -> None:
    some = [entry for entry in tabs("layer") if entry.snippet.folder != "jax"]
    (problem,) = fragments(definition(), {}, some, "en")[1]
    assert str(problem).startswith("snippets/demo/jax/layer.py: missing; write it, or say why not")
    (problem,) = fragments(definition({("layer", "jax")}), {}, tabs("layer"), "en")[1]
    assert "says that there is nothing to show" in problem.reason
    (problem,) = fragments(definition({("other", "jax")}), {}, tabs("layer"), "en")[1]
    assert "no snippet has this topic" in problem.reason


def test_faults_of_files_beside_the_snippets_have_their_line(project: Path) -> None:
    (project / "snippets/demo/definition.yml").write_text(
        "name: Demo\nexpression: x\nstable: x\nderivative: '1'\napis: [{name: numpy.tanh}]\n"
        "figure: {en: a, zh: b}\nabsent:\n  layer:\n    jax: {en: a, zh: b}\n  other:\n    jax: {en: a, zh: b}\n"
    )
    (project / "snippets/demo/threads.yml").write_text("\na:\n  url: https://example.org\n")
    known = {"a": Thread("https://example.org", "a", {"en": "a", "zh": "a"})}
    problems = fragments(read(project, "demo"), known, tabs("layer"), "en")[1]
    assert [f"{problem.path}:{problem.line}" for problem in problems] == [
        "snippets/demo/definition.yml:9",
        "snippets/demo/threads.yml:3",
        "snippets/demo/definition.yml:11",
    ]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n`~\t"), min_size=1))
def test_any_output_is_the_same_text_in_the_page(text: str) -> None:
    output = text.replace("\t", " ") + "\n"
    texts, _ = fragments(definition(), {}, tabs("forward", output), "en")
    for block in html(texts["forward.md"]).select(".output code"):
        assert [row.rstrip() for row in block.text.split("\n")] == [row.rstrip() for row in output.split("\n")]


INCLUDES = [
    '--8<-- "demo/forward.md"',
    "  -8<- 'demo/none.md'",
    ';--8<-- "a"',
    "--8<--",
    ";;--8<--",
    "a --8<-- [start:b] c",
    ";-8<- [end:b]",
]


@given(st.lists(st.sampled_from([*INCLUDES, "x", "{{ page.title }}", "{% raw %}"]), min_size=1, max_size=8))
def test_includes_in_output_are_shown_and_not_followed(lines: list[str]) -> None:
    output = "\n".join(lines) + "\n"
    texts, _ = fragments(definition(), {}, tabs("forward", output), "en")
    with TemporaryDirectory() as folder:
        (Path(folder) / "demo").mkdir()
        (Path(folder) / "demo/forward.md").write_text(texts["forward.md"], encoding="utf-8")
        options = OPTIONS | {
            "pymdownx.snippets": {"base_path": [folder], "check_paths": True, "dedent_subsections": True}
        }
        page = markdown.markdown(
            '--8<-- "demo/forward.md"\n', extensions=[*EXTENSIONS, "pymdownx.snippets"], extension_configs=options
        )
    for block in BeautifulSoup(page, "html.parser").select(".output code"):
        assert block.text == output


@pytest.mark.parametrize(
    "output",
    ["```\n# not a heading\n", "<script>alert(1)</script>\n", '=== "tab"\n', "~~~\n````\n*x*\n"],
)
def test_markup_in_output_stays_text(output: str) -> None:
    texts, _ = fragments(definition(), {}, tabs("forward", output), "en")
    page = html(texts["forward.md"])
    assert page.select_one(".output code").text == output
    assert not page.select("script, h1, em")
    assert len(page.select(".tabbed-block")) == 5


PLACES = {
    "demo/experiments.md": Place("functions/demo/experiments.md"),
    "demo/claims/far.md": Place("functions/demo/more.md"),
}


@pytest.mark.parametrize(("said", "css"), [("true", "true"), ("half true", "half"), ("false", "false")])
def test_a_claim_shows_its_verdict_and_leads_to_its_experiment(said: str, css: str) -> None:
    texts, problems = fragments(definition(), {}, [verdict("claims/is_so.py", f"x\nverdict: {said}\n")], "en", PLACES)
    assert problems == []
    line = html(texts["claims/is_so.md"]).select_one("p.claim#claim-is-so")
    assert line.select_one(f".verdict-{css}").text == said
    assert line.a["href"] == "demo/experiments.md#claim-is-so"
    page = html(texts["experiments.md"])
    assert page.select_one("h3#claim-is-so").text == "is_so.py"
    assert page.select_one(f".verdict-{css}").text == said
    assert page.a["href"] == "../demo.md#claim-is-so"
    assert page.select_one(".output code").text == f"x\nverdict: {said}\n"


def test_claims_and_experiments_link_wherever_their_pages_are() -> None:
    texts, _ = fragments(definition(), {}, [verdict("claims/far.py", "verdict: true\n")], "en", PLACES)
    assert html(texts["claims/far.md"]).a["href"] == "experiments.md#claim-far"
    assert html(texts["experiments.md"]).a["href"] == "more.md#claim-far"
    texts, _ = fragments(definition(), {}, [verdict("claims/far.py", "verdict: true\n")], "en")
    assert html(texts["claims/far.md"]).a["href"] == html(texts["experiments.md"]).a["href"] == "#claim-far"


def test_a_claim_that_fails_says_so_on_both_pages() -> None:
    texts, _ = fragments(definition(), {}, [verdict("claims/is_so.py", "", problem=Problem("a.py", "it ended"))], "en")
    for name in ("claims/is_so.md", "experiments.md"):
        assert "it ended" in html(texts[name]).select_one(".admonition.failure").text


@pytest.mark.parametrize("output", ["", "x\n", "verdict: maybe\n", "verdict: true\nmore\n", "true\n"])
def test_a_claim_without_a_verdict_is_a_problem(output: str) -> None:
    (problem,) = fragments(definition(), {}, [verdict("claims/is_so.py", output)], "en")[1]
    assert "the last line that it prints must be one of" in problem.reason


def test_a_thread_says_whether_it_is_still_so() -> None:
    thread = Thread("https://example.org/1", "lib#1", {"en": "It breaks.", "zh": "出错。"})
    still = verdict("threads/lib_1.py", "x\nstill so: no\n")
    texts, problems = fragments(definition(), {"lib_1": thread}, [still], "en", PLACES)
    assert problems == []
    item = html(texts["threads.md"]).select_one("li#thread-lib-1")
    assert item.text.startswith("lib#1: It breaks. No longer so in NumPy 2.0.\n")
    assert [link["href"] for link in item.select("a")] == ["https://example.org/1", "demo/experiments.md#thread-lib-1"]
    page = html(texts["experiments.md"])
    assert page.select_one("h3#thread-lib-1 ~ .output code").text.endswith("still so: no\n")


@pytest.mark.parametrize(
    ("threads", "paths", "reason"),
    [
        ((), ["threads/a.py"], "threads.yml does not say what it shows"),
        (("a",), [], "no snippet threads/a.py shows it"),
        (("a",), ["threads/a.py"], "the last line that it prints must be one of: still so: yes, still so: no"),
    ],
)
def test_threads_and_their_snippets_must_match(threads: tuple[str, ...], paths: list[str], reason: str) -> None:
    known = dict.fromkeys(threads, Thread("https://example.org", "a", {"en": "a", "zh": "a"}))
    tried = [verdict(path, "still so: yes\n" if not known else "\n") for path in paths]
    (problem,) = fragments(definition(), known, tried, "en")[1]
    assert reason in problem.reason


def test_a_failed_snippet_is_shown_as_failed() -> None:
    texts, _ = fragments(definition(), {}, [verdict("claims/a.py", "", problem=Problem("a.py", "no <b>", 3))], "en")
    assert html(texts["claims/a.md"]).select_one(".admonition.failure code").text == "a.py:3: no <b>\n"


def test_a_figure_stands_in_the_page_with_its_text_and_colours() -> None:
    texts, problems = fragments(definition(), {}, [verdict("figure.py", "data\n", a_svg=SVG)], "en")
    assert problems == []
    svg = html(texts["figure.md"]).select_one("figure.plot svg")
    assert (svg["role"], svg["aria-labelledby"]) == ("img", "demo-figure-text")
    assert (svg.desc["id"], svg.desc.text) == ("demo-figure-text", "A line")
    assert not svg.select("style, metadata")
    assert [node["id"] for node in svg.select("[id]")] == ["demo-figure-text", "demo-figure-0"]
    assert svg.use["xlink:href"] == "#demo-figure-0"
    assert svg.use["style"] == "fill: currentColor"
    assert svg.select("path")[-1]["clip-path"] == "url(#demo-figure-0)"
    assert svg.select("path")[-1]["style"] == "stroke: var(--figure-1)"


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Demo over x", ""),
        ("en", "Demo, up to 7", "the first sentence of its text says what is drawn, and no '7'"),
        ("en", "Demo over x. It rises.", "its text says what its script prints nowhere, It rises: True"),
        ("zh", "上升的 Demo", "the first sentence of its text says what is drawn, and no '升'"),
    ],
)
def test_a_text_of_its_own_says_what_a_figure_is_of(project: Path, language: str, text: str, said: str) -> None:
    entry = DEFINITION + f'figure:\n  {language}: "{text}"\n  {"zh" if language == "en" else "en"}: "Demo"\n'
    (project / "snippets/demo/definition.yml").write_text(entry, encoding="utf-8")
    _, problems = fragments(read(project, "demo"), {}, [verdict("figure.py", "data\n", a_svg=SVG)], language)
    found = [(problem.path, problem.line, problem.reason) for problem in problems if "its text" in problem.reason]
    line = entry[: entry.index(text)].count("\n") + 1
    assert found == ([("snippets/demo/definition.yml", line, said)] if said else [])


def test_a_figure_must_be_one_svg_in_the_palette() -> None:
    assert "must save one SVG" in fragments(definition(), {}, [verdict("figure.py", "")], "en")[1][0].reason
    with pytest.raises(FigureError, match="#123456 is not one of"):
        inline(SVG.replace("#37474f", "#123456"), "a", "b")
    with pytest.raises(FigureError, match="not SVG"):
        inline("<svg", "a", "b")
    with pytest.raises(FigureError, match="viewBox"):
        inline("<svg/>", "a", "b")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("absent:", "missing:", "'missing' was unexpected"),
        ("name: Softplus", "name: 7", "name: YAML reads 7 as the number 7; quote it"),
        ("positive", "sideways", "'sideways' is not one of"),
        ("numpy:", "nmupy:", "'nmupy' was unexpected"),
        ("name: Softplus", "name: Softplus\nname: Softplus", "stands twice"),
        ("name: Softplus", "name: [Softplus", "not YAML"),
        ("zh: ", "de: ", "'de' was unexpected"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_line(project: Path, old: str, new: str, reason: str) -> None:
    text = DEFINITION.replace(old, new, 1)
    (project / "snippets/demo/definition.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as error:
        read(project, "demo")
    found = [problem for problem in error.value.problems if reason in problem.reason]
    assert found, str(error.value)
    assert found[0].path == "snippets/demo/definition.yml"
    line = text[: text.index(new)].count("\n") + 1
    assert found[0].line in (line, line + new.count("\n")) or reason == "not YAML"


def test_the_definition_of_softplus_is_read() -> None:
    softplus = read(ROOT, "softplus")
    data = yaml.safe_load(DEFINITION)
    assert softplus.parameters[0].default == data["parameters"]["beta"]["default"]
    assert {api.library for api in softplus.apis} == {"numpy", "scipy", "torch", "tensorflow", "keras", "jax"}


def test_includes_and_fragments_must_match(tmp_path: Path) -> None:
    page = tmp_path / "docs/en/page.md"
    page.parent.mkdir(parents=True)
    page.write_text('text\n\n--8<-- "demo/a.md"\n  --8<-- "demo/missing.md"\n--8<--\ndemo/a.md\n--8<--\n')
    problems = [str(problem) for problem in check_includes(tmp_path, "en", {"demo/a.md", "demo/b.md"})]
    assert problems == [
        "docs/en/page.md:4: no fragment 'demo/missing.md'",
        'docs/en/page.md:5: write one include a line: --8<-- "path"',
        'docs/en/page.md:7: write one include a line: --8<-- "path"',
        "docs/en: no page includes the fragment 'demo/b.md': one has to hold the line --8<-- \"demo/b.md\"",
    ]


def test_the_front_matter_holds_no_formulas(tmp_path: Path) -> None:
    page = tmp_path / "docs/en/page.md"
    page.parent.mkdir(parents=True)
    page.write_text(
        "---\ntitle: Role of $\\beta_1$\ndescription: >-\n  From $5 to $6.\n---\n\n# Role of $\\beta_1$\n\n---\n"
    )
    assert [str(problem) for problem in check_includes(tmp_path, "en", set())] == [
        "docs/en/page.md:2: what the front matter says is shown without markup; write $\\beta_1$ in signs, as β₁ or x²"
    ]


def test_only_what_says_something_has_a_colour():
    python = {"name": "python", "lang": "python", "options": {"filters": [Plain()]}}
    options = {"pymdownx.highlight": {"extend_pygments_lang": [python]}}
    extensions = ["pymdownx.superfences", "pymdownx.highlight"]
    html = markdown.markdown("```python\nx = f(1) + y  # one\n```", extensions=extensions, extension_configs=options)
    assert 'x = f(<span class="mi">1</span>) + y  <span class="c1"># one</span>' in html
