"""A small site in other settings than the project's own: another language, flat URLs, a known address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = f"""\
site_name: 激活函数
site_description: 一句话。
site_url: https://example.org/zh
docs_dir: docs/zh
use_directory_urls: false
strict: true
hooks: [{ROOT.as_posix()}/engine/site/hook.py]
theme: {{name: material, font: false, language: zh, custom_dir: {ROOT.as_posix()}/theme}}
plugins: {{}}
extra: {{alternate: [{{lang: zh, name: 中文, home: 首页, folder: zh/, locale: zh_CN}}]}}
nav: [{{首页: index.md}}, {{函数: [{{Demo: functions/demo.md}}]}}]
not_in_nav: notes.md
"""
PAGE = """\
---
description: >-
  About the
  demo.
---
# Demo

[up](#demo), [data](demo.json), [notes](../notes.md)
"""
INDEX = """\
# 激活函数

> 一句话。

## 页面

- [首页](https://example.org/zh/index.md)
- [Notes](https://example.org/zh/notes.md)

## 函数

- [Demo](https://example.org/zh/functions/demo.md): About the demo.

## Optional

- [全部页面合为一个文件](https://example.org/zh/llms-full.txt): 每页之前是该页的网址，页内链接均相对于此网址
- [Demo 的数据](https://example.org/zh/functions/demo.json)
- [数据的 JSON Schema](https://example.org/zh/functions/function.schema.json)
"""

#: A hook that stands for the engine's own downloads: no function is defined here.
EXTRA = """\
from pathlib import Path
from engine.render import published
def on_pre_build(config):
    folder = Path(config.config_file_path).parent / published.FOLDER / "functions"
    (folder / "demo.json").write_text("{}")
    (folder / "read.md").write_text("# as it is\\n")
"""


def run(root: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "snippets").mkdir()
    (root / "docs/zh/functions").mkdir(parents=True)
    (root / "docs/zh/index.md").write_text("# 首页\n", encoding="utf-8")
    for name in ("index.md~", "#notes.md#", "Thumbs.db", ".#index.md", "functions/demo.md.orig"):
        (root / "docs/zh" / name).write_bytes(b"\xff")
    (root / "docs/zh/.#notes.md").symlink_to("somebody@here.1:2")
    (root / "docs/zh/notes.md").write_text("# Notes\n\n<p hidden>no</p>\n")
    (root / "docs/zh/functions/demo.md").write_text(PAGE)
    (root / "extra.py").write_text(EXTRA)
    (root / "mkdocs.zh.yml").touch()
    (root / "mkdocs.yml").write_text(CONFIG.replace("hook.py]", "hook.py, extra.py]"), encoding="utf-8")
    run(root, "-m", "mkdocs", "build", "--quiet")
    return root / "site"


def test_twins_lie_beside_their_pages(built: Path) -> None:
    text = (built / "functions/demo.md").read_text()
    assert text == "# Demo\n\n[up](demo.html#demo), [data](demo.json), [notes](../notes.html)\n"
    assert (built / "notes.md").read_text() == "# Notes\n"
    assert '<link rel="alternate " type="text/markdown" href="demo.md">' in (built / "functions/demo.html").read_text()
    assert "text/markdown" not in (built / "404.html").read_text()


def test_nothing_is_published_that_editors_and_systems_leave(built: Path) -> None:
    names = {path.relative_to(built).as_posix() for folder in (built, built / "functions") for path in folder.iterdir()}
    assert {"index.html", "functions/demo.html"} <= names
    assert not [name for name in names if "~" in name or "#" in name or name.endswith((".db", ".orig"))]


def test_the_index_follows_the_navigation_with_absolute_links(built: Path) -> None:
    assert (built / "llms.txt").read_text(encoding="utf-8") == INDEX


def test_the_full_text_names_the_source_of_each_page(built: Path) -> None:
    text = (built / "llms-full.txt").read_text(encoding="utf-8")
    parts = text.split("Source: ")
    assert [part.split("\n", 1)[0] for part in parts[1:]] == [
        "https://example.org/zh/index.html",
        "https://example.org/zh/functions/demo.html",
        "https://example.org/zh/notes.html",
    ]
    assert (built / "functions/demo.md").read_text() in text


def test_a_download_is_never_a_page(built: Path) -> None:
    assert (built / "functions/read.md").read_text() == "# as it is\n"
    assert not (built / "functions/read.html").exists()


PROBE = """
import sys
from mkdocs.__main__ import cli
try:
    cli(["build", "--quiet"])
except SystemExit as stop:
    assert not stop.code, stop.code
print(sorted({"markdownify", "engine.site.twins"} & set(sys.modules)))
"""


def test_an_unchanged_page_is_not_converted_again(built: Path) -> None:
    root = built.parent
    assert run(root, "-c", PROBE) == "[]\n"
    page = root / "docs/zh/notes.md"
    page.write_text("# Other\n")
    assert "engine.site.twins" in run(root, "-c", PROBE)
    assert (built / "notes.md").read_text() == "# Other\n"
