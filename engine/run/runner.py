"""Run snippets in worker processes, side by side, and give each its verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from types import MappingProxyType
from typing import Any

from engine.base.errors import Problem
from engine.base.libraries import LIBRARIES, WORKERS, machine, version
from engine.run import printed
from engine.run.isolation import environment
from engine.sources import cells
from engine.sources.snippets import Snippet


@dataclass(frozen=True)
class Limits:
    """What one snippet may cost.

    seconds: processor time, of all of its processes; wall_seconds: wall time, generous, since other work on the machine
    counts; grace: seconds for threads and processes to end once its last line has; output: bytes that it prints, or
    writes to any file; folder: bytes of all its files; processes: those that it starts, one after the other or
    together; memory: bytes that these hold together.
    """

    seconds: float = 60
    wall_seconds: float = 900
    grace: float = 10
    output: int = 1_000_000
    folder: int = 20_000_000
    processes: int = 32
    memory: int = 8 << 30


#: What a lab may cost. It is an experiment with several trainings.
LAB = Limits(seconds=180, wall_seconds=2700)


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

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Result:
        """The result of which `dataclasses.asdict` has made plain data."""
        problem = data.get("problem")
        return cls(**{**data, "problem": Problem(**problem) if problem else None})


def fork_is_safe() -> bool:
    """Forking after imports is safe on Linux only: macOS system libraries forbid it, Windows has none."""
    return sys.platform == "linux"


class Runner:
    """Worker processes, started when first needed and kept warm until `close`. Use it as a context manager.

    Several threads may run snippets at once; each worker runs one at a time.

    limits: bounds of each snippet, labs included (default: `Limits()` and, for labs, `LAB`); fork: whether workers fork
    (default: where that is safe) or start a fresh process per snippet; environment: variables of the workers beside
    those of `engine.run.isolation`, for other conditions than the usual ones.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        fork: bool | None = None,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._limits = limits
        self.fork = fork_is_safe() if fork is None else fork
        self.environment = dict(environment)
        self._workers: dict[str, _Worker] = {}
        self._lock = Lock()
        self._cancelled = Event()

    def limits(self, snippet: Snippet) -> Limits:
        """What a snippet may cost."""
        return self._limits or (LAB if snippet.lab else Limits())

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
                self._workers[snippet.worker] = _Worker(snippet.root, self.environment)
            worker = self._workers[snippet.worker]
        limits, root = self.limits(snippet), os.path.abspath(snippet.root)
        job = {
            "path": os.path.join(root, snippet.path),
            "modules": [os.path.join(root, path) for path, _ in snippet.modules],
            "root": os.path.realpath(root),
            "source": snippet.text,
            "notebook": snippet.lab,
            "curves": not snippet.lab,  # trained curves have digits that hold on one machine only
            "preload": snippet.imports,
            "seconds": limits.seconds,
            "wall_seconds": limits.wall_seconds,
            "grace": limits.grace,
            "output_limit": limits.output,
            "folder_limit": limits.folder,
            "process_limit": limits.processes,
            "memory_limit": limits.memory,
            "fork": self.fork,
        }
        try:
            report = worker.ask(job)
        except WorkerDied as error:
            with self._lock:
                if self._workers.get(snippet.worker) is worker:
                    del self._workers[snippet.worker]
            worker.end()
            report = {"ok": False, "reason": str(error), "output": "", "detail": worker.last_words, "places": []}
        return _result(snippet, report)


def _result(snippet: Snippet, report: dict[str, Any]) -> Result:
    whole, shares = cells.split(report["output"], snippet.source) if snippet.lab else (report["output"], [])
    raw: bytes = whole.encode("latin-1")
    output = printed.readable(raw)
    problem = None
    if not report["ok"]:
        problem = Problem(snippet.name, report["reason"], report.get("line"), report.get("detail", ""))
    else:
        places = [os.path.abspath(snippet.root), os.path.realpath(snippet.root), *report["places"]]
        reason, line = printed.fault(raw, places)
        problem = Problem(snippet.name, reason, detail=line) if reason else None
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
        [printed.readable(share.encode("latin-1")) for share in shares],
    )


class WorkerDied(Exception):
    """The worker process itself ended, so its snippet has no report."""


class _Worker:
    def __init__(self, root: Path, own: Mapping[str, str]) -> None:
        self.last_words = ""
        self._lock = Lock()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in end()
        self._home = tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.run.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=root,
            env=environment(Path(self._home.name), own),
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
            self._home.cleanup()
