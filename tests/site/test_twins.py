"""HTML as the site writes it, and the Markdown that comes of it."""

from __future__ import annotations

import time
from html import escape

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from engine.site.formulas import render
from engine.site.twins import convert


def formula(tex: str, display: bool = False) -> str:
    """As engine.site.formulas leaves it in a page."""
    tag = "div" if display else "span"
    return f'<{tag} class="arithmatex" data-search-exclude="">{render(tex, display)}</{tag}>'


CODE = (
    '<div class="language-python highlight" data-snippet="snippets/a/b.py"><pre><span></span><code>'
    '<a id="__codelineno-0-1"></a><span class="k">if</span> x &lt; 1 &amp; y:\n\n\n    <span class="n">`$_*`</span>\n'
    "</code></pre></div>"
)
OUTPUT = (
    '<div class="language-text output no-copy highlight"><span class="filename">NumPy 2</span><pre><span></span>'
    "<code>```\n  1 | 2\n</code></pre></div>"
)
TABS = (
    '<div class="tabbed-set tabbed-alternate"><input id="a" type="radio"><input id="b" type="radio">'
    '<div class="tabbed-labels"><label for="a">NumPy</label><label for="b">JAX</label></div>\n'
    '<div class="tabbed-content">'
    '<div class="tabbed-block">\n<p>one</p>\n</div>\n<div class="tabbed-block">\n<p>two</p>\n</div></div></div>'
)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        pytest.param(f"<p>so {formula('a_b < c*d')}, and</p>", "so $a_b < c*d$, and", id="formula"),
        pytest.param(
            f"<p>a</p>{formula('x = 1' + chr(10) + ' + y', True)}<p>c</p>",
            "a\n\n$$\nx = 1\n + y\n$$\n\nc",
            id="displayed formula",
        ),
        pytest.param(
            f"<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>{formula('|x|')}</td><td>y | "
            "<code>p|q</code></td></tr></tbody></table>",
            "| a | b |\n| --- | --- |\n| $\\|x\\|$ | y \\| `p\\|q` |",
            id="bars in a table",
        ),
        pytest.param(
            CODE,
            '```python title="snippets/a/b.py"\nif x < 1 & y:\n\n\n    `$_*`\n```',
            id="code",
        ),
        pytest.param(OUTPUT, '````text title="NumPy 2"\n```\n  1 | 2\n````', id="output"),
        pytest.param("<pre>\n\n  x\n</pre>", "```text\n\n  x\n```", id="bare pre"),
        pytest.param(
            f"<ul><li><p>a</p>{OUTPUT}</li></ul>",
            '- a\n\n  ````text title="NumPy 2"\n  ```\n    1 | 2\n  ````',
            id="code in a list",
        ),
        pytest.param(
            TABS.replace("JAX", f"at {formula('b = 1')}"),
            f"**NumPy**\n\none\n\n**at $b = 1${''}**\n\ntwo",
            id="a formula in a tab",
        ),
        pytest.param("<p>1986. A</p><p># B</p><p>- C</p>", "1986\\. A\n\n\\# B\n\n\\- C", id="beginnings"),
        pytest.param("<p>so! <a href='b'>c</a></p>", "so! [c](b)", id="a sign before a link"),
        pytest.param("<p>so!<a href='b'>c</a></p>", "so\\![c](b)", id="no image"),
        pytest.param("<h2>The sharp #</h2>", "## The sharp \\#", id="no end of a heading"),
        pytest.param("<p><b>1. A</b> 2. B <i>- c</i> - d</p>", "**1. A** 2. B *- c* - d", id="no beginnings"),
        pytest.param(TABS, "**NumPy**\n\none\n\n**JAX**\n\ntwo", id="tabs"),
        pytest.param(
            '<details class="claim" id="c"><summary><span class="verdict-half">half <strong>true</strong></span> '
            f"<code>a.py</code>: {formula('x')}</summary>\n<p>body</p>\n</details>\n<p>next</p>",
            "**half true `a.py`: $x$**\n\nbody\n\nnext",
            id="details",
        ),
        pytest.param(
            '<div class="admonition failure"><p class="admonition-title">Failed</p><p>why</p></div>',
            "**Failed**\n\nwhy",
            id="admonition",
        ),
        pytest.param(
            '<figure class="plot" id="f"><svg role="img"><desc>A line, *rising*</desc><text>3</text></svg></figure>',
            "Figure: A line, \\*rising\\*",
            id="figure",
        ),
        pytest.param(
            '<activation-explorer data-x="1"><figure><svg role="img"><desc>Alt</desc></svg></figure>'
            "<button>Go</button><script>1 < 2</script></activation-explorer>",
            "Figure: Alt",
            id="custom element",
        ),
        pytest.param(
            '<p><img src="data:image/png;base64,AA" alt="Loss"> <img src="a.png" alt="B"></p>',
            "Figure: Loss\n\n![B](a.png)",
            id="image",
        ),
        pytest.param(
            '<p>as said<sup id="fnref:key2001"><a class="footnote-ref" href="#fn:key2001">1</a></sup>.</p>'
            '<div class="footnote"><hr/><ol>\n<li id="fn:key2001"><p>A. B. <em>Title</em>. '
            '<a href="https://e.org">e</a> <a class="footnote-backref" href="#fnref:key2001">↩</a></p></li>\n'
            "</ol></div>",
            "as said[^key2001].\n\n[^key2001]: A. B. *Title*. [e](https://e.org)",
            id="footnote",
        ),
        pytest.param(
            '<h2 id="a">β and <code>x_1</code><a class="headerlink" href="#a" title="Permanent link">¶</a></h2>'
            '<p><a href="#a">up</a>, <a href="../../checked/">there</a></p>',
            "## β and `x_1`\n\n[up](./#a), [there](../../checked/)",
            id="links",
        ),
        pytest.param("<p>4.5 × 10<sup>−15</sup>, x<sub>0</sub></p>", "4.5 × 10^−15, x_0", id="superscript"),
        pytest.param(
            "<p>$5 &lt;b&gt; &amp;amp; a_b*c \\* [^1] `q`</p>",
            "\\$5 \\<b> \\&amp; a\\_b\\*c \\\\\\* \\[^1] \\`q\\`",
            id="markup in a text",
        ),
        pytest.param("<p>one\ntwo\n- three</p>", "one two - three", id="a paragraph is a line"),
        pytest.param("<p>a</p><p hidden>b</p><template><p>c</p></template><!-- d -->", "a", id="not shown"),
    ],
)
def test_conversion(html: str, markdown: str) -> None:
    assert convert(html) == markdown + "\n"


def test_words_of_the_site_are_in_its_language_and_links_lead_to_its_page() -> None:
    html = '<figure><svg role="img"><desc>图</desc></svg></figure><p><a href="#a">b</a></p>'
    assert convert(html, "softplus.html", "zh") == "图：图\n\n[b](softplus.html#a)\n"


def test_time_grows_with_the_page_and_no_faster() -> None:
    part = f"<p>so {formula('f(x) = 1')}</p>{formula('f(x) = 1', True)}{CODE}{OUTPUT}{TABS}"

    def seconds(times: int) -> float:
        start = time.process_time()
        convert(part * times)
        return time.process_time() - start

    seconds(10)
    assert seconds(400) < 20 * seconds(40)


#: What may mean something to Markdown, and what stands between it.
PIECES = st.sampled_from(
    [
        *"#-+*>=|:!~_[]()<&$`\\.1 ax",
        *("12. ", "3) ", "1986. ", "- ", "# ", "> ", ": ", "---", "===", "~~", "```", "--- | ---"),
        *("[x] ", "[^1]", "](", "]: ", "&amp;", "<b>", "http"),
    ]
)
TEXT = st.lists(PIECES, min_size=1, max_size=6).map(lambda parts: " ".join("".join(parts).split()) or "a")
ELEMENTS = [
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "blockquote", "pre", "table", "hr"),
    *("br", "a", "img", "code", "em", "strong", "s", "input", "eq"),
]


def shape(html: str) -> tuple[list[str], list[str]]:
    """The elements of a piece of HTML, but for paragraphs in lists, and its texts."""
    soup = BeautifulSoup(html, "lxml")
    tags = [tag.name for tag in soup.find_all(ELEMENTS) if tag.find_parent("li") is None or tag.name != "p"]
    return tags, ["".join(text.split()) for text in soup.stripped_strings]


@settings(max_examples=400)
@given(first=TEXT, second=TEXT, item=TEXT, quote=TEXT, heading=TEXT)
@example(first="a | b", second="--- | ---", item="[x] a", quote="[a]: b", heading="C #")
@example(first="1986. Text", second="===", item="1. a", quote="~~~", heading="# #")
def test_no_text_turns_into_markup(first: str, second: str, item: str, quote: str, heading: str) -> None:
    parts = [escape(part) for part in (first, second, item, quote, heading)]
    html = (
        "<p>{0}<br>{1}</p><ul><li>{2}</li><li><p>{0}</p><p>{2}</p></li></ul><blockquote><p>{3}</p></blockquote>"
        "<h2>{4}</h2><p><span></span>{3}</p>"
    ).format(*parts)
    parser = (
        MarkdownIt("gfm-like", {"linkify": False}).use(dollarmath_plugin).use(footnote_plugin).use(tasklists_plugin)
    )
    assert shape(parser.render(convert(html))) == shape(html)
