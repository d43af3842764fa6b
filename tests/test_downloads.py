"""Files beside the pages."""

from __future__ import annotations

from pathlib import Path

from engine.downloads import FOLDER, collect, publish


def test_files_are_written_and_stale_ones_removed(tmp_path: Path) -> None:
    assert collect(tmp_path) == []
    publish(tmp_path, {"b.json": "β\n", "a/c.json": "1\n"})
    assert collect(tmp_path) == ["a/c.json", "b.json"]
    assert (tmp_path / FOLDER / "b.json").read_bytes() == "β\n".encode()
    before = (tmp_path / FOLDER / "b.json").stat().st_mtime_ns
    publish(tmp_path, {"b.json": "β\n"})
    assert collect(tmp_path) == ["b.json"]
    assert (tmp_path / FOLDER / "b.json").stat().st_mtime_ns == before, "an unchanged file is left alone"
