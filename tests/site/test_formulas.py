"""Formulas: what a page gets in their place, what a broken one says, and that a cached one costs nothing."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from markdown import Markdown

from engine.site import formulas

ROOT = Path(__file__).resolve().parents[2]
EXTENSIONS = [
    "admonition",
    "attr_list",
    "footnotes",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.blocks.details",
    "pymdownx.details",
    "pymdownx.inlinehilite",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "engine.site.formulas",
]

# Every place of a page that holds other Markdown; {} stands for the formula, which has no line break.
PLACES = {
    "paragraph": "Before {} after.",
    "heading": "## Of {} and others",
    "list": "1. first\n\n    - {}",
    "table": "| a | b |\n|---|---|\n| {} | 2 |",
    "quotation": "> {}",
    "admonition": "!!! note\n\n    {}",
    "details": '??? note "Title"\n\n    {}',
    "title of details": '??? note "Of {}"\n\n    Text.',
    "details block": "/// details | Title\n{}\n///",
    "tab": '=== "One"\n\n    {}\n\n=== "Two"\n\n    Text.',
    "table in a tab in details": '??? note "T"\n\n    === "One"\n\n        | a |\n        |---|\n        | {} |',
    "footnote": "Text.[^1]\n\n[^1]: {}",
    "element": '<div markdown="1">\n\n{}\n\n</div>',
}


@pytest.fixture(autouse=True)
def nothing_remembered():
    formulas.render.cache_clear()
    yield
    formulas.render.cache_clear()


@pytest.fixture
def convert(tmp_path):
    def convert(text: str, **options) -> BeautifulSoup:
        options = {"cache": str(tmp_path / "cache"), "sources": [str(tmp_path / "docs")], **options}
        markdown = Markdown(extensions=EXTENSIONS, extension_configs={"engine.site.formulas": options})
        return BeautifulSoup(markdown.convert(text), "html.parser")

    return convert


def tex(soup: BeautifulSoup) -> list[str]:
    """The sources of the formulas that were rendered, which KaTeX keeps for assistive technology."""
    return [annotation.text for annotation in soup.select(".katex annotation[encoding='application/x-tex']")]


@pytest.mark.parametrize(
    ("source", "display", "expected"),
    [
        (r"so $\sigma(x)$.", False, r"\sigma(x)"),
        (r"so \(\sigma(x)\).", False, r"\sigma(x)"),
        ("$$\n\\sigma(x)\n$$", True, r"\sigma(x)"),
        ("\\[\n\\sigma(x)\n\\]", True, r"\sigma(x)"),
        (
            "\\begin{align}\na &= b \\\\\n&< c\n\\end{align}",
            True,
            "\\begin{align}\na &= b \\\\\n&< c\n\\end{align}",
        ),
        ("if $a<b$ & $c > d$", False, "a<b"),
        (r"$$ x \quad \text{当 x 很大时} $$", True, r"x \quad \text{当 x 很大时}"),
    ],
)
def test_rendering(convert, source, display, expected):
    soup = convert(source)
    assert tex(soup)[0] == expected
    wrapper = soup.select_one(".arithmatex")
    assert wrapper.select_one("math")
    assert wrapper.select_one(".katex-html")
    assert wrapper.has_attr("data-search-exclude")
    assert bool(wrapper.select_one(".katex-display")) is display
    if display:
        assert (wrapper.name, wrapper["tabindex"], wrapper["role"]) == ("div", "0", "group")
    else:
        assert wrapper.name == "span"
        assert not wrapper.has_attr("tabindex")


def test_html_is_that_of_katex_and_not_escaped_twice(convert):
    visible = convert("$a < b$").select_one(".katex-html").text
    assert visible.replace("\xa0", "") == "a<b"


def test_chinese_is_kept(convert):
    visible = convert(r"$\text{当 x 很大时}$").select_one(".katex-html").text
    assert visible.replace("\xa0", " ") == "当 x 很大时"


@pytest.mark.parametrize("place", PLACES)
def test_every_place_renders(convert, place):
    soup = convert(PLACES[place].format(r"$\frac{1}{2}$"))
    assert tex(soup) == [r"\frac{1}{2}"]
    assert "wzxhzdk" not in str(soup)  # Python-Markdown's mark for HTML still to be put in.


@pytest.mark.parametrize("place", PLACES)
def test_every_place_rejects(convert, place):
    with pytest.raises(formulas.FormulaError, match=r"Undefined control sequence: \\fracc"):
        convert(PLACES[place].format(r"$\fracc{1}{2}$"))


@pytest.mark.parametrize(
    "source",
    [
        "`$x$` and ``$$y$$`` and `\\(z\\)`",
        "`#!bash echo $HOME $PATH`",
        "```bash\necho $HOME $PATH\n```",
        '=== "One"\n\n    ```bash\n    echo $HOME $PATH\n    $$ x $$\n    ```',
        "    echo $HOME $PATH",
        r"5\$ and 6\$",
        "it costs $5 or $6",
    ],
)
def test_dollars_that_are_none_of_ours(convert, source):
    soup = convert(source)
    assert not soup.select(".arithmatex, .katex")
    assert soup.text.count("$") == source.count("$")


def test_titles_and_alternative_texts_are_plain(convert):
    soup = convert("# On $\\beta$\n\n![the curve of $\\beta$](x.svg)")
    assert soup.h1["id"] == "on-beta"
    assert soup.img["alt"] == r"the curve of \beta"
    markdown = Markdown(extensions=EXTENSIONS)
    markdown.convert("# On $\\beta$")
    assert markdown.toc_tokens[0]["name"] == "On β"


def test_attributes_of_the_author_stay(convert):
    assert convert("$x$ {.c}\n\n$x$\n{#here}").select_one("#here").select(".katex")


def test_second_build_reads_the_cache_and_starts_no_javascript(tmp_path):
    script = (
        "import sys, markdown\n"
        f"options = {{'engine.site.formulas': {{'cache': {str(tmp_path / 'cache')!r}}}}}\n"
        "page = '$x^2$ and\\n\\n$$ x^2 $$'\n"
        "print(markdown.markdown(page, extensions=['engine.site.formulas'], extension_configs=options))\n"
        "print('quickjs' in sys.modules, file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script]
    runs = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True) for _ in range(2)]
    assert [run.stderr.strip() for run in runs] == ["True", "False"]
    assert runs[0].stdout == runs[1].stdout
    assert "katex-display" in runs[0].stdout
    names = [path.name for path in (tmp_path / "cache").iterdir()]
    assert len(names) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", name) for name in names)


def test_cache_tells_inline_from_display_and_one_text_from_another(convert, tmp_path):
    assert len({str(convert(text).select_one(".katex")) for text in ("$x$", "$$x$$", "$y$")}) == 3
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_cache_of_another_version_is_not_read(convert, tmp_path, monkeypatch):
    convert("$x$")
    monkeypatch.setattr(formulas, "_key_prefix", lambda: b"0.0.1")
    formulas.render.cache_clear()
    convert("$x$")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_nothing_failed_is_cached(convert, tmp_path):
    for _ in range(2):
        with pytest.raises(formulas.FormulaError):
            convert(r"$\fracc$")
    assert not (tmp_path / "cache").exists()


def test_cache_can_be_turned_off(convert, tmp_path):
    assert tex(convert("$x$", cache="")) == ["x"]
    assert not (tmp_path / "cache").exists()


def test_error_names_every_place(convert, tmp_path):
    docs = tmp_path / "docs/functions"
    docs.mkdir(parents=True)
    page = "# Title\n\nWell: $a + \\fracc{1}{2}$.\n\n`a + \\fracc{1}{2}` is only text.\n"
    (docs / "a.md").write_text(page, encoding="utf-8")
    (docs / "b.md").write_text("\n" + page, encoding="utf-8")
    with pytest.raises(formulas.FormulaError) as error:
        convert(page)
    lines = str(error.value).splitlines()
    assert lines[:2] == [f"{docs / 'a.md'}:3", f"{docs / 'b.md'}:4"]
    assert lines[2].strip() == r"a + \fracc{1}{2}"
    assert r"Undefined control sequence: \fracc at position 5" in lines[3]
    assert len(lines) == 4


def test_error_in_a_long_formula_names_its_line(convert, tmp_path):
    page = """# Title

=== "One"

    $$
    \\begin{aligned}
      a &= b \\\\
        &= \\fracc{1}{2}
    \\end{aligned}
    $$
"""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text(page, encoding="utf-8")
    with pytest.raises(formulas.FormulaError) as error:
        convert(page)
    assert str(error.value).splitlines()[0] == f"{tmp_path / 'docs/a.md'}:8"


def test_error_in_a_step_of_a_derivation(convert, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.yml").write_text("steps:\n  - tex: \\fracc{1}{2}\n", encoding="utf-8")
    with pytest.raises(formulas.FormulaError, match=r"a\.yml:2"):
        convert(r"$$\fracc{1}{2}$$")


def test_error_found_nowhere_says_the_formula(convert):
    with pytest.raises(formulas.FormulaError, match=r"(?s)In a formula:\n  \\fracc.*KaTeX parse error"):
        convert(r"$\fracc$")


@pytest.mark.parametrize("text", [r"\frac{1}{2", r"\left( x", "x^2^3", r"\def\x{\x}\x", "{" * 20000])
def test_other_faults_are_errors_too(convert, text):
    with pytest.raises(formulas.FormulaError):
        convert(f"$${text}$$")


def test_mkdocs_build_fails_with_the_place(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text('# T\n\n=== "One"\n\n    Hm $\\fracc{1}{2}$.\n', encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: T\ntheme: mkdocs\nstrict: true\nplugins: []\nmarkdown_extensions:\n"
        "  pymdownx.superfences: {}\n  pymdownx.tabbed: {alternate_style: true}\n"
        "  engine.site.formulas: {sources: [docs]}\n",
        encoding="utf-8",
    )

    def build() -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "mkdocs", "build"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    failed = build()
    assert failed.returncode != 0
    assert f"{Path('docs/index.md')}:5" in failed.stderr
    assert r"Undefined control sequence: \fracc" in failed.stderr
    assert "Traceback" not in failed.stderr

    (tmp_path / "docs/index.md").write_text('# T\n\n=== "One"\n\n    Hm $\\frac{1}{2}$.\n', encoding="utf-8")
    assert build().returncode == 0
    assert 'class="katex"' in (tmp_path / "site/index.html").read_text(encoding="utf-8")


def test_vendored_files_belong_together():
    theme = ROOT / "theme/assets/katex"
    css = (theme / "katex.min.css").read_text(encoding="utf-8")
    named = set(re.findall(r"url\(fonts/([^)]*)\)", css))
    assert named == {path.name for path in (theme / "fonts").iterdir()}
    assert len(named) >= 20
    assert all(name.endswith(".woff2") for name in named)
    assert "http" not in css
    readme = (ROOT / "engine/vendor/katex/README.md").read_text(encoding="utf-8")
    assert f"KaTeX {formulas.katex_version()}," in readme
    assert formulas.katex_version() in css
    page = (ROOT / "theme/main.html").read_text(encoding="utf-8")
    preloaded = re.findall(r'"((?:Main|Math|Size\d)-\w+)"', page)
    assert len(preloaded) == 4
    assert {f"KaTeX_{name}.woff2" for name in preloaded} <= named


def covers(ranges: str) -> set[int]:
    """The characters of a CSS unicode-range."""
    found = set()
    for text in ranges.split(","):
        first, _, last = text.removeprefix("U+").partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def test_split_fonts_have_every_character_where_browsers_look_for_it():
    theme = ROOT / "theme/assets/katex"
    whole = json.loads((ROOT / "engine/vendor/katex/fonts.json").read_text(encoding="utf-8"))
    rules: dict[str, list[tuple[Path, set[int]]]] = {}
    for rule in re.findall(r"@font-face\{[^}]*\}", (theme / "katex.min.css").read_text(encoding="utf-8")):
        file, limits = re.search(r"url\(([^)]*)\)", rule)[1], re.search(r"unicode-range:([^;}]*)", rule)
        key = "".join(re.findall(r"font-(?:family|style|weight):([^;}]*)", rule))
        if limits:
            rules.setdefault(key, []).append((theme / file, covers(limits[1])))
    assert len(rules) == len(whole) >= 10
    for parts in rules.values():
        (rest, outer), (common, inner) = parts
        assert rest.stem == f"{common.stem}-rest"
        expected = covers(whole[common.stem.removeprefix("KaTeX_")])
        has = {file: set(TTFont(file).getBestCmap()) for file, _ in parts}
        assert inner <= has[common], "the part that is asked first"
        assert expected - inner <= has[rest] & outer, "the part that is asked for all else"
        assert has[common] | has[rest] == expected
        assert 0x20 in inner, "the metrics of the family come from the part with the space"
        assert not outer & {0x200B, ord("当")}, "what no font has fetches none: KaTeX's zero-width space, Chinese"
        assert common.stat().st_size < 0.85 * (common.stat().st_size + rest.stat().st_size)
