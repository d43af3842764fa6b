"""How time, memory and bytes grow with the number of functions: sites of `bench.generated`, each built from scratch.

Growth is the exponent of a power of the number of functions, fitted to the sites of fifty and more by least squares.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.engine import ROOT, environment
from bench.generated import engine
from bench.report import Figure

#: Numbers of functions. Growth is fitted from LARGE on: below, starting the frameworks is most of the time.
COUNTS = tuple(int(number) for number in os.environ.get("BENCH_SIZES", "10,50,200,500").split(","))
LARGE = 50
#: Seconds between two looks at the processes' memory.
LOOK = 0.02


@dataclass(frozen=True)
class Size:
    """What was measured of one site.

    engine, site, again: seconds of `python -m engine build` from scratch, of the whole build from scratch, and of one
    with nothing changed; memory: peaks in bytes, by process, the engine's own as `engine`; pages, index: bytes of the
    HTML pages and of the search index.
    """

    count: int
    engine: float
    site: float
    again: float
    memory: Mapping[str, int]
    pages: int
    index: int

    def __str__(self) -> str:
        memory = ", ".join(f"{name} {peak / 1e6:.0f} MB" for name, peak in sorted(self.memory.items()))
        per = f"{self.pages / self.count / 1e3:.1f} KB of pages and {self.index / self.count / 1e3:.2f} KB of index"
        took = f"engine {self.engine:.1f} s, site {self.site:.1f} s, nothing changed {self.again:.2f} s"
        return f"N = {self.count}: {took}; {memory}; {per} per function"


def measure(_: int) -> Iterator[Figure]:
    """Every figure."""
    sizes = []
    for count in COUNTS:
        sizes.append(_measure(count))
        print(f"             {sizes[-1]}", flush=True)
    large = [size for size in sizes if size.count >= LARGE]
    if len(large) < 2:
        sys.exit(f"Growth needs two sites of {LARGE} functions or more: BENCH_SIZES=50,200")
    size = f"bytes of the pages {exponent(large, 'pages'):.2f}, of the search index {exponent(large, 'index'):.2f}"
    for what, title in GROWTH.items():
        yield Figure(title["en"], exponent(large, what), 1.05, "power", size, title=title)
    peaks = [size.memory["engine"] for size in large]
    how = ", ".join(f"N = {size.count}: {size.memory['engine'] / 1e6:.1f} MB" for size in large)
    yield Figure(MEMORY["en"], max(peaks) / min(peaks), 1.2, "times", how, title=MEMORY)


#: Field of Size whose growth is told -> what it is called, on the pages too.
GROWTH = {
    "site": {
        "en": "Growth with the number of functions, as an exponent: time from scratch",
        "zh": "随函数个数的增长指数：从零构建的时间",
    },
    "again": {
        "en": "Growth with the number of functions, as an exponent: time with nothing changed",
        "zh": "随函数个数的增长指数：无改动时的构建时间",
    },
}
MEMORY = {
    "en": "Peak memory of the engine itself, largest site / smallest",
    "zh": "引擎自身的内存峰值：最大站点 / 最小站点",
}


def exponent(sizes: Sequence[Size], what: str) -> float:
    """The power of the number of functions with which a measured value grows."""
    points = [(math.log(size.count), math.log(getattr(size, what))) for size in sizes]
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def _measure(count: int) -> Size:
    with tempfile.TemporaryDirectory() as folder:
        way = engine(Path(folder) / "site", Path(sys.executable), count, plugins={"search": {}})
        way.forget()
        alone, memory = watched(way.folder, sys.executable, "-m", "engine", "build")
        way.forget()
        whole, more = watched(way.folder, *way.command)
        again = min(watched(way.folder, *way.command)[0] for _ in range(3))
        memory |= {"MkDocs with the engine": more["engine"]}
        pages = sum(file.stat().st_size for file in (way.folder / "site").rglob("*.html"))
        return Size(
            count, alone, whole, again, memory, pages, (way.folder / "site/search/search_index.json").stat().st_size
        )


def watched(folder: Path, *command: str) -> tuple[float, dict[str, int]]:
    """Seconds that a command takes; the peak memory in bytes of its process, `engine`, and of all that it starts."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment(ROOT), stdout=subprocess.DEVNULL)
    peaks: dict[str, int] = {}
    while process.poll() is None:
        try:
            root = psutil.Process(process.pid)
            for one in [root, *root.children(recursive=True)]:
                name = "engine" if one.pid == process.pid else _role(one)
                peaks[name] = max(peaks.get(name, 0), one.memory_info().rss)
        except psutil.Error:
            pass  # one has just ended
        time.sleep(LOOK)
    took = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed in {folder}")
    return took, peaks


def _role(process: psutil.Process) -> str:
    """What a process of the engine is there for."""
    words = " ".join(process.cmdline())
    if "engine.run.worker" in words:
        return "worker or snippet"
    return "proof" if "engine.base.processes" in words else "other"
