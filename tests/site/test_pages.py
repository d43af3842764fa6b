"""What a build makes anew of the pages."""

from __future__ import annotations

import filecmp
import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from material.plugins.search.plugin import SearchIndex
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.structure.pages import Page

HOOK = Path(__file__).parents[2] / "engine/site/hook.py"
CONFIGURATION = {
    "site_name": "T",
    "docs_dir": "docs/en",
    "hooks": [str(HOOK)],
    "theme": {"name": "material", "font": False},
    "plugins": {"search": {}},
    "markdown_extensions": {
        "toc": {},
        "pymdownx.snippets": {"base_path": ["parts"], "check_paths": True},
        "pymdownx.highlight": {
            "extend_pygments_lang": [{"name": "p", "lang": "python", "options": {"filters": ["FILTER"]}}]
        },
    },
    "validation": {"links": {"anchors": "warn"}},
}
FILTER = "!!python/object/apply:engine.site.highlight.Plain {}"  # each build loads another one
FILES = {
    "docs/en/index.md": "# Home\n\n[Two](two.md#a-place), [three](three.md)\n",
    "docs/en/two.md": '# Two\n\n## A place\n\n--8<-- "outer.md"\n',
    "docs/en/three.md": "# Three\n\nSaid in three.\n",
    "parts/outer.md": 'Outer.\n\n--8<-- "inner.md"\n',
    "parts/inner.md": "Inner.\n",
}
ALL = ["index.md", "three.md", "two.md"]


class Project:
    """A folder that is built as `mkdocs serve` does. rendered, indexed: the pages that the last build made anew."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.command = ""
        self.rendered: list[str] = []
        self.indexed: list[str] = []

    def build(self, folder: str = "served", command: str = "serve") -> None:
        self.rendered.clear()
        self.indexed.clear()
        config = load_config(str(self.root / "mkdocs.yml"), site_dir=str(self.root / folder))
        if command != self.command or command == "build":  # MkDocs tells it once in each process
            config.plugins.on_startup(command=command, dirty=False)
            self.command = command
        build(config)

    def forget(self) -> None:
        """As if nothing had been built."""
        shutil.rmtree(self.root / ".cache/pages")

    def edit(self, name: str, before: str, after: str) -> None:
        file = self.root / name
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project that has been built once."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(
        "engine.assemble.site.Site.build", lambda _: []
    )  # it would have every file that is included be its own
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(CONFIGURATION).replace("FILTER", FILTER), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = Project(tmp_path)
    for owner, name, made in ((Page, "render", found.rendered), (SearchIndex, "add_entry_from_context", found.indexed)):
        monkeypatch.setattr(owner, name, _noted(getattr(owner, name), made))
    found.build()
    assert (sorted(found.rendered), sorted(found.indexed)) == (ALL, ALL)
    yield found
    found.build(command="build")  # the hook is loaded once for all tests


def _noted(method: Callable[..., None], made: list[str]) -> Callable[..., None]:
    def note(self: Page | SearchIndex, *arguments: object) -> None:
        page = self if isinstance(self, Page) else arguments[0]
        made.append(page.file.src_uri)
        method(self, *arguments)

    return note


Change = Callable[[Project], object]
CHANGES: dict[str, tuple[Change, list[str], list[str]]] = {
    "nothing": (lambda _: None, [], []),
    "prose": (lambda p: p.edit("docs/en/three.md", "Said", "Told"), ["three.md"], ["three.md"]),
    "what is included": (lambda p: p.edit("parts/outer.md", "Outer", "Other"), ["two.md"], ["two.md"]),
    "what that includes": (lambda p: p.edit("parts/inner.md", "Inner", "Other"), ["two.md"], ["two.md"]),
    "a title": (lambda p: p.edit("docs/en/three.md", "Three", "3"), ["three.md"], ["three.md"]),
    "what only the search heeds": (
        lambda p: p.edit("docs/en/three.md", "# Three", "---\nsearch: {boost: 2}\n---\n# Three"),
        [],
        ["three.md"],
    ),
    "a page removed": (lambda p: (p.root / "docs/en/three.md").unlink(), ALL[::2], ALL[::2]),
    "a page added": (
        lambda p: shutil.copy(p.root / "docs/en/three.md", p.root / "docs/en/four.md"),
        ["four.md", *ALL],
        ["four.md", *ALL],
    ),
    "the configuration": (lambda p: p.edit("mkdocs.yml", "toc: {}", "toc: {permalink: true}"), ALL, ALL),
}


@pytest.mark.parametrize("change", CHANGES)
def test_only_pages_that_would_be_others_are_made_anew(project: Project, change: str) -> None:
    edit, rendered, indexed = CHANGES[change]
    edit(project)
    project.build()
    assert (sorted(project.rendered), sorted(project.indexed)) == (rendered, indexed)
    project.build("again", "build")
    warned = ["index.md"] if change == "a page removed" else []  # of a link to it, which is to be said again
    assert (project.rendered, project.indexed) == (warned, []), "another process knows of it"
    project.forget()
    project.build("built", "build")
    assert len(project.rendered) == len(list((project.root / "docs/en").glob("*.md")))
    _same(project.root / "served", project.root / "built")
    _same(project.root / "again", project.root / "built")


def test_another_code_of_ours_makes_all_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.site.pages.code_digest", lambda *modules: ",".join(modules))
    project.build("built", "build")
    assert (sorted(project.rendered), sorted(project.indexed)) == (ALL, ALL)


def test_pages_that_are_kept_stay_in_another_folder(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Project(tmp_path_factory.mktemp("other") / "place")
    shutil.copytree(project.root, other.root)
    other.rendered, other.indexed = project.rendered, project.indexed
    os.chdir(other.root)
    other.build("built", "build")
    assert (other.rendered, other.indexed) == ([], [])
    _same(project.root / "served", other.root / "built")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # jieba's
def test_the_text_of_a_file_that_a_plugin_names_is_part_of_what_its_pages_are_made_of(project: Project) -> None:
    (project.root / "terms.txt").write_text("one")
    project.edit("mkdocs.yml", "search: {}", "search: {jieba_dict_user: terms.txt}")
    for text, made in (("one", ALL), ("two", ALL), ("two", [])):
        (project.root / "terms.txt").write_text(text)
        project.build("built", "build")
        assert (sorted(project.rendered), sorted(project.indexed)) == (made, made)


def _same(one: Path, other: Path) -> None:
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert "index.html" in map(str, files)
    known = [name for name in map(str, files) if not name.startswith("sitemap")]  # it has the day
    assert filecmp.cmpfiles(one, other, known, shallow=False)[1:] == ([], [])


def test_a_warning_is_said_in_every_build(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.edit("docs/en/three.md", "Said", "[Said](no.md)")
    for _ in range(3):
        caplog.clear()
        project.build()
        assert project.rendered == ["three.md"]
        (warning,) = (record for record in caplog.records if record.levelno == logging.WARNING)
        assert "contains a link 'no.md'" in warning.getMessage()


def test_a_place_that_another_page_loses_is_missed(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.edit("docs/en/two.md", "A place", "No place")
    for rendered in (["two.md"], []):
        caplog.clear()
        project.build()
        assert project.rendered == rendered
        (warning,) = (record for record in caplog.records if record.levelno == logging.WARNING)
        assert "does not contain an anchor '#a-place'" in warning.getMessage()


def test_no_build_outlives_its_end(project: Project) -> None:
    for name, before in (("index", "Home"), ("two", "place"), ("three", "Said")):
        project.edit(f"docs/en/{name}.md", before, f"{before} again")
        project.build()
    gc.collect()
    pages = [one for one in gc.get_objects() if type(one) is Page and one.file.src_dir == str(project.root / "docs/en")]
    assert pages == []
