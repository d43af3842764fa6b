"""The built pages: nothing missing, nothing broken, no markup left over. Each check is shown to find its fault."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from built import (
    Page,
    Site,
    cells,
    classes,
    formula_faults,
    head_faults,
    leftovers,
    link_faults,
    output_faults,
    python_faults,
    tab_faults,
    visible_text,
)
from shared import LANGUAGES

from engine.base.languages import WORDS
from engine.compare.numbers import compare

ROOT = Path(__file__).resolve().parents[2]
#: In the caption of an output: a library, its version, and the release since which the output is the same.
CAPTION = r"(\w+) ([^\s,（]+)(?:(?:, same since |（自 )([\d.]+)(?:, the oldest tried| 起相同(?:，更早的版本未试)?）)?)?"
LABS = sorted((ROOT / "snippets").glob("*/labs/[!_]*.py"))

#: Names in captions -> distributions whose version must stand behind them.
DISTRIBUTIONS = {
    "NumPy": "numpy",
    "PyTorch": "torch",
    "TensorFlow": "tensorflow",
    "Keras": "keras",
    "JAX": "jax",
    "Matplotlib": "matplotlib",
    "SciPy": "scipy",
    "SymPy": "sympy",
    "mpmath": "mpmath",
}
FOLDERS = {"numpy": "NumPy", "pytorch": "PyTorch", "tensorflow": "TensorFlow", "keras": "Keras", "jax": "JAX"}


def python_faults_here(page: Page) -> list[str]:
    return python_faults(page, ROOT)


CHECKS = [leftovers, formula_faults, head_faults, tab_faults, output_faults, python_faults_here]


def test_the_site_may_be_published(first_build: tuple[Path, str]) -> None:
    _, fault = first_build
    assert not fault, fault


def test_every_source_has_its_page(site: Site) -> None:
    pages = set()
    for language, part in LANGUAGES.items():
        folder = ROOT / "docs" / language
        names = {path.relative_to(folder).with_suffix("") for path in folder.rglob("*.md")}
        pages |= {f"{part}{name if name.name == 'index' else name / 'index'}.html" for name in names} | {
            f"{part}404.html"
        }
    assert pages == set(site.pages)


@pytest.mark.parametrize("check", CHECKS)
def test_pages(site: Site, check: Callable[[Page], list[str]]) -> None:
    pages = [page for page in site.pages.values() if not page.is_error or check is leftovers]
    faults = [fault for page in pages for fault in check(page)]
    assert not faults, "\n".join(faults)


def test_links(site: Site) -> None:
    faults = link_faults(site)
    assert not faults, "\n".join(faults)


def test_checks_have_something_to_look_at(site: Site) -> None:
    page = site.pages["functions/softplus/index.html"]
    assert len(page.html.select(".tabbed-set")) >= 6
    assert len(page.html.select(".arithmatex")) >= 10
    assert len(page.html.select("p.claim[id]")) >= 8
    assert len(list(page.blocks())) >= 30
    assert len(list(site.pages["functions/softplus/experiments/index.html"].blocks())) >= 30
    assert "smooth version of ReLU" in visible_text(page)


def test_each_function_shows_all_its_snippets(site: Site) -> None:
    for folder in sorted(path for path in (ROOT / "snippets").iterdir() if path.is_dir()):
        scripts = {file for file in folder.rglob("*.py") if not file.name.startswith("_")}
        files = {file.relative_to(ROOT).as_posix() for file in scripts - set(LABS)}
        for part in LANGUAGES.values():
            pages = {f"{part}functions/{folder.name}/{name}index.html" for name in ("", "experiments/")}
            shown = [code.snippet for code in site.codes if code.page in pages]
            assert set(shown) - {None} == files


def test_code_is_that_of_its_file(site: Site) -> None:
    labs = {lab.relative_to(ROOT).as_posix() for lab in LABS}
    for code in site.codes:
        if code.snippet and code.snippet not in labs:
            assert code.text.encode() == (ROOT / code.snippet).read_bytes(), code.snippet


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.stem)
def test_a_lab_is_its_file(site: Site, lab: Path) -> None:
    """Its page shows the code of every cell in order, and nothing else; its downloads are the whole file."""
    name, script = lab.relative_to(ROOT).as_posix(), lab.read_text(encoding="utf-8")
    parts = cells(script)
    page = site.pages[f"labs/{lab.stem}/index.html"]
    assert {code.page for code in site.codes if code.snippet == name} == {page.name}
    shown = [(code.snippet, code.text.rstrip("\n")) for code in page.blocks()]
    assert shown == [(name, text.rstrip("\n")) for kind, text in parts if kind == "code"]
    assert (site.folder / f"labs/{lab.stem}.py").read_text(encoding="utf-8") == script
    notebook = json.loads((site.folder / f"labs/{lab.stem}.ipynb").read_text(encoding="utf-8"))
    joined = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            text = "\n".join(f"# {line}".rstrip() for line in text.split("\n"))
        joined.append((cell["cell_type"], text))
    assert joined == [(kind, text.strip("\n")) for kind, text in parts]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.stem)
def test_a_lab_prints_on_its_page_and_in_its_notebook_what_is_recorded(site: Site, lab: Path) -> None:
    page = site.pages[f"labs/{lab.stem}/index.html"]
    outputs = [code.output for code in page.blocks()]
    assert not compare(lab.with_suffix(".out").read_text(encoding="utf-8"), "".join(filter(None, outputs)))
    notebook = json.loads((site.folder / f"labs/{lab.stem}.ipynb").read_text(encoding="utf-8"))
    code = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    printed = [["".join(output["text"]) for output in of_one if "text" in output] for of_one in code]
    assert printed == [[text] if text else [] for text in outputs]
    texts = ["".join(output["data"]["text/plain"]) for of_one in code for output in of_one if "data" in output]
    figures = page.html.select("figure.plot")
    assert texts == [figure.select_one("svg > desc").get_text() for figure in figures]
    assert len(figures) == lab.read_text(encoding="utf-8").count("plt.savefig(") >= 2


def test_a_tab_holds_the_snippet_of_its_framework(site: Site) -> None:
    found = 0
    for page in site.pages.values():
        for tabs in page.html.select(".tabbed-set"):
            labels = [label.get_text() for label in tabs.select(".tabbed-labels label")]
            shown = [block.select("[data-snippet]") for block in tabs.select(".tabbed-block")]
            paths = [
                (label, Path(str(code["data-snippet"])))
                for label, codes in zip(labels, shown, strict=True)
                for code in codes
            ]
            found += len(paths)
            assert [label for label, _ in paths] == [FOLDERS[path.parent.name] for _, path in paths]
            assert len({path.name for _, path in paths}) == (0 if tabs.select_one(".porting") else 1)
    assert found


def test_outputs_name_the_installed_versions(site: Site) -> None:
    captions = {(code.snippet, code.caption) for code in site.codes if code.output is not None}
    told = 0
    for snippet, caption in captions:
        *libraries, python, system = str(caption).split(" · ")
        libraries = libraries[libraries[0] in {words["data"] for words in WORDS.values()} :]
        assert python == f"Python {platform.python_version()}"
        assert system == f"{platform.system()} {platform.machine()}"
        source = (ROOT / str(snippet)).read_text(encoding="utf-8")
        for library in libraries:
            title, version, since = re.fullmatch(CAPTION, library).groups()
            assert version == importlib.metadata.version(DISTRIBUTIONS[title]), snippet
            assert not since or same(str(snippet), DISTRIBUTIONS[title], since), library
            told += bool(since)
        imported = [
            title for title, name in DISTRIBUTIONS.items() if re.search(rf"^\s*(import|from) {name}\b", source, re.M)
        ]
        assert set(imported) <= {library.partition(" ")[0] for library in libraries}, snippet
        own = FOLDERS.get(Path(str(snippet)).parent.name)
        assert not own or libraries[0].startswith(own), snippet
    assert told >= 50


def same(snippet: str, distribution: str, version: str) -> bool:
    """Whether a release printed what is recorded beside a snippet, by the project's own files."""
    _, function, name = snippet.split("/", 2)
    runs = yaml.safe_load((ROOT / f"ledger/{distribution}-{version}.yml").read_text(encoding="utf-8"))[function]
    (entry,) = [run["snippets"][name] for run in runs if name in run["snippets"]]
    return not entry.keys() & {"text", "error"}


@pytest.mark.parametrize(
    ("check", "body"),
    [
        (leftovers, "<p>so $$x$$"),
        (leftovers, "<p>so $x^2$ is"),
        (leftovers, r"<p>so \(x\)"),
        (leftovers, r"<p>\frac{1}{2}"),
        (leftovers, '<p>--8<-- "softplus/forward.md"'),
        (leftovers, '<p>=== "PyTorch"'),
        (leftovers, "<p>/// details | Title"),
        (leftovers, "<p>!!! note"),
        (leftovers, "<p>```python"),
        (leftovers, "<p>so **bold"),
        (leftovers, "<p>see [this](that.md)"),
        (leftovers, "<p>a note[^1]"),
        (leftovers, "<h2>Title { #anchor }</h2>"),
        (formula_faults, '<div class="arithmatex">\\frac{1}{2}</div>'),
        (formula_faults, '<span class="katex-error">x</span>'),
        (head_faults, "<h1>One</h1><h1>Two</h1>"),
        (head_faults, "<h2>None</h2>"),
        (head_faults, '<h1 id="a">One</h1><p id="a">'),
        (output_faults, '<div class="highlight output"><pre><code>1</code></pre></div>'),
        (
            output_faults,
            '<div class="highlight" data-snippet="conftest.py"><pre><code>1</code></pre></div>'
            '<div class="highlight output"><pre><code>1</code></pre></div>',
        ),
        (python_faults_here, '<div class="language-python highlight"><pre><code>1</code></pre></div>'),
        (python_faults_here, '<div class="language-text highlight"><pre><code>import torch</code></pre></div>'),
        (python_faults_here, '<div class="language-python not-run highlight"><pre><code>1</code></pre></div>'),
        (python_faults_here, '<div class="highlight" data-snippet="no/such.py"><pre><code>1</code></pre></div>'),
        (python_faults_here, "<pre><code>x</code></pre>"),
        (
            tab_faults,
            '<div class="tabbed-set"><div class="tabbed-labels"><label>JAX</label></div><div class="tabbed-content">'
            '<div class="tabbed-block"><p class="absent">None.</p></div></div></div>',
        ),
        (
            tab_faults,
            '<div class="tabbed-set"><div class="tabbed-labels">'
            + "".join(f"<label>{name}</label>" for name in FOLDERS.values())
            + '</div><div class="tabbed-content">'
            + '<div class="tabbed-block"><p class="absent">None.</p></div>' * 4
            + '<div class="tabbed-block"></div></div></div>',
        ),
    ],
)
def test_each_check_finds_its_fault(check: Callable[[Page], list[str]], body: str) -> None:
    head = '<html lang="en"><head><title>T</title><meta name="description" content="A page to try the checks on.">'
    assert not check(Page.read("a.html", f"{head}<body><h1>One</h1>"))
    if check is not head_faults:
        body = "<h1>One</h1>" + body
    assert check(Page.read("a.html", f"{head}<body>{body}"))


@pytest.mark.parametrize(
    "body",
    [
        '<a href="b/">',
        '<a href="b.html#c">',
        '<a href="#c">',
        '<a href="/a.html">',
        '<a href="http://example.com/">',
        '<img src="c.png">',
        '<img src="https://example.com/c.png">',
        '<script src="//example.com/c.js"></script>',
        '<link rel="stylesheet" href="c.css">',
        '<img srcset="a.html 1x, c.png 2x">',
        '<label for="c">',
        '<svg><use href="#c"></use></svg>',
        '<p style="background: url(c.png)">',
        "css",
    ],
)
def test_each_broken_link_is_found(tmp_path: Path, body: str) -> None:
    ways = '<a href="b.html#d">, <a href=".">, <a href="https://example.com/"><p id="d">'
    (tmp_path / "a.html").write_text(ways + body)
    (tmp_path / "b.html").write_text('<p id="d">')
    (tmp_path / "index.html").write_text("")
    (tmp_path / "d.css").write_text("a { b: url(c.woff2) }" if body == "css" else "a { b: url(b.html) }")
    assert len(link_faults(Site(tmp_path))) == 1


def test_code_has_elements_only_for_what_has_a_colour(site: Site) -> None:
    blocks = [block for page in site.pages.values() for block in page.html.select("div.language-python pre")]
    assert len(blocks) > 100
    assert [span for block in blocks for span in block.select("span.n, span.o, span.p, span.w")] == []
    assert {"k", "mi", "c1"} <= {name for block in blocks for span in block.select("span") for name in classes(span)}
