"""What `mkdocs serve` notices."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from mkdocs.livereload import LiveReloadServer

from engine.site.watch import watch_natively

Builds = list[float]


@pytest.fixture
def builds(tmp_path: Path) -> Iterator[Builds]:
    """When a server of a folder has built, from its start on."""
    done: Builds = []
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: T\n")
    (tmp_path / "docs/index.md").write_text("# One\n")
    server = LiveReloadServer(lambda: done.append(time.monotonic()), "127.0.0.1", 0, str(tmp_path))
    config = SimpleNamespace(docs_dir=str(tmp_path / "docs"), config_file_path=str(tmp_path / "mkdocs.yml"))
    server.watch(config.docs_dir)
    server.watch(config.config_file_path)
    watch_natively(server, config)
    thread = threading.Thread(target=server.serve)
    thread.start()
    time.sleep(0.5)
    yield done
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "docs/index.md").write_text("# Two\n"),
        lambda root: (root / "docs/index.md").unlink(),
        lambda root: (root / "docs/new.md").write_text("# New\n"),
        lambda root: (root / "docs/index.md").rename(root / "docs/other.md"),
        lambda root: (root / "mkdocs.yml").write_text("site_name: U\n"),
    ],
    ids=["changed", "removed", "added", "renamed", "configuration"],
)
def test_changes_are_noticed_at_once(tmp_path: Path, builds: Builds, change: Callable[[Path], object]) -> None:
    begun = time.monotonic()
    change(tmp_path)
    while not builds and time.monotonic() < begun + 120:
        time.sleep(0.01)
    assert builds
    assert len(builds) == 1


def test_reading_is_no_change(tmp_path: Path, builds: Builds) -> None:
    for _ in range(3):
        (tmp_path / "docs/index.md").read_text()
        list((tmp_path / "docs").iterdir())
        time.sleep(0.3)
    assert builds == []
