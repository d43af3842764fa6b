"""Code on a page is that of the file, to the byte, or it is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown import Markdown
from mkdocs.config import load_config

from engine.render.snippets import fence
from engine.sources.verbatim import alteration

ROOT = Path(__file__).parents[2]
Show = Callable[[str], str]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Show:
    """The text of code as a page shows it in a tab, with the configuration of the site."""
    folder = tmp_path_factory.mktemp("fragments")
    config = load_config(str(ROOT / "mkdocs.yml"))
    configs = config.mdx_configs | {"pymdownx.snippets": config.mdx_configs["pymdownx.snippets"]}
    configs["pymdownx.snippets"] = configs["pymdownx.snippets"] | {"base_path": [str(folder)]}
    converter = Markdown(extensions=list(config.markdown_extensions), extension_configs=configs)

    def show(source: str) -> str:
        tab = '=== "A"\n\n' + indent(fence(source, "python", 'data-snippet="a.py"'), "    ")
        (folder / "a.md").write_bytes(tab.encode())
        return BeautifulSoup(converter.reset().convert('# A\n\n--8<-- "a.md"\n'), "html.parser").pre.get_text()

    return show


SIGNS = st.characters(min_codepoint=1, exclude_categories=["Cs"])
PIECES = st.sampled_from(
    [
        *" \t\n'\"`#;$\\<&*_[]{}|\x02\x0b\x85\u2028",
        "'''",
        "\n\n",
        "    ",
        "a",
        "```",
        "--8<-- 'a'",
        "# --8<-- [start:a]",
    ]
)


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.lists(PIECES | SIGNS, max_size=12).map("".join))
@example("x = 'a  ' \n\n\n\ny = '''  a\n\n    b'''\n")
@example("&amp; <b> {{ a }} {% b %} $x$ \\(y\\) [^1]: a\n*[HTML]: b\n\xa0a\x1b\u200b\ufeff")
def test_what_is_not_refused_is_shown_to_the_byte(show: Show, source: str) -> None:
    if source.strip() and alteration(source) is None:
        assert show(source).removesuffix("\n") == source.removesuffix("\n")


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a = 1\nb = 'a\tb'\n", 2, "a page would not show a tab as it is; write '\\t' in a string, blanks elsewhere"),
        ("if a:\n\tb = 1\n", 2, "a tab"),
        ("a = '''b\n   \nc'''\n", 2, "a page would empty this line of blanks"),
        ("a = 'b\x02c'\n", 1, "U+0002"),
        ("a = 'b\x03c'\n", 1, "U+0003"),
        ("a = 'b\x0cc'\n", 1, "U+000C"),
        ("a = 'b\x85c'\n", 1, "U+0085"),
        ("a = 'b\u2028c'\n", 1, "U+2028 as it is; write '\\u2028' in a string"),
        ("\n\na = 1\n", 1, "begins with an empty line"),
        ("a = 1\n\n", 2, "ends with an empty line"),
    ],
)
def test_what_a_page_would_alter_is_refused(show: Show, source: str, line: int, said: str) -> None:
    assert show(source) != source, "there would be no reason to refuse it"
    number, reason = alteration(source) or (0, "")
    assert number == line
    assert said in reason


def test_the_snippets_are_shown_to_the_byte(show: Show) -> None:
    files = sorted((ROOT / "snippets").rglob("*.py"))
    assert files
    for file in files:
        source = file.read_text(encoding="utf-8")
        assert alteration(source) is None, file
        assert show(source) == source, file
