"""A process that imports libraries once and forks a child for each snippet it is told to run.

It reads one JSON job a line on standard input and answers each with one JSON report a line on standard output.
Started by `engine.run.runner`; talks to nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import psutil

from engine.run import child

#: What ends a worker: its runner, or Ctrl-C, which a terminal sends to both.
ENDS = (signal.SIGTERM, signal.SIGINT)
#: Seconds between two looks at what a child holds.
LOOK = 0.05


def main() -> None:
    """Answer commands, a line of JSON each, until there are no more."""
    commands = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    for number in ENDS:
        signal.signal(number, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans of a snippet come here and are found
    for line in commands:
        job = json.loads(line)
        answers.write(json.dumps(supervise(job, (commands.fileno(), answers.fileno()))) + "\n")
        answers.flush()


def _leave(*_: object) -> NoReturn:
    """Unwind, so that a running child is killed. A second signal must not cut that short."""
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def supervise(job: dict[str, Any], private: tuple[int, ...] = ()) -> dict[str, Any]:
    """Run one job in a child and bound it. Returns ok, output (bytes as latin-1 text), files, reason, line, detail.

    job: see `engine.run.child.run`, without the paths of this run, and with seconds (of processor time), wall_seconds,
    output_limit, folder_limit, process_limit, memory_limit, preload (modules to import for it), fork.
    private: descriptors that the child must not inherit.
    """
    report = _run(job | {"fresh": False}, private)
    if report.pop("again", False):
        report = _run(job | {"fresh": True, "fork": False, "preload": []}, private)
    return report


def _run(job: dict[str, Any], private: tuple[int, ...]) -> dict[str, Any]:
    # No TemporaryDirectory: what it leaves to be done at exit a forked child would do, too.
    folder = Path(tempfile.mkdtemp(prefix="snippet-"))
    try:
        for name in ("cwd", "temporary"):
            (folder / name).mkdir()
        names = {name: str(folder / name) for name in ("cwd", "temporary", "output", "report", "trace", "spawned")}
        # one byte more than allowed: a file of that size tells that the limit was passed
        job |= names | {"folder": str(folder), "home": str(Path.home()), "file_limit": job["output_limit"] + 1}
        started = time.perf_counter()
        ended = _fork(job, private) if job["fork"] else _spawn(job, folder)
        report = _verdict(job, ended)
        report["seconds"] = time.perf_counter() - started
        report["files"] = _files(folder / "cwd") if report["ok"] else {}
        report["places"] = [str(folder), os.path.realpath(folder), job["home"]]
        return report
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fork(job: dict[str, Any], private: tuple[int, ...]) -> int | None:
    """Fork, run, reap. Returns the child's exit status (negative: signal), or None when its time ran out."""
    for module in job["preload"]:
        with contextlib.suppress(Exception):  # the snippet's own import will say it with its line
            importlib.import_module(module)
    pid = os.fork()
    if not pid:
        try:
            for descriptor in private:
                os.close(descriptor)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _leave_exits_to_the_worker()
            child.run(job)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)  # run() never returns; a fault in it must not become a second worker
    try:
        descriptor = os.pidfd_open(pid)
        try:
            if not _watched(job, pid, lambda seconds: bool(select.select([descriptor], [], [], seconds)[0])):
                return None
        finally:
            os.close(descriptor)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        job["left"] = _end_all(job, psutil.Process(pid) if psutil.pid_exists(pid) else None)


def _leave_exits_to_the_worker() -> None:
    """Forget, in a child, what libraries have registered for the end of the worker.

    It is the worker's to do: PyTorch 2.5 to 2.9 would remove a temporary folder that all children use. The standard
    library's own serve what a snippet makes, and stay.
    """
    atexit._clear()
    weakref.finalize._registry.clear()  # type: ignore[attr-defined]
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
    for module, name in (("logging", "shutdown"), ("multiprocessing.util", "_exit_function")):
        if module in sys.modules:
            atexit.register(getattr(sys.modules[module], name))
    if "multiprocessing.util" in sys.modules:
        sys.modules["multiprocessing.util"]._finalizer_registry.clear()


def _spawn(job: dict[str, Any], place: Path) -> int | None:
    task = place / "job.json"
    task.write_text(json.dumps(job), encoding="utf-8")
    started = subprocess.Popen([sys.executable, "-m", "engine.run.child", str(task)], stdin=subprocess.DEVNULL)
    process = psutil.Process(started.pid)
    try:
        return started.wait() if _watched(job, started.pid, lambda seconds: _ended(started, seconds)) else None
    finally:
        job["left"] = _end_all(job, process if started.poll() is None else None)


def _ended(started: subprocess.Popen[bytes], seconds: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(seconds)
    return started.returncode is not None


def _watched(job: dict[str, Any], pid: int, ended: Callable[[float], bool]) -> bool:
    """Wait until a child has ended by itself. False, with `job["excess"]`, once it holds more than it may.

    ended: waits for so many seconds at most, and says whether it has ended.
    """
    limit = time.monotonic() + job["wall_seconds"]
    while not ended(min(LOOK, max(0.0, limit - time.monotonic()))):
        late = f"still running after {job['wall_seconds']:g} s" if time.monotonic() >= limit else ""
        if excess := _excess(job, pid) or late:
            job["excess"] = excess
            _ask_where(pid)
            return False
    return True


def _excess(job: dict[str, Any], pid: int) -> str:
    """What a child has too much of: processes, memory, processor time, files; empty if nothing."""
    processes, memory, seconds = -1, 0, 0.0  # processes: those that it has started
    with contextlib.suppress(psutil.Error):
        snippet = psutil.Process(pid)
        for process in [snippet, *snippet.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                processes, memory = processes + 1, memory + process.memory_info().rss
                seconds += sum(process.cpu_times()[:4])  # its own, and of those that have ended under it
    if processes > job["process_limit"]:
        return f"started more than {job['process_limit']} processes"
    if memory > job["memory_limit"]:
        return f"took more than {job['memory_limit']:,} bytes of memory"
    if seconds > job["seconds"]:
        return f"still running after {job['seconds']:g} s of processor time"
    return _full(job["folder"], job["folder_limit"])


def _full(folder: str, limit: int) -> str:
    """Whether the files in a folder have too many bytes: why, or nothing."""
    total = 0
    for path, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, file)).st_size
            if total > limit:
                return f"wrote more than {limit:,} bytes of files"
    return ""


def _ask_where(pid: int) -> None:
    """Let a child that ran out of time write the line that it is in."""
    if hasattr(signal, "SIGUSR1"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGUSR1)  # faulthandler writes at once, whatever runs
            time.sleep(0.1)


def _end_all(job: dict[str, Any], running: psutil.Process | None) -> list[str]:
    """Kill what the child left, and the child itself if it still runs. Returns the names of what was left."""
    if running:
        with contextlib.suppress(psutil.Error):
            for process in [*running.children(recursive=True), running]:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            running.wait(5)
    me = psutil.Process()
    limit = time.monotonic() + job["grace"]  # for helpers that end on a closed pipe
    while alive := _alive(me):
        if time.monotonic() > limit:
            break
        time.sleep(0.01)
    names = []
    while alive:  # again and again: a killed process may have started another
        for process in alive:
            with contextlib.suppress(psutil.Error):
                names.append(f"{process.name()} (pid {process.pid})")
                process.kill()
        psutil.wait_procs(alive, 1)
        alive = _alive(me)
    with contextlib.suppress(ChildProcessError, AttributeError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return names


def _alive(process: psutil.Process) -> list[psutil.Process]:
    alive = []
    for other in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if other.status() != psutil.STATUS_ZOMBIE:
                alive.append(other)
    return alive


def _verdict(job: dict[str, Any], status: int | None) -> dict[str, Any]:
    """What the child reported, overruled by what was seen from outside."""
    report: dict[str, Any] = {"ok": False, "reason": ""}
    with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
        report |= json.loads(Path(job["report"]).read_text(encoding="utf-8"))
    output = b""
    with contextlib.suppress(FileNotFoundError):
        output = Path(job["output"]).read_bytes()
    report["output"] = output[: job["output_limit"]].decode("latin-1")
    if len(output) > job["output_limit"]:
        return report | {"ok": False, "reason": f"printed more than {job['output_limit']:,} bytes"}
    if status is None:
        return report | {"ok": False, "reason": job["excess"], **_crash_site(job)}
    if status:
        name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        if report["ok"] or not report["reason"]:
            return report | {"ok": False, "reason": f"ended by {name}", **_crash_site(job)}
    if not report["ok"] and not report["reason"]:
        return report | {"reason": "ended before its last line, without an error", **_crash_site(job)}
    if report["ok"] and (full := _full(job["folder"], job["folder_limit"])):
        return report | {"ok": False, "reason": full}
    if job["left"] and report["ok"]:
        with contextlib.suppress(FileNotFoundError, ValueError):
            report["line"] = int(Path(job["spawned"]).read_text())
        return report | {"ok": False, "reason": f"left a process running: {', '.join(job['left'])}"}
    return report


def _crash_site(job: dict[str, Any]) -> dict[str, Any]:
    """Line and traceback that faulthandler wrote when the child crashed or ran out of time."""
    with contextlib.suppress(FileNotFoundError):
        trace = Path(job["trace"]).read_text(encoding="utf-8", errors="replace")
        own = re.search(rf'File "{re.escape(job["path"])}", line (\d+)', trace)
        return {"line": int(own[1]) if own else None, "detail": trace if own else ""}
    return {}


def _files(folder: Path) -> dict[str, str]:
    """The text files that the snippet wrote in its working directory, by relative path."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            with contextlib.suppress(UnicodeDecodeError):
                found[file.relative_to(folder).as_posix()] = file.read_text(encoding="utf-8")
    return found


if __name__ == "__main__":
    with contextlib.suppress(SystemExit):
        main()
    os._exit(0)  # at once: the frameworks that it holds take a second to tear down
