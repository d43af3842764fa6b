"""A translation has the content of its English page, and each of its paragraphs the English text of today."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mkdocs.config import load_config

from engine.__main__ import main
from engine.base.errors import Problem
from engine.commands.outcome import FAILED, OK, USAGE
from engine.sources import blocks
from engine.translation.check import check, record

ROOT = Path(__file__).parents[2]

ENGLISH = """\
---
title: Demo
description: What the demo shows.
hide: [toc]
---

# Demo

It is smooth, as $f(x) = x + 1$ shows.[^one] See [the second part](#second-part).

A plain paragraph.

Another plain paragraph,
in two lines.

$$
f(x) = x + 1 \\quad \\text{for all } x
$$

--8<-- "demo/claims/one.md"

## Second part

- **First.** Since 2001, `beta` is a name.
- Second, in float32.
- Third.

/// details | Why $f > 0$
    type: proof

--8<-- "demo/derivations/two.md"
///

| Library | Source |
|---|---|
| NumPy | [code](https://example.org/a) |
| JAX | [code](https://example.org/b) |

```sh
make check  # run it
make test
```

<p class="note" title="A note">In HTML.</p>

The end.
"""
CHINESE = """\
---
title: 示例
description: 本示例展示的内容。
hide: [toc]
---

# 示例 { #demo }

它是光滑的，由 $f(x) = x + 1$ 可见。[^one]见[第二部分](#second-part)。

普通的一段。

又一段，
分两行。

$$
f(x) = x + 1 \\quad \\text{对所有 } x
$$

--8<-- "demo/claims/one.md"

## 第二部分 { #second-part }

- **第一。**自 2001 年起，`beta` 是一个名称。
- 第二，用 float32。
- 第三。

/// details | 为何 $f > 0$
    type: proof

--8<-- "demo/derivations/two.md"
///

| 库 | 来源 |
|---|---|
| NumPy | [代码](https://example.org/a) |
| JAX | [代码](https://example.org/b) |

```sh
make check  # 运行
make test
```

<p class="note" title="注">用 HTML。</p>

完。
"""
EN, ZH = "docs/en/page.md", "docs/zh/page.md"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A page and its translation, recorded."""
    for name, text in ((EN, ENGLISH), (ZH, CHINESE)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "snippets").mkdir()
    (tmp_path / "mkdocs.zh.yml").touch()
    assert record(tmp_path, {tmp_path / ZH: set()}) == ([f"{ZH}: 21 recorded"], [])
    assert check(tmp_path) == []
    return tmp_path


def change(site: Path, name: str, old: str, new: str) -> None:
    text = (site / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (site / name).write_text(text.replace(old, new), encoding="utf-8")


def line(text: str, part: str) -> int:
    assert text.count(part) == 1, part
    return text.count("\n", 0, text.index(part)) + 1


def ledger(site: Path) -> str:
    return (site / "docs/zh.yml").read_text(encoding="utf-8")


# The content


@pytest.mark.parametrize(
    ("old", "new", "at", "english", "said"),
    [
        # Changed.
        ('--8<-- "demo/claims/one.md"', '--8<-- "demo/claims/two.md"', "--8<-- ", "demo/claims", "two.md"),
        ("= x + 1 \\quad", "= x - 1 \\quad", "$$", "f(x) = x + 1 \\quad", "formula f(x) = x - 1"),
        ("由 $f(x) = x + 1$", "由 $f(x) = x - 1$", "它是", "It is smooth", "formula $f(x) = x - 1$"),
        ("[^one]", "", "它是", "It is smooth", "missing: footnote [^one]"),
        ("[^one]", "[^two]", "它是", "It is smooth", "too much: footnote [^two]"),
        ("{ #second-part }", "{ #part-two }", "## 第", "## Second", "missing: anchor #second-part"),
        (" { #second-part }", "", "## 第", "## Second", "too much: anchor #第二部分"),
        ("(#second-part)", "(#demo)", "它是", "It is smooth", "missing: link #second-part"),
        ("2001", "2002", "**第一", "**First", "missing: number 2001"),
        ("float32", "float64", "第二，", "Second,", "missing: number float32"),
        ("`beta`", "`β`", "**第一", "**First", "missing: code `beta`"),
        ("**第一。**", "第一。", "第一。自", "**First", "missing: mark of bold **"),
        ("为何 $f > 0$", "为何 $f < 0$", "/// details", "/// details", "missing: formula $f > 0$"),
        ("    type: proof", "    type: note", "    type", "    type", "missing: options type: proof"),
        ("example.org/b", "example.org/c", "| JAX", "| JAX", "missing: link https://example.org/b"),
        ("make test", "make tests", "```sh", "```sh", "make tests"),
        ('class="note"', 'class="warning"', "<p", "<p", 'missing: HTML <p class="note">'),
        ("hide: [toc]", "hide: [navigation]", "---\ntitle", "---\ntitle", 'missing: setting hide: ["toc"]'),
    ],
)  # fmt: skip
def test_content_that_differs_is_found_and_named(
    site: Path, old: str, new: str, at: str, english: str, said: str
) -> None:
    change(site, ZH, old, new)
    text = (site / ZH).read_text(encoding="utf-8")
    where = text.count("\n", 0, text.index(at)) + 1
    source = ENGLISH.count("\n", 0, ENGLISH.index(english)) + 1
    problem = check(site)[0]
    assert (problem.path, problem.line) == (ZH, where), problem
    assert re.search(rf"{re.escape(EN)}:({source}|{source - 1})\b", problem.reason), problem
    assert said in problem.detail
    before = ledger(site)
    assert problem in record(site, {site / ZH: set()}, unchanged=True)[1]
    assert ledger(site) == before, "a page with other content is not recorded"


@pytest.mark.parametrize(
    ("part", "count", "name"),
    [
        ('--8<-- "demo/claims/one.md"\n\n', 1, "the include of"),
        ("普通的一段。\n\n", 1, "the paragraph of"),
        ("又一段，\n分两行。\n\n", 1, "the paragraph of"),
        ("- **第一。**自 2001 年起，`beta` 是一个名称。\n", 1, "the list item of"),
        ("- 第二，用 float32。\n", 1, "the list item of"),
        ("- 第三。\n", 1, "the list item of"),
        ("| JAX | [代码](https://example.org/b) |\n", 2, "2 blocks of"),
        ("## 第二部分 { #second-part }\n\n", 1, "the heading 2 of"),
        ("$$\nf(x) = x + 1 \\quad \\text{对所有 } x\n$$\n\n", 1, "the formula of"),
        ("description: 本示例展示的内容。\n", 1, "the description of"),
        ("\n完。\n", 1, "the paragraph of"),
    ],
)
def test_what_is_left_out_is_named_once(site: Path, part: str, count: int, name: str) -> None:
    """Also among paragraphs that look alike but for their words: the ledger knows them."""
    change(site, ZH, part, "")
    (problem,) = check(site)
    start = line(CHINESE, part.strip("\n"))
    assert problem.path == ZH
    assert problem.line is not None
    assert problem.line < start
    assert problem.reason.startswith(f"lacks {name} {EN}:")
    assert len(problem.detail.splitlines()) == count


@pytest.mark.parametrize(
    ("before", "added", "name"),
    [
        ("A plain paragraph.", "A new one.\n\n", "paragraph"),
        ("Another plain", "A new one.\n\n", "paragraph"),
        ("- **First", "- A new one.\n", "list item"),
        ("- Third", "- A new one.\n", "list item"),
        ("## Second part", "## A new one\n\n", "heading 2"),
        ("The end.", '--8<-- "demo/new.md"\n\n', "include"),
    ],
)
def test_one_more_english_block_is_one_message(site: Path, before: str, added: str, name: str) -> None:
    at = line(ENGLISH, before)
    change(site, EN, before, added + before)
    (problem,) = check(site)
    assert problem.path == ZH
    assert problem.reason == f"lacks the {name} of {EN}:{at}"
    assert problem.detail.startswith(f"  {at}: ")


def test_what_only_the_translation_says_is_named(site: Path) -> None:
    at = line(CHINESE, "又一段")
    change(site, ZH, "又一段", "原文没有的一段。\n\n又一段")
    (problem,) = check(site)
    assert (problem.path, problem.line) == (ZH, at)
    assert problem.reason == f"adds the paragraph that {EN} does not have after line {line(ENGLISH, 'A plain')}"


def test_another_level_or_another_place_is_another_content(site: Path) -> None:
    change(site, ZH, "## 第二部分", "### 第二部分")
    assert check(site)[0].reason.split(" of ")[0] == "lacks the heading 2"
    change(site, ZH, "### 第二部分", "## 第二部分")
    change(site, ZH, "- 第三。", "    第三。")
    assert check(site) != []


def test_words_in_formulas_code_and_html_may_differ(site: Path) -> None:
    """They do in the fixture; a formula's words are remembered like any others."""
    change(site, EN, "for all", "for each")
    (problem,) = check(site)
    assert (problem.line, "out of date: formula" in problem.reason) == (line(CHINESE, "\\text") - 1, True)


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_every_page_has_its_pendant(site: Path, language: str, other: str) -> None:
    (site / f"docs/{language}/more.md").write_text("# More\n")
    (problem,) = check(site)
    assert (problem.path, problem.line) == (f"docs/{language}/more.md", 1)
    assert problem.reason.startswith("is not translated" if language == "en" else "renders no English page")


def test_a_page_can_be_in_english_only(site: Path) -> None:
    (site / "docs/en/lab.md").write_text("---\ntranslate: false\n---\n\n# Lab\n")
    assert check(site) == []
    (site / "docs/zh/lab.md").write_text("# 实验\n", encoding="utf-8")
    (problem,) = check(site)
    assert (
        str(problem)
        == "docs/zh/lab.md:1: renders docs/en/lab.md, whose front matter says `translate: false`; remove one of the two"
    )
    assert record(site, {site / "docs/zh/lab.md": set()}) == ([], [problem])
    (site / "docs/en/lab.md").write_text("---\ntranslate: never\n---\n")
    assert [str(problem) for problem in check(site)] == ["docs/en/lab.md:2: `translate` is true or false"]
    (site / "docs/en/lab.md").write_text("---\ntitle: Lab\nhide: [\n---\n")
    assert [(problem.path, problem.line) for problem in check(site)] == [("docs/en/lab.md", 3)]


def test_a_project_without_translation_has_nothing_to_prove(site: Path) -> None:
    shutil.rmtree(site / "docs/zh")
    (site / "docs/en/page.md").write_text("---\ntranslate: never\n---\n")
    assert check(site) == []


# The memory


@pytest.mark.parametrize(
    ("old", "new", "chinese", "name"),
    [
        ("title: Demo", "title: The demo", "title: 示例", "title"),
        ("the demo shows", "the demo proves", "description:", "description"),
        ("# Demo", "# Demo { #demo }", "# 示例", "heading 1"),
        ("It is smooth", "It is very smooth", "它是", "paragraph"),
        ("in two lines", "in three lines", "又一段", "paragraph"),
        ("Second, in", "The second, in", "- 第二", "list item"),
        ("| Library", "| Framework", "| 库", "head cell"),
        ("/// details | Why", "/// details | How", "/// details", "title"),
        ("# run it", "# run all", "```sh", "code"),
        ("A note", "One note", "<p", "HTML"),
    ],
)
def test_a_paragraph_out_of_date_is_named(site: Path, old: str, new: str, chinese: str, name: str) -> None:
    change(site, EN, old, new)
    (problem,) = check(site)
    at = CHINESE.count("\n", 0, CHINESE.index(chinese)) + 1
    assert (problem.path, problem.line) == (ZH, at)
    assert problem.reason.startswith(f"out of date: {name} “")
    assert f"{EN}:" in problem.reason
    assert f"python -m engine translated {ZH}:{at}\n" in problem.detail


def test_both_paragraphs_of_an_english_swap_are_out_of_date(site: Path) -> None:
    change(site, EN, "A plain paragraph.\n\nAnother plain paragraph,\nin two lines.",
           "Another plain paragraph,\nin two lines.\n\nA plain paragraph.")  # fmt: skip
    assert [problem.line for problem in check(site)] == [line(CHINESE, "普通的"), line(CHINESE, "又一段")]


def test_nobody_records_by_accident_that_nothing_had_to_be_done(site: Path) -> None:
    change(site, EN, "A plain", "The plain")
    change(site, EN, "The end", "An end")
    stale = check(site)
    before = ledger(site)
    assert record(site, {site / ZH: set()}) == ([], stale)
    assert ledger(site) == before
    change(site, ZH, "普通的一段", "那普通的一段")
    assert record(site, {site / ZH: set()}) == ([f"{ZH}: 1 recorded"], stale[1:])
    assert check(site) == stale[1:]
    at = line(CHINESE, "完。")
    assert record(site, {site / ZH: {1, at}}, unchanged=True)[1] == [
        Problem(ZH, "no paragraph begins here; name its first line", 1)
    ]
    assert check(site) == []


def test_a_translation_that_was_edited_is_recorded_before_the_english_changes(site: Path) -> None:
    """Else a later change of the English would meet an unknown Chinese text, and take it for the new rendering."""
    change(site, ZH, "普通的一段", "平常的一段")
    (problem,) = check(site)
    assert problem.reason.startswith("not recorded")
    assert problem.line == line(CHINESE, "普通的")


def test_one_line_records_one_paragraph(site: Path) -> None:
    for old, new in (("普通的一段", "平常的一段"), ("完。", "结束。")):
        change(site, ZH, old, new)
    first, second = check(site)
    assert record(site, {site / ZH: {second.line or 0}}) == ([f"{ZH}: 1 recorded"], [])
    assert check(site) == [first]


def test_a_twin_does_not_vouch_for_its_twin(site: Path) -> None:
    for name, twin in ((EN, "\nThe end.\n"), (ZH, "\n完。\n")):
        change(site, name, twin, twin * 2)
    assert record(site, {site / ZH: set()})[1] == []
    change(site, EN, "\nThe end.\n\nThe end.\n", "\nThe end.\n\nThe very end.\n")
    (problem,) = check(site)
    assert problem.reason.startswith("out of date")
    assert record(site, {site / ZH: set()}) == ([], [problem])


def test_a_ledger_holds_nothing_that_is_gone(site: Path) -> None:
    change(site, EN, "\nThe end.\n", "")
    change(site, ZH, "\n完。\n", "")
    (problem,) = check(site)
    assert (problem.path, problem.line) == ("docs/zh.yml", len(ledger(site).splitlines()))
    assert problem.reason == "records a paragraph that is gone: “The end.”"
    record(site, {site / ZH: set()})
    assert check(site) == []
    for name in (EN, ZH):
        (site / name).rename((site / name).with_name("other.md"))
    assert [str(problem).split("\n")[0] for problem in check(site)] == [
        "docs/zh/other.md:1: no paragraph is recorded as rendering docs/en/other.md",
        "docs/zh.yml:4: records a page that is gone: 'page.md'",
    ]
    record(site, {site / "docs/zh/other.md": set()})
    assert check(site) == []
    assert "page.md" not in ledger(site)


def test_a_broken_ledger_is_reported_with_its_line(site: Path) -> None:
    text = ledger(site)
    (site / "docs/zh.yml").write_text(re.sub(r'zh: "\w+"', 'zh: "?"', text, count=1), encoding="utf-8")
    (problem,) = check(site)
    assert (problem.path, problem.line) == ("docs/zh.yml", 4)


def test_the_command_line(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(site)
    change(site, EN, "A plain", "The plain")
    where = f"{ZH}:{line(CHINESE, '普通的')}"
    assert main(["translated"]) == FAILED
    assert main(["translated", ZH]) == FAILED
    assert main(["translated", "--unchanged"]) == USAGE
    for path in (EN, "docs/zh/none.md", "docs", "docs/zh:3"):
        assert main(["translated", path]) == USAGE, path
    assert check(site) != []
    capsys.readouterr()
    assert main(["translated", "--unchanged", where]) == OK
    assert capsys.readouterr().out == f"{ZH}: 1 recorded\n1 page(s), 0 problem(s)\n"
    assert check(site) == []
    assert main(["translated", "docs/zh"]) == OK


# The reading

PAGES = [page for page in sorted((ROOT / "docs/en").rglob("*.md")) if blocks.read(ROOT, page).translate]
BREAK = re.compile(r"""(?<!\.md")[ \n]+(?=[A-Za-z(`$])""")  # an include keeps its line


@settings(max_examples=40)
@given(data=st.data())
def test_wrapping_changes_nothing(data: st.DataObject) -> None:
    """Blanks and line ends at any place within the real paragraphs; more empty lines between them."""
    text = data.draw(st.sampled_from(PAGES)).read_text(encoding="utf-8")
    random = data.draw(st.randoms(use_true_random=False))
    parts = re.split(r"(\n{2,})", text)
    for index, part in enumerate(parts):
        if index % 2:
            parts[index] = "\n" * random.randint(2, 4)
        elif re.match(r"[A-Za-z*$`]", part) and not part.startswith("```"):
            parts[index] = BREAK.sub(lambda _: random.choice([" ", " ", "\n", "  "]), part)
    found, before = (blocks.parse("page", each).blocks for each in ("".join(parts), text))
    assert [(b.kind, b.text, b.marks) for b in found] == [(b.kind, b.text, b.marks) for b in before]


def test_chinese_may_be_wrapped_anywhere() -> None:
    assert blocks.parse("page", "函数是\n光滑的，\n而 $f$\n不是。").blocks[0].text == "函数是光滑的，而$f$不是。"
    one, other = (blocks.parse("page", text).blocks[0] for text in ("a b c", "ab c"))
    assert one.text != other.text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_anchors_and_formulas_are_those_of_the_site(page: Path) -> None:
    """Read as MkDocs will read the page, but for its includes."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    used = [name for name in config.markdown_extensions if name not in ("pymdownx.snippets", "engine.site.formulas")]
    formulas = {"pymdownx.arithmatex": {"generic": True}}
    converter = markdown.Markdown(extensions=[*used, *formulas], extension_configs=config.mdx_configs | formulas)
    text = page.read_text(encoding="utf-8")
    html = converter.convert(re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))
    marks = [mark for block in blocks.parse("page", text).blocks for mark in block.marks if block.kind != "description"]
    assert re.findall(r'<h\d id="([^"]+)', html) == [text[1:] for what, text in marks if what == "anchor"]
    assert html.count('class="arithmatex"') == sum(what == "formula" for what, _ in marks)
    assert len(re.findall(r"(?<!</span>)<code>", html)) == sum(
        what == "code" and text[0] == "`" for what, text in marks
    )
    assert len(re.findall(r"<li>", html)) == sum("item+" in block.kind for block in blocks.parse("page", text).blocks)


# Every fault in the real pages


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The English pages as their own translation, recorded: each by its path, in a project of its own."""
    made = {page.relative_to(ROOT / "docs/en").as_posix(): tmp_path_factory.mktemp("translated") for page in PAGES}
    for name, copy in made.items():
        for language in ("en", "zh"):
            target = copy / "docs" / language / name
            target.parent.mkdir(parents=True)
            shutil.copy(ROOT / "docs/en" / name, target)
        (copy / "mkdocs.zh.yml").touch()
        assert record(copy, {copy / "docs/zh" / name: set()})[1] == []
        assert check(copy) == []
    return made


class Sample:
    """Four faults in blocks of each kind, or all."""

    def __init__(self, whole: bool) -> None:
        self.whole = whole
        self.tried: Counter[str] = Counter()

    def takes(self, block: blocks.Block) -> bool:
        self.tried[block.kind] += 1
        return self.whole or self.tried[block.kind] <= 4


Faults = Iterator[tuple[int, str]]  # the offset of each fault, and the text that has it


def replaced(text: str, pattern: str, other: Callable[[str], str], within: str = r"[\s\S]+") -> Faults:
    """Each match of the pattern inside matches of `within`, replaced."""
    for outer in re.finditer(within, text):
        for match in re.compile(pattern, re.MULTILINE).finditer(text, *outer.span()):
            yield match.start(), text[: match.start()] + other(match[0]) + text[match.end() :]


FORMULA = r"\$\$[^$]+\$\$|\$[^$]+\$"


def dropped_parts(text: str) -> Faults:
    """Each part between empty lines."""
    yield from replaced(text, r"(?<=\n\n)[^\n]+(?:\n[^\n]+)*(?=\n\n|\n\Z)", lambda _: "")


def dropped_lines(text: str) -> Faults:
    """Each list item's or row's first line, include, heading."""
    yield from replaced(text, r"^(?:- |\| |--8<--|#+ ).*\n", lambda _: "")


def swapped_includes(text: str) -> Faults:
    includes = list(re.finditer(r"^--8<-- .*$", text, re.MULTILINE))
    for first, second in pairwise(includes):
        between = text[first.end() : second.start()]
        yield first.start(), text[: first.start()] + second[0] + between + first[0] + text[second.end() :]


def changed_formulas(text: str) -> Faults:
    """Signs, digits and relations."""
    others = str.maketrans("+-<>0123456789", "-+><1234567890")
    yield from replaced(text, r"[-+<>\d]", lambda sign: sign.translate(others), FORMULA)


def changed_numbers(text: str) -> Faults:
    yield from replaced(text, r"(?<=float)\d\d|\b(?:20|19)\d\d\b", lambda number: str(int(number) + 1))


def changed_links(text: str) -> Faults:
    yield from replaced(text, r"(?<=\]\()[^)]+", lambda target: target + "x")


def changed_footnotes(text: str) -> Faults:
    yield from replaced(text, r"\[\^\w+\]", lambda _: "")
    yield from replaced(text, r"\[\^\w+\]", lambda key: key[:-1] + "x]")


def changed_code(text: str) -> Faults:
    yield from replaced(text, r"(?<!`)`[^`\n]+`(?!`)", lambda code: f"`{code[1:-1]}_`")


def changed_headings(text: str) -> Faults:
    yield from replaced(text, r"^#+ (?=\w)", lambda level: "#" + level)
    yield from replaced(text, r"^#+ .*\w$", lambda heading: heading + " { #other }")


@pytest.mark.parametrize(
    "faults",
    [
        dropped_parts,
        dropped_lines,
        swapped_includes,
        changed_formulas,
        changed_numbers,
        changed_links,
        changed_footnotes,
        changed_code,
        changed_headings,
    ],
)
def test_no_page_can_be_other_than_the_english_one(
    copies: dict[str, Path], faults: Callable[[str], Faults], whole: bool
) -> None:
    """Each fault is found, and named within the block where it is, or before it where it is one that lacks."""
    injected, missed, sample = 0, [], Sample(whole)
    for name, copy in copies.items():
        page = copy / "docs/zh" / name
        text = page.read_text(encoding="utf-8")
        there = sorted(blocks.parse("page", text).blocks, key=lambda block: block.line)
        for offset, faulty in faults(text):
            at = text.count("\n", 0, offset) + 1
            near = [block for block in there if block.line <= at]
            if not sample.takes(near[-1]):
                continue
            injected += 1
            page.write_text(faulty, encoding="utf-8")
            found = check(copy)
            where = {problem.line for problem in found if problem.path.startswith("docs/zh/")}
            first = sorted({block.line for block in near})[-3:][0]
            if not where & set(range(first, at + 3)):
                missed.append(f"{name}:{at}: {text.splitlines()[at - 1]}\n" + "\n".join(map(str, found)))
        page.write_text(text, encoding="utf-8")
    print(f"{injected - len(missed)} of {injected} faults found")
    assert injected
    assert missed == []


def test_no_english_paragraph_can_change_alone(copies: dict[str, Path], whole: bool) -> None:
    """One word more in an English block: that block is named, and no other."""
    injected, found, sample = 0, 0, Sample(whole)
    for name, copy in copies.items():
        page = copy / "docs/en" / name
        text = page.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        for block in blocks.parse("page", text).blocks:
            index, start = block.line - 1, block.text.split(" ")[0]
            if not block.prose or start not in lines[index] or not sample.takes(block):
                continue  # a folded description, a heading's code: the word would stand elsewhere
            changed = lines[index].replace(start, f"{start} indeed", 1)
            page.write_text("".join([*lines[:index], changed, *lines[index + 1 :]]), encoding="utf-8")
            problems = check(copy)
            injected += 1
            found += {(problem.path, problem.line) for problem in problems} == {(f"docs/zh/{name}", block.line)}
        page.write_text(text, encoding="utf-8")
        assert check(copy) == []
    print(f"{found} of {injected} faults found")
    assert found == injected > (100 if whole else 10)
