"""Run snippets in worker processes, side by side, and give each its verdict."""

from __future__ import annotations

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

import msgspec

from engine.base.errors import Problem
from engine.base.libraries import LIBRARIES, WORKERS, machine, version
from engine.run import printed, progress
from engine.run.isolation import environment
from engine.run.protocol import Failed, Job, Limits, Report
from engine.sources import cells
from engine.sources.snippets import Snippet

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
        # After imports that is safe on Linux only: macOS system libraries forbid it, Windows has none.
        self.fork = sys.platform == "linux" if fork is None else fork
        self.environment = dict(environment)
        self._workers: dict[str, _Worker] = {}
        self._lock = Lock()
        self._cancelled = Event()
        self._left = 0

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
            self._left += 1
        progress.current.say(f"{self._left} scripts to run; what has not changed is not run again")
        stopped = Event()

        def drain(name: str) -> None:
            for snippet in queues[name]:
                result = self._run_one(snippet)
                if stopped.is_set() or self._cancelled.is_set():
                    return
                with self._lock:
                    self._left -= 1
                    progress.current.say(f"{self._left} scripts left to run, after {snippet.name}", passing=True)
                    if done:
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
            finally:
                progress.current.say("")

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
        root = os.path.abspath(snippet.root)
        job = Job(
            path=os.path.join(root, snippet.path),
            modules=tuple(os.path.join(root, path) for path, _ in snippet.modules),
            root=os.path.realpath(root),
            source=snippet.text,
            notebook=snippet.lab,
            curves=not snippet.lab,  # trained curves have digits that hold on one machine only
            preload=snippet.imports,
            limits=self.limits(snippet),
            fork=self.fork,
        )
        report = worker.ask(job)
        if report is None:
            with self._lock:
                if self._workers.get(snippet.worker) is worker:
                    del self._workers[snippet.worker]
            report = Report(worker.end())
        return _result(snippet, report)


def _result(snippet: Snippet, report: Report) -> Result:
    output, shares = cells.split(report.output, snippet.source) if snippet.lab else (report.output, [])
    if isinstance(report.ending, Failed):
        problem: Problem | None = Problem(snippet.name, *msgspec.structs.astuple(report.ending))
    else:
        places = [os.path.abspath(snippet.root), os.path.realpath(snippet.root), *report.places]
        reason, line = printed.fault(output, places)
        problem = Problem(snippet.name, reason, detail=line) if reason else None
    versions = {}
    for module in snippet.libraries:
        for library in filter(None, (LIBRARIES[module], LIBRARIES.get(LIBRARIES[module].backend or ""))):
            versions[library.title] = version(library.distributions[0]) or "not installed"
    return Result(
        printed.readable(output),
        report.files,
        versions,
        machine(),
        problem,
        report.seconds,
        [printed.readable(share) for share in shares],
    )


class _Worker:
    def __init__(self, root: Path, own: Mapping[str, str]) -> None:
        self._lock = Lock()
        self._words = ""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in end()
        self._home = tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.run.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=root,
            env=environment(Path(self._home.name), own),
        )

    def ask(self, job: Job) -> Report | None:
        """Send a job and wait for its report; None if the process itself has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            with self._lock:
                self._process.stdin.write(msgspec.json.encode(job) + b"\n")
                self._process.stdin.flush()
                answer = self._process.stdout.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed, since another thread has found it dead
            answer = b""
        if answer:
            return msgspec.json.decode(answer, type=Report)
        self._process.wait()
        return None

    def stop(self) -> None:
        """Tell the process to end."""
        self._process.terminate()

    def end(self) -> Failed:
        """Stop the process. Returns how it has ended, with the last that it wrote on standard error."""
        self.stop()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with self._lock:
            if not self._log.closed:  # by another thread that has found it dead
                for stream in (self._process.stdin, self._process.stdout):
                    if stream:
                        with suppress(BrokenPipeError):
                            stream.close()
                self._log.seek(0)
                self._words = self._log.read()[-4000:].decode("utf-8", errors="replace")
                self._log.close()
                self._home.cleanup()
            return Failed(f"its worker process ended with status {self._process.returncode}", detail=self._words)
