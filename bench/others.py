"""The engine beside other ways to execute a documentation's code, on a site of N functions that all of them can build.

Each page has a PyTorch and a TensorFlow snippet and shows their code and output. Times are those of whole commands.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.engine import BARE, ROOT, run
from bench.report import Figure

#: Functions of the generated site.
COUNT = int(os.environ.get("BENCH_FUNCTIONS", "8"))

SNIPPETS = {
    "torch": "import torch\n\nx = torch.linspace(-3, 3, 7)\nprint(torch.nn.functional.softplus(x) * {number})\n",
    "tensorflow": "import tensorflow as tf\n\nx = tf.linspace(-3.0, 3.0, 7)\n"
    "print((tf.nn.softplus(x) * {number}).numpy())\n",
}
DEFINITION = """\
name: Function {number}
expression: x
stable: x
derivative: "1"
apis: [{{name: numpy.positive}}]
figure: {{en: A line, zh: 一条线}}
"""
MARKDOWN = {
    "attr_list": {},
    "admonition": {},
    "md_in_html": {},
    "pymdownx.blocks.details": {},
    "pymdownx.highlight": {},
    "pymdownx.superfences": {},
}
PROSE = "# Function {number}\n\nA page about function {number}.\n"


@dataclass(frozen=True)
class Way:
    """One way to build the site. page: the file with the prose of function 0; code: the one with its snippet."""

    name: str
    folder: Path
    page: Path
    code: Path
    python: Path


def measure(repeat: int) -> Iterator[Figure]:
    """Every figure. Ends the program where one of the ways does not build the site."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        python = _environment(ROOT / ".cache" / "others")
        own = Path(sys.executable)
        ways = [
            make(base / make.__name__, own if make is engine else python) for make in (engine, markdown_exec, jupyter)
        ]
        bare = {name: min(_bare(base, name) for _ in range(2)) for name in SNIPPETS}
        times = {way.name: _times(way, repeat) for way in ways}
        still = plain(base / "plain", own, ways[0])
        times["plain"] = _times(still, repeat)
    ours, other = times["engine"], times["markdown_exec"]
    table = "; ".join(f"{name} {_told(took)}" for name, took in times.items())
    said = f"N = {COUNT}: {table}; bare {', '.join(f'{name} {took:.1f} s' for name, took in bare.items())}"
    name = "from scratch: this engine / markdown-exec"
    yield Figure(name, ours["scratch"] / other["scratch"], 1.0, "times", said)
    name = "from scratch: mkdocs-jupyter / this engine"
    yield Figure(name, times["jupyter"]["scratch"] / ours["scratch"], 30 if COUNT >= 50 else 8, "times", "", least=True)
    floor = max(bare.values()) + times["plain"]["scratch"]
    name = "from scratch: this engine / the slower framework alone and plain MkDocs"
    yield Figure(name, ours["scratch"] / floor, 1.25, "times", f"{ours['scratch']:.1f} s / {floor:.1f} s")
    name = "nothing changed: this engine / plain MkDocs"
    yield Figure(name, ours["nothing"] / times["plain"]["nothing"], 1.15, "times", "promised for 50 functions")


def _told(took: dict[str, float]) -> str:
    return ", ".join(f"{what} {seconds:.1f} s" for what, seconds in took.items())


def _environment(folder: Path) -> Path:
    """A Python with the other tools, which sees the project's own packages and leaves them alone."""
    wanted = (ROOT / "bench/others.txt").read_text(encoding="utf-8")
    done = folder / "installed"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        places = [path for path in sys.path if path.endswith("site-packages")]
        (own,) = folder.glob("[Ll]ib/python*/site-packages") if os.name != "nt" else folder.glob("Lib/site-packages")
        (own / "project.pth").write_text("\n".join(places) + "\n", encoding="utf-8")
        command = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(ROOT / "bench/others.txt")]
        run(ROOT, *command)
        done.write_text(wanted, encoding="utf-8")
    return python


def _sources(number: int) -> dict[str, str]:
    return {name: text.format(number=number + 1) for name, text in SNIPPETS.items()}


def _configuration(folder: Path, **more: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    own = {"site_name": "N functions", "theme": {"name": "material", "font": False}, "plugins": {}}
    text = yaml.safe_dump(own | {"markdown_extensions": MARKDOWN} | more, sort_keys=False)
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    _write(
        folder / "docs/index.md" if "docs_dir" not in more else folder / str(more["docs_dir"]) / "index.md",
        "# N functions\n",
    )


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def engine(folder: Path, python: Path) -> Way:
    """This project's engine: a folder of snippets for each function, recorded, and a page that includes them."""
    includes = {"base_path": [".cache/fragments/en"], "check_paths": True}
    _configuration(
        folder,
        docs_dir="docs/en",
        hooks=[str(ROOT / "engine/hook.py")],
        markdown_extensions=MARKDOWN | {"pymdownx.snippets": includes},
    )
    for number in range(COUNT):
        name = f"f{number}"
        _write(folder / f"snippets/{name}/definition.yml", DEFINITION.format(number=number))
        page = PROSE.format(number=number)
        for framework, text in _sources(number).items():
            _write(folder / f"snippets/{name}/recipes/in_{framework}.py", text)
            page += f'\n--8<-- "{name}/recipes/in_{framework}.md"\n'
        for part in ("apis", "downloads", "microscope"):
            page += f'\n--8<-- "{name}/{part}.md"\n'
        _write(folder / f"docs/en/functions/{name}.md", page)
    run(folder, str(python), "-m", "engine", "record", engine=ROOT)
    pages = folder / "docs/en/functions/f0.md"
    return Way("engine", folder, pages, folder / "snippets/f0/recipes/in_torch.py", python)


def markdown_exec(folder: Path, python: Path) -> Way:
    """markdown-exec: code blocks of the pages, run in the process that builds."""
    _configuration(folder, plugins={"markdown-exec": {}})
    for number in range(COUNT):
        blocks = (
            f'```python exec="on" source="above" result="text"\n{text}```\n' for text in _sources(number).values()
        )
        _write(folder / f"docs/functions/f{number}.md", "\n".join([PROSE.format(number=number), *blocks]))
    page = folder / "docs/functions/f0.md"
    return Way("markdown_exec", folder, page, page, python)


def jupyter(folder: Path, python: Path) -> Way:
    """mkdocs-jupyter: one notebook a page, run in a kernel of its own."""
    _configuration(folder, plugins={"mkdocs-jupyter": {"execute": True, "allow_errors": False}})
    for number in range(COUNT):
        cells: list[dict[str, object]] = [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": PROSE.format(number=number)}
        ]
        cells += [
            {"cell_type": "code", "id": name, "metadata": {}, "source": text, "outputs": [], "execution_count": None}
            for name, text in _sources(number).items()
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        _write(folder / f"docs/functions/f{number}.ipynb", json.dumps(notebook))
    page = folder / "docs/functions/f0.ipynb"
    return Way("jupyter", folder, page, page, python)


def plain(folder: Path, python: Path, built: Way) -> Way:
    """MkDocs alone, with what the engine has written standing in the pages and beside them."""

    def shown(include: re.Match[str]) -> str:
        return (built.folder / ".cache/fragments/en" / include[1]).read_text(encoding="utf-8")

    _configuration(folder)
    shutil.copytree(built.folder / ".cache/downloads", folder / "docs", dirs_exist_ok=True)
    for number in range(COUNT):
        text = (built.folder / f"docs/en/functions/f{number}.md").read_text(encoding="utf-8")
        whole = re.sub(r'--8<-- "(.*)"', shown, text)
        _write(folder / f"docs/functions/f{number}.md", re.sub(r"\[[^\]]*\]\([^)]*\)", "", whole))
    page = folder / "docs/functions/f0.md"
    return Way("plain", folder, page, page, python)


def _times(way: Way, repeat: int) -> dict[str, float]:
    """Seconds of a build from scratch, with nothing changed, after an edit of prose, and of a snippet."""
    command = [str(way.python), "-m", "mkdocs", "build", "--quiet"]

    def build(change: Callable[[int], None]) -> float:
        took = []
        for number in range(repeat):
            change(number)
            took.append(run(way.folder, *command, engine=ROOT))
        return statistics.median(took)

    def forget(_: int) -> None:
        for kept in (".cache", "site"):
            shutil.rmtree(way.folder / kept, ignore_errors=True)

    def reword(number: int) -> None:
        text = way.page.read_text(encoding="utf-8")
        way.page.write_text(text.replace("A page", f"A page ({number})", 1), encoding="utf-8")

    def recode(number: int) -> None:
        text = way.code.read_text(encoding="utf-8")
        way.code.write_text(text.replace("7)", f"7)  # {number}", 1), encoding="utf-8")

    slow = {"scratch": forget} | (
        {} if way.name == "jupyter" else {"nothing": lambda _: None, "prose": reword, "snippet": recode}
    )
    return {name: build(change) for name, change in slow.items()}


def _bare(base: Path, framework: str) -> float:
    """Seconds of all snippets of one framework in one process."""
    files = []
    for number in range(COUNT):
        files.append(base / "bare" / f"{framework}{number}.py")
        _write(files[-1], _sources(number)[framework])
    return run(base, sys.executable, "-c", BARE, *map(str, files))
