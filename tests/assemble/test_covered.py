"""What a build shows and says of the libraries' activations, and what it does again."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo import DEFINITION

from engine.assemble import covered
from engine.assemble.site import Site
from engine.base.languages import languages
from engine.run.runner import Runner
from engine.sources.includes import places

COVERAGE = """\
modules: {numpy: aliases}
not_yet: {Identity: [numpy.identity]}
no_activation: []
"""


@pytest.fixture
def site(project: Path) -> Path:
    """A project with one function, which NumPy has, and a word for another name of NumPy."""
    for file, text in {
        "snippets/demo/definition.yml": DEFINITION,
        "docs/coverage.yml": COVERAGE,
        "docs/en/coverage.md": '--8<-- "coverage.md"\n',
        "docs/en/functions/demo.md": '--8<-- "demo/apis.md"\n',
        "mkdocs.yml": "site_name: Demo\n",
    }.items():
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text(text, encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def runner():
    with Runner() as runner:
        yield runner


def ask(site: Path, runner: Runner) -> tuple[str, list[str]]:
    included = {language: places(site, language) for language in languages(site)}
    texts, problems = Site(site, runner)._covered(included)
    return texts["en"]["coverage.md"], list(map(str, problems))


def test_nothing_is_asked_again_while_nothing_changes(
    site: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, problems = ask(site, runner)
    assert problems == []
    assert "| [Demo](functions/demo.md) | `positive` |" in first
    assert "| Identity, not yet | `identity` |" in first
    with monkeypatch.context() as patch:
        patch.setattr(covered, "covered", None)
        assert ask(site, runner) == (first, [])
    (site / "docs/en/functions/demo.md").rename(site / "docs/en/demo.md")
    assert "| [Demo](demo.md) |" in ask(site, runner)[0]
    definition = site / "snippets/demo/definition.yml"
    definition.write_text(DEFINITION.replace("name: Demo", "name: Ramp"), encoding="utf-8")
    assert "| [Ramp](demo.md) |" in ask(site, runner)[0]


def test_a_fault_stands_on_the_page_and_is_not_kept(site: Path, runner: Runner) -> None:
    (site / "docs/coverage.yml").write_text(COVERAGE.replace("numpy.identity", "numpy.identities"), encoding="utf-8")
    for _ in range(2):
        text, (problem,) = ask(site, runner)
        assert problem.startswith("docs/coverage.yml:2: numpy.identities is no callable of the installed version")
        assert problem in text
        assert "[Demo](functions/demo.md)" in text
    (site / "docs/coverage.yml").write_text("modules: {}\n", encoding="utf-8")
    text, problems = ask(site, runner)
    assert problems
    assert all(problem in text for problem in problems)


def test_a_definition_that_cannot_be_read_is_one_fault_and_not_one_for_each_name(site: Path, runner: Runner) -> None:
    (site / "snippets/demo/definition.yml").write_text("name: [\n", encoding="utf-8")
    text, problems = ask(site, runner)
    assert problems == []
    assert "snippets/demo/definition.yml" in text
    problems = Site(site, runner).build()
    assert any(problem.path == "snippets/demo/definition.yml" for problem in problems)


def test_a_project_without_the_file_has_no_such_fragment(site: Path, runner: Runner) -> None:
    (site / "docs/coverage.yml").unlink()
    assert Site(site, runner)._covered({"en": {}}) == ({}, [])
