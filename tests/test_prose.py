"""No result is typed by hand: every numeral in the pages' own text is a constant of a formula, or a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
LABS = sorted((ROOT / "snippets").glob("*/labs/*.py"))

# Replaced by blanks, so that lines and columns stay: what is not prose, or is a name with a number in it.
NOT_PROSE = re.compile(
    r"\A---\n.*?\n---\n"  # front matter; its description is checked as prose of its own
    r"|^(`{3,}|~{3,}).*?^\1"
    r"|`[^`\n]*`"
    r"|^\s*-+8<-+ .*?$"
    r"|\]\([^)\n]*\)|<https?://[^>]*>|\{[^}\n]*\}|<[^>\n]*>"
    r"|\[\^[\w-]+\]"
    r"|^\s*\d+\.\s",  # numbers of a list
    re.MULTILINE | re.DOTALL,
)
MATH = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
NUMERAL = re.compile(r"(?<![\w.])\d[\d.,]*(?:e[-+]?\d+)?|(?<=\w)\.\d+")
YEAR = re.compile(r"(?:1[89]|20)\d\d")
THREAD = re.compile(r"(?:#|\bPR |\bissue |§ ?)\d+")
DECIMAL = re.compile(r"\d\.\d")


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def numerals(text: str) -> list[str]:
    """`line: numeral` for each numeral of a page that neither a formula nor a name accounts for.

    In a formula an integer is a constant; a decimal fraction is a result that somebody has worked out.
    """
    text = NOT_PROSE.sub(blank, text)
    found = [match for formula in MATH.finditer(text) for match in DECIMAL.finditer(text, *formula.span())]
    prose = THREAD.sub(blank, MATH.sub(blank, text))
    found += [match for match in NUMERAL.finditer(prose) if not YEAR.fullmatch(match[0].rstrip(".,"))]
    return [f"{text.count(chr(10), 0, match.start()) + 1}: {match[0]}" for match in found]


def prose(script: str) -> str:
    """The markdown cells of a lab, the rest blank, so that lines stay."""
    lines, within = [], False
    for line in script.split("\n"):
        within = line == "# %% [markdown]" if line.startswith("# %%") else within and line.startswith("#")
        lines.append(line[2:] if within and not line.startswith("# %%") else "")
    return "\n".join(lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_number_is_typed_by_hand(page: Path) -> None:
    assert numerals(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_no_number_is_typed_into_the_prose_of_a_lab(lab: Path) -> None:
    text = prose(lab.read_text(encoding="utf-8"))
    assert len(text.split()) > 100
    assert numerals(text) == []


def test_the_prose_of_a_lab_is_found_with_its_lines() -> None:
    script = "# %% [markdown]\n# # Title 1\n#\n# so 2\n\n# %%\nx = 3  # 4\n# 5\n\n# %% [markdown]\n# - 6\n"
    assert numerals(prose(script)) == ["2: 1", "4: 2", "11: 6"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at 20 it is", ["1: 20"]),
        ("\n\nf is 0.974077.", ["3: 0.974077."]),
        ("$f(1) = 1.3133$", ["1: 1.3"]),
        ("about 2.1e-9 of it", ["1: 2.1e-9"]),
        ("$\\pi^2/6$, float32, log1p, `0.5`, in 2001[^dugas2001], PR 262, [a](x/1.2.html)", []),
        ("1. first\n2. second\n", []),
        ("```text\n0.5\n```\n", []),
        ('--8<-- "a/1.md"\n', []),
    ],
)
def test_what_counts_as_typed(text: str, found: list[str]) -> None:
    assert numerals(text) == found
