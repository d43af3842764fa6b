"""From saving a file to the new page in the browser, while `mkdocs serve` runs on a site of `bench.generated`."""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.engine import ROOT, environment
from bench.generated import Way, engine
from bench.report import Figure
from engine.assemble.site import Site
from engine.run.runner import Runner
from tests.site.browser import ARGUMENTS, find

COUNT = int(os.environ.get("BENCH_SERVED", "50"))
SECONDS = 60
#: Two names for the same function, which the page lists.
NAMES = ("numpy.positive", "numpy.conjugate")

Edit = Callable[[Way, int], str]


def _prose(way: Way, number: int) -> str:
    return _append(way.page, f"\nEdited for time {number} over.\n", f"time {number} over")


def _snippet(framework: str) -> Edit:
    def edit(way: Way, number: int) -> str:
        text = f"# {framework}, time {number} over"
        return _append(way.code.with_name(f"in_{framework}.py"), f"{text}\n", text)

    return edit


def _definition(way: Way, number: int) -> str:
    file = way.folder / "snippets/f0/definition.yml"
    before, after = NAMES[number % 2], NAMES[(number + 1) % 2]
    file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    return after


def _append(file: Path, text: str, seen: str) -> str:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    return seen


#: What is saved -> how. Each returns the text that the new page shows, and the old one does not.
EDITS: dict[str, Edit] = {
    "prose": _prose,
    "a PyTorch snippet": _snippet("torch"),
    "a TensorFlow snippet": _snippet("tensorflow"),
    "a definition": _definition,
}


def measure(repeat: int) -> Iterator[Figure]:
    """Every figure; the first edit of each kind starts a worker and is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        way = engine(Path(folder) / "site", Path(sys.executable), COUNT)
        times = _served(way, repeat)
        alone = _alone(way, repeat)
    first = ", ".join(f"{name} {seconds[0]:.1f} s" for name, seconds in times.items())
    median = {name: statistics.median(seconds[1:]) for name, seconds in times.items()}
    said = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in median.items())
    how = f"{said}; the first of each, which may start a worker: {first}"
    yield Figure(f"N = {COUNT}, PyTorch snippet saved: new page seen", median["a PyTorch snippet"], 1.0, "s", how)
    yield Figure(f"N = {COUNT}, PyTorch snippet saved: the engine's part", alone, 0.2, "s", "")


def _alone(way: Way, repeat: int) -> float:
    """Seconds that the engine takes for an edited PyTorch snippet, its worker warm."""
    with Runner() as runner:
        site, times = Site(way.folder, runner), []
        for number in range(repeat + 1):
            _snippet("torch")(way, -1 - number)
            started = time.perf_counter()
            site.build()
            times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def _served(way: Way, repeat: int) -> dict[str, list[float]]:
    """Seconds from each save until a browser that has the page open shows the new one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"]
    with _running(way.folder, command), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        page = browser.new_page()
        _open(page, f"http://127.0.0.1:{port}/functions/f0/")
        times: dict[str, list[float]] = {}
        for name, edit in EDITS.items():
            for number in range(repeat + 1):
                page.wait_for_timeout(700)  # the reloaded page asks for news again
                started = time.perf_counter()
                seen = edit(way, number)
                page.wait_for_function(
                    "text => document.body && document.body.innerText.includes(text)",
                    arg=seen,
                    polling="raf",
                    timeout=SECONDS * 1000,
                )
                times.setdefault(name, []).append(time.perf_counter() - started)
        browser.close()
    return times


@contextlib.contextmanager
def _running(folder: Path, command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, env=environment(ROOT), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _open(page: Page, url: str) -> None:
    """Open a page as soon as it is served."""
    limit = time.monotonic() + SECONDS
    while True:
        try:
            page.goto(url)
            return
        except Exception:
            if time.monotonic() > limit:
                raise
            time.sleep(0.2)
