"""Citations: every key is a work of references.bib, and every page that cites gets its list."""

from __future__ import annotations

from pathlib import Path

import markdown
import pytest

from engine.base.store import Store
from engine.render.references import footnotes

BIB = r"""
@article{one2001,
  author = {M{\"u}ller, Klaus-Robert and Doe, Jane Q.},
  title = {A {B}ig Title},
  journal = {Journal},
  volume = {3},
  number = {2},
  pages = {1--9},
  year = {2001},
  doi = {10.1000/1},
}
@misc{two2002,
  author = {{An Institute}}, title = {Other}, year = {2002}, eprint = {2002.00001}, archiveprefix = {arXiv}
}
"""


@pytest.fixture
def cite(tmp_path: Path):
    (tmp_path / "docs/en/functions").mkdir(parents=True)
    (tmp_path / "docs/references.bib").write_text(BIB, encoding="utf-8")

    def cite(text: str) -> tuple[dict[str, str], list[str]]:
        (tmp_path / "docs/en/functions/page.md").write_text(text, encoding="utf-8")
        fragments, problems = footnotes(tmp_path, "en", Store(tmp_path / ".cache"))
        return fragments, [str(problem) for problem in problems]

    return cite


def test_works_are_listed_in_the_order_of_citation(cite) -> None:
    for _ in range(2):  # once parsed, once kept
        fragments, problems = cite("A[^two2002] b[^one2001] again[^two2002].\n")
        assert problems == []
        assert list(fragments) == ["references/functions/page.md"]
        assert fragments["references/functions/page.md"] == (
            "[^two2002]: An Institute. *Other*. 2002. [arXiv:2002.00001](https://arxiv.org/abs/2002.00001).\n"
            "[^one2001]: K.-R. Müller, J. Q. Doe. *A Big Title*. Journal 3(2):1–9, 2001. "
            "[doi:10.1000/1](https://doi.org/10.1000/1).\n"
        )
    html = markdown.markdown("A[^two2002].\n\n" + fragments["references/functions/page.md"], extensions=["footnotes"])
    assert 'id="fn:two2002"' in html


def test_an_unknown_work_is_a_problem_with_its_line(cite) -> None:
    assert cite("text\n\nA[^one2001] and b[^one2010].\n")[1] == [
        "docs/en/functions/page.md:3: no work 'one2010' in docs/references.bib; add it there, or mend the key"
    ]


def test_own_footnotes_and_code_are_left_alone(cite) -> None:
    assert cite("A[^1] `[^x]`.\n\n```\n[^y]\n```\n\n[^1]: A note.\n") == ({}, [])


def test_broken_bibtex_is_a_problem_with_its_line(cite, tmp_path: Path) -> None:
    (tmp_path / "docs/references.bib").write_text(BIB.replace("year = {2001},", "year = {2001"), encoding="utf-8")
    (problem,) = cite("A[^one2001].\n")[1]
    assert problem.startswith("docs/references.bib:")
