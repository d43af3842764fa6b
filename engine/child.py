"""Run one snippet in this process and say how it ended. Called in a forked child, or as a process of its own.

The process is given over to the snippet: a clean `__main__`, no standard input, its own working directory, bounded
files, and standard output and error both going to one file, as a terminal shows them. Nothing here is portable to
a process that has to go on afterwards.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import faulthandler
import importlib
import io
import json
import linecache
import mmap
import os
import signal
import sys
import threading
import traceback
import types
import warnings
from pathlib import Path
from typing import Any, NoReturn

#: Process-spawning audit events, to name the line that started a process which was left behind.
_SPAWNS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"}


#: Audit events of changes to files, with the number of arguments that are paths.
_CHANGES = {"open": 1, "os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1, "os.chmod": 1}
_CHANGES |= {"os.link": 2, "os.symlink": 2, "os.utime": 1, "shutil.rmtree": 1}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class _NoInput(io.TextIOBase):
    """Standard input of a snippet: reading fails, instead of waiting or giving an empty text."""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        raise OSError("a snippet has no standard input")

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        raise OSError("a snippet has no standard input")


def run(job: dict[str, Any]) -> NoReturn:
    """Execute `job` and end the process; the report is written to `job["report"]` as JSON.

    job: path (the snippet's file), source (the text to run), curves (whether to list the curves of its figures), cwd,
    output (file for standard output and error), report, trace (file for the Python traceback of a crash or time-out),
    spawned (file for the line that last started a process), file_limit (bytes, for any file that it writes), root (the
    project, which it may not change), process_limit (how many processes it may start).
    """
    if hasattr(os, "setsid"):
        os.setsid()  # so that one signal reaches the snippet and all that it starts
    os.chdir(job["cwd"])
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_limit"], job["file_limit"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    trace = open(job["trace"], "w")  # noqa: SIM115 - faulthandler needs it until the end
    faulthandler.enable(trace)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, trace, all_threads=True)
    _redirect(job["output"])
    _watch(job)
    _finish(job, _execute(job))


def _redirect(output: str) -> None:
    """Descriptors, not only `sys.stdout`: prints of C++ code and of child processes are output too."""
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    none = os.open(os.devnull, os.O_WRONLY)  # write-only: a read from descriptor 0 is an error, not an empty text
    os.dup2(none, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(none)
    os.close(out)
    sys.stdin = _NoInput()
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = io.TextIOWrapper(io.FileIO(number, "w", closefd=False), "utf-8", line_buffering=True, newline="\n")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _watch(job: dict[str, Any]) -> None:
    """Make `os._exit` report itself, note the last line that started a process, and guard the project."""
    pid, leave = os.getpid(), os._exit
    spawned = mmap.mmap(-1, 8)  # shared with all that the snippet forks

    def exit_now(status: int) -> NoReturn:
        if os.getpid() == pid:
            line = _own_line(sys._getframe(1), job["path"])
            _report(job, {"ok": False, "reason": f"called os._exit({status}) before its end", "line": line})
        leave(status)
        raise AssertionError("unreachable")

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES and (path := _changed(event, arguments, job["root"])):
            raise PermissionError(f"a snippet may not change the project: {path}")
        if event in _SPAWNS:
            count = int.from_bytes(spawned[:8]) + 1
            spawned[:8] = count.to_bytes(8)
            if count > job["process_limit"]:  # at once: a fork bomb is faster than any look from outside
                raise BlockingIOError(f"started more than {job['process_limit']} processes")
        if event in _SPAWNS and os.getpid() == pid:
            line = _own_line(sys._getframe(1), job["path"])
            if line:
                Path(job["spawned"]).write_text(str(line))

    os._exit = exit_now  # type: ignore[assignment]
    sys.addaudithook(audit)
    job["leave"] = leave


def _changed(event: str, arguments: tuple[Any, ...], root: str) -> str:
    """The path within the project that an audited call would change, if there is one."""
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
        return ""
    for name in arguments[: _CHANGES[event]]:
        if isinstance(name, (str, bytes, os.PathLike)):
            path = os.path.realpath(os.fsdecode(name))
            if path.startswith(root + os.sep):
                return os.path.relpath(path, root)
    return ""


def _execute(job: dict[str, Any]) -> dict[str, Any]:
    path = job["path"]
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=builtins)
    sys.modules["__main__"] = main
    sys.argv = [path]
    sys.path[0] = str(Path(path).parent)
    sys.dont_write_bytecode = True
    linecache.cache[path] = (len(job["source"]), None, job["source"].splitlines(keepends=True), path)
    atexit._clear()  # the worker's own handlers are not this snippet's
    warnings.resetwarnings()
    warnings.simplefilter("default")
    warnings.filterwarnings("error", module=r"__main__\Z")
    try:
        exec(compile(job["source"], path, "exec", dont_inherit=True), main.__dict__)
        if job["curves"] and "matplotlib.pyplot" in sys.modules:
            from engine.plots import describe_open_figures

            sys.stdout.write(describe_open_figures())
        atexit._run_exitfuncs()
        _flush()
    except SystemExit as stop:
        line = _line_of(stop, path)
        return {"ok": False, "reason": f"ended early: sys.exit({stop.code!r})", "line": line}
    except BaseException as error:
        reason = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == path else _line_of(error, path)
        kind = "a warning of its own lines: " if isinstance(error, Warning) else ""
        return {"ok": False, "reason": kind + reason, "line": line, "detail": _trace(error, path)}
    left = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    if left:
        frames = sys._current_frames()
        lines = [_own_line(frames.get(thread.ident or 0), path) for thread in left]
        names = ", ".join(thread.name for thread in left)
        return {"ok": False, "reason": f"left a thread running: {names}", "line": next(filter(None, lines), None)}
    return {"ok": True}


def _own_line(frame: types.FrameType | None, path: str) -> int | None:
    """Line of the snippet in a stack: its innermost frame that runs the snippet's own file."""
    while frame:
        if frame.f_code.co_filename == path:
            return frame.f_lineno
        frame = frame.f_back
    return None


def _line_of(error: BaseException, path: str) -> int | None:
    own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return own[-1] if own else None


def _trace(error: BaseException, path: str) -> str:
    """The traceback from the snippet's first line on, as a reader who runs the file would see it."""
    tb = error.__traceback__
    while tb and tb.tb_frame.f_code.co_filename != path:
        tb = tb.tb_next
    return "".join(traceback.format_exception(type(error), error, tb))


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).fflush(None)  # what C code has printed and libc still holds


def _report(job: dict[str, Any], report: dict[str, Any]) -> None:
    partial = job["report"] + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(report, file)
    os.replace(partial, job["report"])


def _finish(job: dict[str, Any], report: dict[str, Any]) -> NoReturn:
    with contextlib.suppress(OSError, ValueError):  # a snippet may have closed its own output
        _flush()
    _report(job, report)
    job["leave"](0)  # at once: a thread left behind, or a library's shutdown, must not hold the process
    raise AssertionError("unreachable")


if __name__ == "__main__":  # a process of its own, where fork is unsafe or missing
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for module in task["preload"]:  # outside the capture, as in a worker: start-up notes are not the snippet's
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    run(task)
