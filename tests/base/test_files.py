"""Which files of a folder are sources, and how their text is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.base import yamlfile
from engine.base.errors import SourceError
from engine.base.files import files_below, folders_in, is_source, prune, read_source, sources_below
from engine.base.store import Store, folder_digest
from engine.ledger import entries as ledger
from engine.mathematics.derivation import file as derivations
from engine.render import references
from engine.site import formulas
from engine.sources import blocks
from engine.sources import includes as pages

LEFT_BEHIND = [".#index.md", "._index.md", ".DS_Store", "index.md~", "#index.md#", "index.md.orig", "index.md.bak"]
LEFT_BEHIND += [".index.md.swp", "Thumbs.db", "desktop.ini", "~$index.md", "index.md1x_.partial"]
HIDDEN = [".ipynb_checkpoints", "__pycache__", ".git", "__MACOSX"]


@pytest.fixture
def littered(tmp_path: Path) -> Path:
    """A folder with one source in it, and below it, beside all that editors and systems leave."""
    for folder in (tmp_path, tmp_path / "below"):
        folder.mkdir(exist_ok=True)
        (folder / "index.md").write_text("# Title\n")
        for name in LEFT_BEHIND:
            (folder / name).write_bytes(b"\xff")
        (folder / ".#index.md").unlink()
        (folder / ".#index.md").symlink_to("somebody@here.1:2")  # as Emacs does
        for name in HIDDEN:
            (folder / name).mkdir()
            (folder / name / "index.md").write_bytes(b"\xff")
    return tmp_path


def test_sources_are_what_somebody_wrote(littered: Path) -> None:
    assert not any(map(is_source, LEFT_BEHIND + HIDDEN))
    assert all(map(is_source, ["index.md", "_helper.py", "C#.md", "a~b.md", "__init__.py", "bak", "thumbs.md"]))
    found = [littered / "below" / "index.md", littered / "index.md"]
    assert files_below(littered) == list(map(str, found))
    assert sources_below(littered, ".md") == found
    assert sources_below(littered, ".yml") == []
    assert folders_in(littered) == ["below"]
    assert folders_in(littered / "none") == files_below(littered / "none") == []


def test_what_is_left_behind_changes_no_digest(littered: Path) -> None:
    before = folder_digest(littered)
    (littered / "index.md~").write_text("older")
    assert folder_digest(littered) == before
    (littered / "index.md").write_text("newer")
    assert folder_digest(littered) != before


def test_pruning_leaves_only_what_is_kept(littered: Path) -> None:
    prune(littered, {"below/index.md", "index.md~"})
    assert sorted(path.name for path in littered.rglob("*")) == ["below", "index.md", "index.md~"]


def test_every_walk_through_a_folder_sees_sources_only(littered: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    for folder in ("docs/en", "snippets/demo/derivations", "ledger"):
        (root / folder).parent.mkdir(parents=True, exist_ok=True)
        (root / folder).symlink_to(littered)
    assert pages.places(root, "en") == {}
    assert pages.check_includes(root, "en", set()) == []
    assert references.footnotes(root, "en", Store(root / ".cache")) == ({}, [])
    assert derivations.discover(root, "demo") == []
    found = [littered / "below/index.md", littered / "index.md"]
    assert formulas.find("Title", [str(littered)]) == [f"{file}:1" for file in found]
    for file in found:
        file.unlink()
    assert ledger.read(root) == ledger.read(root, "demo") == []


def test_a_ledger_beside_what_a_system_leaves(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger/.DS_Store").write_bytes(b"\xff")
    assert ledger.read(tmp_path) == []


BROKEN = [
    pytest.param("标题\n\n函数".encode("gbk"), 1, "not UTF-8 (byte 0xb1); save it as UTF-8", id="GBK"),
    pytest.param(b"a: 1\nb: \xff\n", 2, "not UTF-8 (byte 0xff); save it as UTF-8", id="a byte"),
    pytest.param("a: 1\n".encode("utf-16"), 1, "not UTF-8 (byte 0xff); save it as UTF-8", id="UTF-16"),
    pytest.param(b"\xef\xbb\xbfa: 1\n", 1, "begins with a byte order mark; save it as UTF-8 without one", id="mark"),
    pytest.param(None, None, "cannot be read: No such file or directory; it is a link to nowhere", id="dangling link"),
]


def _pages(root: Path) -> object:
    return pages.places(root, "en")


READERS: list[tuple[str, Callable[[Path], object]]] = [
    ("docs/en/index.md", _pages),
    ("docs/en/index.md", lambda root: pages.check_includes(root, "en", set())),
    ("docs/en/index.md", lambda root: references.footnotes(root, "en", Store(root / ".cache"))),
    ("docs/en/index.md", lambda root: blocks.read(root, root / "docs/en/index.md")),
    ("docs/references.bib", lambda root: _cite(root)),
    ("a.yml", lambda root: yamlfile.load(root, root / "a.yml", {})),
    ("a.yml", lambda root: yamlfile.line_of(root, Path("a.yml"), ["a"])),
]


def _cite(root: Path) -> object:
    (root / "docs/en").mkdir()
    (root / "docs/en/page.md").write_text("A work.[^a]\n")
    return references.footnotes(root, "en", Store(root / ".cache"))


@pytest.mark.parametrize(("content", "line", "reason"), BROKEN)
@pytest.mark.parametrize(("name", "read"), READERS)
def test_what_is_no_utf8_is_named_with_its_line(
    tmp_path: Path, name: str, read: Callable[[Path], object], content: bytes | None, line: int | None, reason: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        file.symlink_to("nowhere")
    else:
        file.write_bytes(content)
    if name.endswith(".bib") and content is None:
        return  # no such file: nothing is cited
    with pytest.raises(SourceError) as raised:
        read(tmp_path)
    (problem,) = raised.value.problems
    assert (problem.path, problem.line, problem.reason) == (name, line, reason)


def test_line_ends_are_made_alike(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("函\r\nb\rc\n".encode())
    assert read_source(tmp_path, tmp_path / "a.md") == read_source(tmp_path, Path("a.md")) == "函\nb\nc\n"
