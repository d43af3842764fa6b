"""Run snippets in worker processes, side by side, and give each its verdict."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Event, Lock
from typing import Any

from engine import cells
from engine.errors import Problem
from engine.frameworks import LIBRARIES, WORKERS, machine, version
from engine.snippets import Snippet

STYLE = Path(__file__).parent / "styles" / "figure.mplstyle"

#: What every snippet sees: one thread, no GPU, fixed hash seed, no start-up notes, figures without a date.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # oneDNN picks other kernels, and other last digits, on other CPUs
    "KERAS_BACKEND": "tensorflow",
    "JAX_PLATFORMS": "cpu",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "agg",
    "MATPLOTLIBRC": str(STYLE),
    "SOURCE_DATE_EPOCH": "0",
    "NO_COLOR": "1",
}


@dataclass(frozen=True)
class Limits:
    """What one snippet may cost.

    seconds: wall time; output: bytes that it prints, or writes to any file; folder: bytes of all files in its working
    directory; processes: those that it starts, one after the other or together; memory: bytes that these hold together.
    """

    seconds: float = 60
    output: int = 1_000_000
    folder: int = 20_000_000
    processes: int = 32
    memory: int = 8 << 30


@dataclass(frozen=True)
class Result:
    """How one run ended.

    output: what it printed; files: text files that it wrote, by relative path; versions: the libraries that it
    imports, by title, and `machine`, as readers see them; problem: None, or why it has no result; cells: of a lab, the
    share of the output that each of its code cells printed.
    """

    output: str
    files: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    machine: str = ""
    problem: Problem | None = None
    seconds: float = 0.0
    cells: list[str] = field(default_factory=list)


def fork_is_safe() -> bool:
    """Forking after imports is safe on Linux only: macOS system libraries forbid it, Windows has none."""
    return sys.platform == "linux"


class Runner:
    """Worker processes, started when first needed and kept warm until `close`. Use it as a context manager.

    Several threads may run snippets at once; each worker runs one at a time.

    limits: bounds of each snippet; fork: whether workers fork (default: where that is safe) or start a fresh
    process per snippet.
    """

    def __init__(self, limits: Limits | None = None, fork: bool | None = None) -> None:
        self.limits = limits or Limits()
        self.fork = fork_is_safe() if fork is None else fork
        self._workers: dict[str, _Worker] = {}
        self._lock = Lock()
        self._cancelled = Event()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, snippets: Iterable[Snippet], done: Callable[[Snippet, Result], None] | None = None) -> None:
        """Run snippets and call `done` with each verdict, in the order in which they end, from one thread at a time."""
        queues: dict[str, list[Snippet]] = {}
        for snippet in snippets:
            queues.setdefault(snippet.worker, []).append(snippet)

        stopped = Event()

        def drain(name: str) -> None:
            for snippet in queues[name]:
                result = self._run_one(snippet)
                if stopped.is_set() or self._cancelled.is_set():
                    return
                if done:
                    with self._lock:
                        done(snippet, result)

        order = sorted(queues, key=WORKERS.index)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            futures = [pool.submit(drain, name) for name in order]
            try:
                for future in futures:
                    future.result()
            except (
                BaseException
            ):  # an interrupt, or an error in `done`: the threads wait for workers, so end these first
                stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)
                self.close()
                raise

    def cancel(self) -> None:
        """End at once what other threads run, and the workers, for good. What has not been run has no verdict."""
        self._cancelled.set()
        self.close()

    def close(self) -> None:
        """End the workers, and whatever they still run."""
        with self._lock:
            workers = list(self._workers.values())
            self._workers.clear()
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.end()

    def _run_one(self, snippet: Snippet) -> Result:
        with self._lock:
            if snippet.worker not in self._workers:
                self._workers[snippet.worker] = _Worker(snippet.root)
            worker = self._workers[snippet.worker]
        job = {
            "path": str(snippet.root / snippet.path),
            "root": os.path.realpath(snippet.root),
            "source": snippet.text,
            "curves": not snippet.lab,  # trained curves have digits that hold on one machine only
            "preload": snippet.imports,
            "seconds": self.limits.seconds,
            "output_limit": self.limits.output,
            "folder_limit": self.limits.folder,
            "process_limit": self.limits.processes,
            "memory_limit": self.limits.memory,
            "fork": self.fork,
        }
        try:
            report = worker.ask(job)
        except WorkerDied as error:
            with self._lock:
                if self._workers.get(snippet.worker) is worker:
                    del self._workers[snippet.worker]
            worker.end()
            report = {"ok": False, "reason": str(error), "output": "", "detail": worker.last_words}
        return _result(snippet, report)


def _result(snippet: Snippet, report: dict[str, Any]) -> Result:
    whole, shares = cells.split(report["output"], snippet.source) if snippet.lab else (report["output"], [])
    raw: bytes = whole.encode("latin-1")
    output = _readable(raw)
    problem = None
    if not report["ok"]:
        problem = Problem(snippet.name, report["reason"], report.get("line"), report.get("detail", ""))
    else:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            row = raw.count(b"\n", 0, error.start) + 1
            reason = f"printed bytes that are not UTF-8: 0x{raw[error.start]:02x} in line {row} of its output"
            problem = Problem(snippet.name, reason)
        else:
            if found := _control().search(raw.decode("utf-8")):
                row = found.string.count("\n", 0, found.start()) + 1
                reason = f"printed the control character U+{ord(found[0]):04X} in line {row} of its output"
                problem = Problem(snippet.name, reason)
    versions = {}
    for module in snippet.libraries:
        for library in filter(None, (LIBRARIES[module], LIBRARIES.get(LIBRARIES[module].backend or ""))):
            versions[library.title] = version(library.distributions[0]) or "not installed"
    return Result(
        output,
        report.get("files", {}),
        versions,
        machine(),
        problem,
        report.get("seconds", 0.0),
        [_readable(share.encode("latin-1")) for share in shares],
    )


def _readable(raw: bytes) -> str:
    """What was printed, with escapes for bytes that are no UTF-8 and for control characters."""
    text = raw.decode("utf-8", errors="backslashreplace")
    return _control().sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


@cache
def _control() -> re.Pattern[str]:
    """What would act instead of being seen: terminal sequences, carriage returns, marks that turn the way of text.

    It fails the snippet, and is shown escaped. Compiled when needed: that takes longer than to import this module.
    """
    return re.compile(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class WorkerDied(Exception):
    """The worker process itself ended, so its snippet has no report."""


class _Worker:
    def __init__(self, root: Path) -> None:
        self.last_words = ""
        self._lock = Lock()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in end()
        here = str(Path(__file__).parents[1])
        path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=root,
            env=os.environ | ENVIRONMENT | {"PYTHONPATH": path},
            text=True,
            encoding="utf-8",
        )

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Send a job and wait for its report. Raises WorkerDied."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            with self._lock:
                self._process.stdin.write(json.dumps(job) + "\n")
                self._process.stdin.flush()
                answer = self._process.stdout.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed, since another thread has found it dead
            answer = ""
        if not answer:
            status = self._process.wait()
            raise WorkerDied(f"its worker process ended with status {status}")
        return json.loads(answer)

    def stop(self) -> None:
        """Tell the process to end."""
        self._process.terminate()

    def end(self) -> None:
        """Stop the process, and keep the last that it wrote on standard error as `last_words`."""
        self.stop()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with self._lock:
            if self._log.closed:
                return  # another thread has found it dead
            for stream in (self._process.stdin, self._process.stdout):
                if stream:
                    with suppress(BrokenPipeError):
                        stream.close()
            self._log.seek(0)
            self.last_words = self._log.read()[-4000:].decode("utf-8", errors="replace")
            self._log.close()
