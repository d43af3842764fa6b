"""Whatever a snippet does, it gets its own verdict and harms nothing else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from engine.run.runner import Limits, Result, Runner
from engine.sources.snippets import Snippet, discover

Run = Callable[[str], Result]
Add = Callable[[str, str], Snippet]


def good(result: Result) -> str:
    assert result.problem is None, str(result.problem)
    return result.output


def test_output_of_a_plain_snippet(run: Run) -> None:
    assert good(run("print('x =', 1 / 3)\n")) == "x = 0.3333333333333333\n"


def test_a_snippet_sees_a_clean_main(run: Run) -> None:
    source = (
        "import os, sys, __main__\n"
        "print(__name__, os.path.basename(__file__), os.path.basename(sys.argv[0]), os.listdir('.'))\n"
        "print(__main__.__dict__ is globals(), sorted(name for name in globals() if not name.startswith('_')))\n"
        "print(os.environ['PYTHONHASHSEED'], os.environ['OMP_NUM_THREADS'], hash('a') == hash('a'))\n"
    )
    assert good(run(source)) == "__main__ tried.py tried.py []\nTrue ['os', 'sys']\n0 1 True\n"


def test_output_is_taken_from_the_descriptors_in_order(run: Run) -> None:
    source = (
        "import ctypes, os, subprocess, sys, atexit\n"
        "atexit.register(print, 'at exit')\n"
        "print('python')\n"
        "os.write(1, b'descriptor\\n')\n"
        "print('error stream', file=sys.stderr)\n"
        "subprocess.run([sys.executable, '-c', 'print(\"child\")'], check=True)\n"
        "ctypes.CDLL(None).puts(b'C, still in its buffer')\n"
    )
    expected = ["python", "descriptor", "error stream", "child", "at exit", "C, still in its buffer"]
    assert sorted(good(run(source)).splitlines()) == sorted(expected)
    assert good(run(source)).splitlines()[:4] == expected[:4]


def test_what_is_no_character_is_told_with_escapes(run: Run) -> None:
    problem = run("raise ValueError('no \\udc80')\n").problem
    assert problem is not None
    assert (problem.reason, problem.line) == ("ValueError: no \\udc80", 1)
    result = run("import os\nwith open(os.fsdecode(b'\\xff.txt'), 'w') as file:\n    file.write('β')\n")
    if sys.platform == "linux":  # where a file may have such a name
        assert good(result) == ""
        assert result.files == {"\\udcff.txt": "β"}


def test_local_modules_can_be_imported(run: Run, add: Add) -> None:
    (add("demo/claims/other.py", "").root / "snippets/demo/claims/_helper.py").write_text(
        "def three():\n    return 3\n"
    )
    assert good(run("from _helper import three\nprint(three())\n")) == "3\n"


NOT_ITS_OWN = r"a snippet may read only its own code and what it has written: "

HOSTILE = {
    "endless loop": ("x = 1\nwhile True:\n    pass\n", r"still running after 2 s of processor time", (2, 3)),
    "endless sleep": ("import time\ntime.sleep(1000)\n", r"still running after 6 s$", 2),
    "os._exit half way": ("import os\nprint('half')\nos._exit(0)\n", r"called os\._exit\(0\)", 3),
    "posix exit half way": ("import posix\nposix._exit(0)\n", r"ended before its last line", None),
    "sys.exit half way": ("import sys\nsys.exit(0)\n", r"ended early: sys\.exit\(0\)", 2),
    "crash": ("import ctypes\nctypes.string_at(0)\n", r"SIGSEGV", 2),
    "abort": ("import os\nos.abort()\n", r"SIGABRT", 2),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", r"SIGKILL", None),
    "1 GB of text": ("line = 'x' * 1000 + '\\n'\nfor _ in range(10**6):\n    print(line)\n", r"printed more than", 3),
    "a huge file": ("open('big', 'wb').write(bytes(10**9))\n", r"File too large", 1),
    "not UTF-8": ("import os\nprint('fine')\nos.write(1, b'caf\\xe9\\n')\n", r"not UTF-8: 0xe9 in line 2", None),
    "thread": (
        "import threading, time\nt = threading.Thread(target=time.sleep, args=(60,), daemon=True)\nt.start()\n",
        r"left a thread running",
        None,
    ),
    "thread of its own code": (
        "import threading, time\ndef work():\n    time.sleep(60)\nthreading.Thread(target=work).start()\n",
        r"left a thread running",
        3,
    ),
    "child process": ("import subprocess\n\nsubprocess.Popen(['sleep', '60'])\n", r"left a process running: sleep", 3),
    "reads input": ("x = input()\n", r"no standard input", 1),
    "reads sys.stdin": ("import sys\nsys.stdin.read()\n", r"no standard input", 2),
    "reads descriptor 0": ("import os\nos.read(0, 1)\n", r"OSError", 2),
    "exception": ("def f():\n    raise ValueError('no')\nf()\n", r"ValueError: no", 2),
    "syntax": ("compile('1 +', 'x', 'exec')\n", r"SyntaxError", 1),
    "own warning": ("import warnings\nwarnings.warn('old')\n", r"a warning of its own lines: UserWarning: old", 2),
    "fork bomb": (
        "import os, time\nwhile True:\n    os.fork()\n    time.sleep(0.01)\n",
        r"more than 16 processes",
        (3, 4, None),
    ),
    "many children": (
        "import subprocess\nimport time\nkept = [subprocess.Popen(['sleep', '9']) for _ in 'x' * 40]\ntime.sleep(9)\n",
        r"more than 16 processes",
        (3, 4),
    ),
    "all the memory": ("kept = []\nwhile True:\n    kept.append(bytes(range(256)) * 100_000)\n", r"bytes of memory", 3),
    "many files": (
        "import itertools\nfor i in itertools.count():\n    with open(f'{i}', 'wb') as file:\n"
        "        file.write(bytes(50_000))\n",
        r"more than 1,000,000 bytes of files",
        (2, 3, 4),
    ),
    "many files, and done": (
        "for i in range(30):\n    with open(f'{i}', 'wb') as file:\n        file.write(bytes(50_000))\n",
        r"more than 1,000,000 bytes of files",
        (None, 1, 2, 3),  # found when it has ended, or before
    ),
    "writes into the project": (
        "open(__file__, 'a')\n",
        r"may not change the project: snippets.demo.claims.tried\.py",
        1,
    ),
    "makes a folder in it": (
        "import os\nos.mkdir(os.path.join(os.path.dirname(__file__), 'new'))\n",
        r"may not change the project: snippets.demo.claims.new",
        2,
    ),
    "moves a file into it": (
        "import os\nopen('a', 'w').close()\nos.replace('a', os.path.dirname(__file__) + '/a')\n",
        r"may not change the project",
        3,
    ),
    "removes a source": ("import os\nos.remove(__file__)\n", r"may not change the project", 2),
    "terminal sequences": ("print('\\x1b[31mred')\n", r"control character U\+001B in line 1", None),
    "carriage return": ("print('50 %\\r100 %')\n", r"control character U\+000D in line 1", None),
    "turned text": ("print('fine')\nprint('a\\u202eb')\n", r"control character U\+202E in line 2", None),
    "zero byte": ("print('a\\0b')\n", r"control character U\+0000 in line 1", None),
    "an object's address": ("print('fine')\nprint(object())\n", r"an address in memory.* in line 2", None),
    "its own path": ("print(__file__)\n", r"printed a path of this machine in line 1", None),
    "its folder": ("import os\nprint(os.getcwd())\n", r"printed a path of this machine", None),
    "a library's path": ("import numpy as np\nprint(np.__file__)\n", r"printed a path of this machine", None),
    "a file beside it": ("from pathlib import Path\nPath(__file__).with_suffix('.csv').read_text()\n", NOT_ITS_OWN, 2),
    "what lies beside it": ("import os\nos.listdir(os.path.dirname(__file__))\n", NOT_ITS_OWN, 2),
    "a module that no import names": ("import importlib\nimportlib.import_module('_hid' + 'den')\n", NOT_ITS_OWN, 2),
    "a file of the system": ("open('/etc/passwd')\n", NOT_ITS_OWN, 1),
    "what another left": ("import tempfile\nopen('/tmp/engine-test', 'w')\n", NOT_ITS_OWN, 2),
    "a link to a file outside": (
        "import os\nos.symlink('/etc/passwd', 'link')\nopen('link')\n",
        r"may not change|may read only",
        (2, 3),
    ),
    "a file for a library": (
        "import os\nimport numpy as np\nnp.loadtxt(os.path.dirname(__file__) + '/../../../../outside.csv')\n",
        NOT_ITS_OWN,
        3,
    ),
    "a library": ("import numpy as np\nopen(np.__file__, 'a')\n", r"may not change an installed library", 2),
    "a clock by another way": ("clock = __import__('ti' + 'me')\nclock.perf_counter()\n", r"not read a clock", 2),
    "a library's log": (
        "print('I0000 00:00:1795714334.622218   32178 cudart_stub.cc:31] Could not find')\n",
        r"printed a library's log, with the time and the process, in line 1",
        None,
    ),
    "a warning of its caller": (
        "import warnings\nwarnings.warn('x', stacklevel=2)\n",
        r"a warning of its own lines: UserWarning: x",
        2,
    ),
    "an error of several lines": ("raise ValueError('first\\nsecond')\n", r"^ValueError: first$", 1),
    "an error with a note": ("e = KeyError('first')\ne.add_note('note')\nraise e\n", r"^KeyError: 'first'$", 3),
    "an error of a library": (
        "import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))\n",
        r"^numpy\.linalg\.LinAlgError: Singular matrix$",
        2,
    ),
    "stack overflow": ("def f():\n    f()\nf()\n", r"RecursionError", 2),
    "numpy overflow": ("import numpy as np\nnp.exp(1000.0)\n", r"RuntimeWarning: overflow", 2),
}


#: Seconds by the clock in which every hostile snippet has ended, also where many others compute.
LIMIT = 180


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_snippet_fails_with_its_path_line_and_reason(run: Run, runner: Runner, add: Add, name: str) -> None:
    source, reason, line = HOSTILE[name]
    folder = add("demo/claims/other.py", "").root / "snippets/demo/claims"
    for path in ("_hidden.py", "tried.csv", "../../../../outside.csv"):
        (folder / path).write_text("1\n")
    started = time.monotonic()
    problem = run(source).problem
    assert problem is not None
    assert problem.path == "snippets/demo/claims/tried.py"
    assert re.search(reason, problem.reason), str(problem)
    lines = line if isinstance(line, tuple) else (line,)
    if runner.fork or "Popen" not in source:
        assert problem.line in lines, str(problem)
    assert time.monotonic() - started < LIMIT
    assert good(run("print('alive')\n")) == "alive\n", "the next snippet is not harmed"


def test_nothing_outlives_a_snippet(run: Run, runner: Runner) -> None:
    mark = f"60.{os.getpid()}"
    daemon = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        os.execvp('sleep', ['sleep', '{mark}'])\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "time.sleep(0.2)\n"
    )
    problem = run(daemon).problem
    if runner.fork:  # only Linux, where workers fork, lets a worker adopt what was orphaned
        assert problem is not None
        assert "left a process running" in problem.reason
    alive = [process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])]
    for process in alive:
        process.kill()
    assert not alive or not runner.fork


SELFISH = [
    "import os\nos.environ['OMP_NUM_THREADS'] = '7'\nos.chdir('/')\n",
    "import numpy as np\nnp.set_printoptions(precision=1)\nnp.float64 = int\n",
    "import builtins\nbuiltins.print = None\n",
    "import sys\nsys.stdout.close()\n",
    "import sys\nsys.path.clear()\nsys.modules.pop('numpy', None)\n",
    "import locale, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n",
    "import locale\nlocale.setlocale(locale.LC_ALL, 'C')\nlocale.localeconv = None\n",
    "import os\nos.close(1)\nos.close(2)\n",
    "import os\nos.dup2(os.open('mine', os.O_WRONLY | os.O_CREAT), 1)\nprint('lost')\n",
    "import os, signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nos.kill(os.getpid(), signal.SIGUSR1)\n",
    "import os, signal\nos.killpg(0, signal.SIGTERM)\n",
    "import gc, sys\ngc.disable()\nsys.setrecursionlimit(50)\nsys.settrace(lambda *_: None)\n",
    "import numpy as np\nnp.seterr(all='ignore')\nnp.random.seed(1)\nnp.array = None\n",
    "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n",
    "import json, os\njson.dump = None\nos.replace = None\nos._exit = None\n",
]
PROBE = (
    "import os\nimport numpy as np\n"
    "print(os.environ['OMP_NUM_THREADS'], os.listdir('.'), np.array([1 / 3]), np.float64(0.5))\n"
)


@pytest.mark.parametrize("runner", ["fork"], indirect=True)
@pytest.mark.parametrize("source", SELFISH)
def test_global_state_is_not_shared(run: Run, source: str) -> None:
    run(source)
    assert good(run(PROBE)) == "1 [] [0.33333333] 0.5\n"


@pytest.mark.parametrize("runner", ["fresh"], indirect=True)
def test_no_process_of_its_own_shares_any_with_the_next(run: Run) -> None:
    for source in SELFISH:
        run(source)
    assert good(run(PROBE)) == "1 [] [0.33333333] 0.5\n"


def test_only_own_warnings_are_errors(run: Run, add: Add) -> None:
    helper = add("demo/claims/other.py", "").root / "snippets/demo/claims/_noisy.py"
    helper.write_text(
        "import warnings\n"
        "def f(category):\n"
        "    warnings.warn_explicit('of a library', category, 'noisy.py', 3)\n"
        "    print('after it')\n"
    )
    assert good(run("import _noisy\n_noisy.f(UserWarning)\n")) == "noisy.py:3: UserWarning: of a library\nafter it\n"
    assert good(run("import _noisy\n_noisy.f(DeprecationWarning)\n")) == "after it\n", "as Python does by itself"
    problem = run("import _noisy\nimport warnings\nwarnings.warn('mine', DeprecationWarning)\n").problem
    assert problem is not None
    assert "a warning of its own lines: DeprecationWarning: mine" in problem.reason


def test_what_is_due_at_exit_is_output(run: Run) -> None:
    source = (
        "import atexit, logging, sys, threading, weakref\n"
        "class Some:\n    pass\n"
        "some = Some()\n"
        "atexit.register(print, 'second')\n"
        "thread = threading.Timer(0.1, print, ['first'])\n"
        "thread.start()\n"
        "weakref.finalize(some, print, 'third')\n"
    )
    assert sorted(good(run(source)).split()) == ["first", "second", "third"]
    assert good(run(source)).startswith("first\n"), "Python waits for threads first"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only forked children have what their parent registered")
def test_what_a_library_registered_for_the_end_of_the_worker_is_not_done_by_its_children() -> None:
    code = """\
import atexit, os, tempfile, weakref
from engine.run import worker
folder = tempfile.TemporaryDirectory()
atexit.register(folder.cleanup)
pid = os.fork()
if not pid:
    worker._leave_exits_to_the_worker()
    class Some: pass
    some = Some()
    weakref.finalize(some, print, "made by the snippet")
    atexit.register(print, "registered by it")
    atexit._run_exitfuncs()
    print(os.path.isdir(folder.name), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=180)
    assert (ended.stdout, ended.stderr) == ("registered by it\nmade by the snippet\nTrue\n", "")


def test_threads_and_processes_have_time_to_end(add: Add) -> None:
    source = (
        "import subprocess, threading, time\n"
        "threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n"
        "subprocess.Popen(['sleep', '1.5'])\n"
        "print('done')\n"
    )
    results: list[Result] = []
    with Runner() as runner:
        runner.run([add("demo/claims/tried.py", source)], lambda _, result: results.append(result))
    assert good(results[0]) == "done\n"


def test_time_that_passes_without_work_is_no_work(run: Run) -> None:
    assert good(run("import time\ntime.sleep(3)\nprint('awake')\n")) == "awake\n"


def test_nothing_of_the_callers_environment_is_seen(add: Add, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n")
    for name, value in {
        "JAX_ENABLE_X64": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONPATH": str(tmp_path),
        "HOME": str(tmp_path),
        "LC_ALL": "de_DE.UTF-8",
        "TZ": "Asia/Kathmandu",
        "OMP_NUM_THREADS": "7",
    }.items():
        monkeypatch.setenv(name, value)
    source = (
        "import os\n"
        "print([os.environ.get(name) for name in ('JAX_ENABLE_X64', 'PYTHONWARNINGS', 'TZ', 'LC_ALL')])\n"
        "print(os.environ['OMP_NUM_THREADS'], os.listdir(os.path.expanduser('~')))\n"
    )
    for fork in (True, False):
        results: list[Result] = []
        with Runner(fork=fork) as runner:
            runner.run([add("demo/claims/tried.py", source)], lambda _, result: results.append(result))  # noqa: B023
        assert good(results[0]) == "[None, None, 'UTC', 'C.UTF-8']\n1 []\n"


def test_a_snippet_that_sets_a_variable_runs_as_in_a_fresh_interpreter(run: Run) -> None:
    source = (
        "import os\n"
        "print('once')\n"
        "os.environ['MPLBACKEND'] = 'svg'\n"
        "import matplotlib\n"
        "print(matplotlib.get_backend())\n"
    )
    assert good(run("import matplotlib\nprint(matplotlib.get_backend())\n")) == "agg\n"
    assert good(run(source)) == "once\nsvg\n"
    assert good(run("import matplotlib\nprint(matplotlib.get_backend())\n")) == "agg\n"


def test_it_may_read_its_own_code_its_libraries_and_what_it_has_written(run: Run, add: Add) -> None:
    folder = add("demo/claims/other.py", "").root / "snippets/demo/claims"
    (folder / "_helper.py").write_text("three = 3\n")
    source = (
        "import inspect, json, os, sys, tempfile\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "import _helper\n"
        "print(len(Path(__file__).read_text().splitlines()), Path(_helper.__file__).read_text().strip())\n"
        "print('def' in inspect.getsource(np.linspace), Path(json.__file__).is_file())\n"
        "np.savetxt('a.csv', [1.0])\n"
        "with tempfile.NamedTemporaryFile('w+') as file:\n"
        "    print(file.write('x'), np.loadtxt('a.csv'), sorted(os.listdir('.')))\n"
    )
    assert good(run(source)) == "9 three = 3\nTrue True\n1 1.0 ['a.csv']\n"


def test_the_project_s_folder_may_be_named_from_here(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `mkdocs build -f mkdocs.yml` names it: `.`, which is in every number."""
    snippet = add("demo/claims/tried.py", "import _helper\nprint(0.5, _helper.three)\n")
    (snippet.root / "snippets/demo/claims/_helper.py").write_text("three = 3\n")
    monkeypatch.chdir(snippet.root)
    (here,) = discover(Path(), Path("snippets/demo/claims/tried.py"))
    for fork in (True, False):
        results: list[Result] = []
        with Runner(fork=fork) as runner:
            runner.run([here], lambda _, result: results.append(result))  # noqa: B023
        assert (results[0].output, results[0].problem) == ("0.5 3\n", None)


def test_temporary_files_may_lie_in_the_project(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    snippet = add("demo/claims/tried.py", "open('a', 'w').write('x')\nprint('fine')\n")
    place = snippet.root / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", None)
    for fork in (True, False):
        results: list[Result] = []
        with Runner(fork=fork) as runner:
            runner.run([snippet], lambda _, result: results.append(result))  # noqa: B023
        assert (results[0].output, results[0].problem) == ("fine\n", None)
    assert list(place.iterdir()) == []


def test_files_that_it_writes_are_kept(run: Run) -> None:
    result = run("open('a.svg', 'w').write('<svg/>')\nopen('raw', 'wb').write(b'\\xff')\n")
    assert result.files == {"a.svg": "<svg/>"}


def test_a_dead_worker_costs_its_snippet_only(run: Run, runner: Runner) -> None:
    if not runner.fork:
        assert good(run("print(1)\n")) == "1\n"
        return  # the child's parent is the same worker there; one way of killing it is enough to try
    problem = run("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n").problem
    assert problem is not None
    assert "worker process ended with status -9" in problem.reason
    assert good(run("print('alive')\n")) == "alive\n"


def test_workers_end_with_the_runner(add: Add) -> None:
    before = psutil.Process().children()
    with Runner(Limits(seconds=5)) as runner:
        runner.run([add("demo/claims/a.py", "print(1)\n")])
        children = psutil.Process().children()  # those of other tests, a browser for one, among them
        (worker,) = (child for child in children if child not in before)
        assert worker.is_running()
    assert not psutil.pid_exists(worker.pid)


def test_a_framework_is_imported_once_and_only_when_needed(add: Add) -> None:
    probe = "import sys\nprint(sorted({'torch', 'tensorflow', 'jax'} & set(sys.modules)))\n"
    outputs = {}
    with Runner(fork=True) as runner:
        snippets = [add("demo/claims/plain.py", probe), add("demo/pytorch/one.py", "import torch\n" + probe)]
        runner.run(snippets, lambda snippet, result: outputs.update({snippet.topic: good(result)}))
    assert outputs == {"plain": "[]\n", "one": "['torch']\n"}


DEFINITION = """\
{name: Demo, expression: x, stable: x, derivative: "1", apis: [{name: numpy.positive}], figure: {en: A line, zh: 线}}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a single process")
@pytest.mark.parametrize("whom", ["the command", "all of a terminal"])
@pytest.mark.parametrize("command", ["check", "build"])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, command: str, whom: str) -> None:
    folder = tmp_path / "snippets" / "demo" / "claims"
    folder.mkdir(parents=True)
    (folder.parent / "definition.yml").write_text(DEFINITION, encoding="utf-8")
    (tmp_path / "docs" / "en").mkdir(parents=True)
    seconds = sleep_of_its_own()
    (folder / "a.py").write_text(f"import subprocess\nsubprocess.run(['sleep', '{seconds}'])\n")
    arguments = [sys.executable, "-m", "engine", command]
    process = subprocess.Popen(arguments, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert until(lambda: bool(sleepers(seconds)), 180)
    if whom == "the command":
        process.send_signal(signal.SIGINT)
    else:
        os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=180)[1].splitlines()[-1] == "engine: interrupted"
    assert until(lambda: not sleepers(seconds), 180)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a single process")
def test_an_interrupt_that_python_would_drop_is_heard() -> None:
    code = """\
import os, sys, time, weakref
from engine.__main__ import insist
sys.unraisablehook = insist
try:
    last = {1}
    watched = weakref.ref(last, lambda _: os.kill(os.getpid(), 2))
    del last
    time.sleep(60)
except KeyboardInterrupt:
    print("heard")
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=180)
    assert (ended.stdout, ended.stderr) == ("heard\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("gap", [0, 0.001, 0.002, 0.004, 0.008])
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_that_is_told_twice_to_end_leaves_nothing(add: Add, first: int, gap: float) -> None:
    seconds = sleep_of_its_own()
    snippet = add("demo/claims/a.py", f"import subprocess\nsubprocess.run(['sleep', '{seconds}'])\n")
    before = psutil.Process().children()
    with Runner() as runner, ThreadPoolExecutor(1) as aside:
        running = aside.submit(runner.run, [snippet])
        assert until(lambda: bool(sleepers(seconds)), 180)
        (worker,) = (child for child in psutil.Process().children() if child not in before)
        worker.send_signal(first)
        time.sleep(gap)
        with suppress(psutil.NoSuchProcess):  # already ended
            worker.terminate()
        running.result(180)
    assert until(lambda: not sleepers(seconds), 180)


def sleep_of_its_own() -> str:
    """Seconds that nothing else on this machine sleeps."""
    return f"901.{time.time_ns()}"  # longer than anything here waits


def sleepers(seconds: str) -> list[psutil.Process]:
    return [found for found in psutil.process_iter(["cmdline"]) if seconds in (found.info["cmdline"] or [])]


def until(true: Callable[[], bool], seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while not (now := true()) and time.monotonic() < limit:
        time.sleep(0.05)
    return now
