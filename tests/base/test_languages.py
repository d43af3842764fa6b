"""Which folders of docs/ are languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.base.errors import SourceError
from engine.base.languages import WORDS, languages
from engine.site.whole import configurations
from engine.translation import check as translations


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in two languages, with a folder that is none and what editors leave."""
    for folder in ("en", "zh", "images", ".ipynb_checkpoints", "en~"):
        (tmp_path / "docs" / folder).mkdir(parents=True)
        (tmp_path / "docs" / folder / "drawing.svg").touch()
    (tmp_path / "docs/en/index.md").touch()
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_language_has_a_folder_and_a_configuration(root: Path) -> None:
    assert languages(root) == ["en", "zh"]
    assert translations.translations(root) == ["zh"]
    assert configurations(root) == {"": root / "mkdocs.yml", "zh/": root / "mkdocs.zh.yml"}


def test_a_folder_of_pages_that_nothing_publishes_is_refused(root: Path) -> None:
    (root / "docs/images/more").mkdir()
    (root / "docs/images/more/about.md").touch()
    with pytest.raises(SourceError) as raised:
        languages(root)
    assert str(raised.value) == (
        "docs/images/more/about.md: nothing publishes this page: no mkdocs.images.yml builds docs/images/; "
        "write that, or move the page"
    )
    assert [str(problem) for problem in translations.check(root)] == [str(raised.value)]


def test_a_language_without_words_is_refused(root: Path) -> None:
    assert "xx" not in WORDS
    (root / "docs/xx").mkdir()
    assert languages(root) == ["en", "zh"]
    (root / "mkdocs.xx.yml").touch()
    with pytest.raises(SourceError, match=r"^mkdocs\.xx\.yml:1: the engine has no words in this language; write them"):
        languages(root)
