"""The engine beside other ways to execute a documentation's code, on a site of N functions that all of them can build.

Each page has a PyTorch and a TensorFlow snippet and shows their code and output. Times are those of whole commands.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.engine import BARE, ROOT, run
from bench.generated import SNIPPETS, Way, engine, jupyter, markdown_exec, plain, put, sources
from bench.report import Figure

#: Numbers of functions. A notebook each takes seconds, so that the larger site is built by mkdocs-jupyter once.
COUNTS = tuple(int(number) for number in os.environ.get("BENCH_FUNCTIONS", "8,50").split(","))


def measure(repeat: int) -> Iterator[Figure]:
    """Every figure. Ends the program where one of the ways does not build the site."""
    python = _environment(ROOT / ".cache" / "others")
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as folder:
            yield from _compare(Path(folder), python, count, repeat)


def _compare(base: Path, python: Path, count: int, repeat: int) -> Iterator[Figure]:
    """All ways in turn, `repeat` times, so that what else the machine does falls on all of them; medians of each."""
    own = Path(sys.executable)
    ours = engine(base / "engine", own, count)
    run(ours.folder, *ours.command, engine=ROOT)  # what plain MkDocs is given
    ways = [ours, markdown_exec(base / "markdown_exec", python, count), plain(base / "plain", own, count, ours)]
    slow = jupyter(base / "jupyter", python, count)
    times: dict[tuple[str, str], list[float]] = {}
    bare: dict[str, list[float]] = {}
    for number in range(repeat):
        for framework in SNIPPETS:
            bare.setdefault(framework, []).append(_bare(base, framework, count))
        for way in [*ways, slow] if not number else ways:  # a notebook takes seconds, and so much that one run tells
            for change in CHANGES if way is not slow else ("scratch",):
                took = _build(way, change, number)
                times.setdefault((way.name, change), []).append(took)
    median = {key: statistics.median(took) for key, took in times.items()}
    frameworks = {name: statistics.median(took) for name, took in bare.items()}
    shown = [f"{name} {change} {seconds:.2f} s" for (name, change), seconds in median.items()]
    shown += [f"{name} alone {seconds:.2f} s" for name, seconds in frameworks.items()]
    scratch = median["engine", "scratch"]
    yield _figure("markdown-exec", count, scratch / median["markdown_exec", "scratch"], 1.0, ", ".join(shown))
    slower = median["jupyter", "scratch"] / scratch
    yield _figure("mkdocs-jupyter", count, slower, 30 if count >= 50 else 8, "", least=True)
    floor = max(frameworks.values()) + median["plain", "scratch"]
    yield _figure("floor", count, scratch / floor, 1.25, f"{scratch:.1f} s / {floor:.1f} s")
    if count >= 50:  # promised for so many
        yield _figure("nothing", count, median["engine", "nothing"] / median["plain", "nothing"], 1.15, "")


#: What the figures are called, on the pages too.
TITLES = {
    "markdown-exec": {
        "en": "{count} functions, from scratch: this engine / markdown-exec",
        "zh": "{count} 个函数，从零构建：本引擎 / markdown-exec",
    },
    "mkdocs-jupyter": {
        "en": "{count} functions, from scratch: mkdocs-jupyter / this engine",
        "zh": "{count} 个函数，从零构建：mkdocs-jupyter / 本引擎",
    },
    "floor": {
        "en": "{count} functions, from scratch: this engine / TensorFlow's snippets alone and MkDocs alone, together",
        "zh": "{count} 个函数，从零构建：本引擎 / 单独运行 TensorFlow 代码与单独构建 MkDocs 之和",
    },
    "nothing": {
        "en": "{count} functions, nothing changed: this engine / MkDocs alone",
        "zh": "{count} 个函数，无改动：本引擎 / 单独的 MkDocs",
    },
}


def _figure(key: str, count: int, value: float, limit: float, how: str, least: bool = False) -> Figure:
    title = {language: text.format(count=count) for language, text in TITLES[key].items()}
    return Figure(title["en"], value, limit, "times", how, least, title)


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


def _build(way: Way, change: str, number: int) -> float:
    """Seconds of a build after a change. number: another for each build, or nothing would change."""
    CHANGES[change](way, number)
    return run(way.folder, *way.command, engine=ROOT)


def _reword(way: Way, number: int) -> None:
    text = way.page.read_text(encoding="utf-8")
    way.page.write_text(text.replace("A page", f"A page ({number})", 1), encoding="utf-8")


def _recode(way: Way, number: int) -> None:
    text = way.code.read_text(encoding="utf-8")
    way.code.write_text(text.replace("7)", f"7)  # {number}", 1), encoding="utf-8")


#: What is done before a build: from scratch, with nothing changed, after an edit of prose, after one of a snippet.
CHANGES: dict[str, Callable[[Way, int], None]] = {
    "scratch": lambda way, _: way.forget(),
    "nothing": lambda *_: None,
    "prose": _reword,
    "snippet": _recode,
}


def _bare(base: Path, framework: str, count: int) -> float:
    """Seconds of all snippets of one framework in one process."""
    files = []
    for number in range(count):
        files.append(base / "bare" / f"{framework}{number}.py")
        put(files[-1], sources(number)[framework])
    return run(base, sys.executable, "-c", BARE, *map(str, files))
