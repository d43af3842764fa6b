"""Files beside the pages."""

from __future__ import annotations

from pathlib import Path

from engine.base.files import prune
from engine.render.downloads import downloads_fragment
from engine.render.published import FOLDER, Download, collect, publish


def test_files_are_written_and_stale_ones_removed(tmp_path: Path) -> None:
    assert collect(tmp_path) == []
    text, data = Download("b.json", "β\n", {}), Download("a/c.zip", b"\x00\xff", {})
    assert [publish(tmp_path, file) for file in (text, data)] == ["b.json", "a/c.zip"]
    assert collect(tmp_path) == ["a/c.zip", "b.json"]
    assert (tmp_path / FOLDER / "a/c.zip").read_bytes() == b"\x00\xff"
    assert (tmp_path / FOLDER / "b.json").read_bytes() == "β\n".encode()
    before = (tmp_path / FOLDER / "b.json").stat().st_mtime_ns
    publish(tmp_path, text)
    prune(tmp_path / FOLDER, {"b.json"})
    assert not (tmp_path / FOLDER / "a").exists()
    assert collect(tmp_path) == ["b.json"]
    assert (tmp_path / FOLDER / "b.json").stat().st_mtime_ns == before, "an unchanged file is left alone"


def test_the_list_names_each_file_in_the_language_of_the_page() -> None:
    files = [Download("functions/demo.zip", b"", {"en": "all scripts", "zh": "全部脚本"})]
    assert downloads_fragment(files, "en") == '- [demo.zip](demo.zip){ download="demo.zip" }: all scripts\n'
    assert downloads_fragment(files, "zh") == '- [demo.zip](demo.zip){ download="demo.zip" }：全部脚本\n'
