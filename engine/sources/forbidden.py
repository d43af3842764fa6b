"""What no snippet may ask: the time, how many processors there are, what they can do, and chance that nothing seeds.

An output that hangs on these holds on one machine, or in one run. Names are followed through imports and their aliases;
those of the module time are refused while a snippet runs, too (`engine.run.guards`), however it comes by them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.errors import Problem

_SECONDS = ("time", "perf_counter", "monotonic", "process_time", "thread_time", "clock_gettime")
#: Functions of the module time that tell the time, or how long something took.
CLOCKS = (*_SECONDS, *(f"{name}_ns" for name in _SECONDS), "localtime", "gmtime", "ctime", "asctime", "strftime")

_CHANCE = "uses chance that nothing seeds"
#: What is refused, by reason: a module with all that is in it, or one name.
FORBIDDEN = {
    "reads a clock": (
        *(f"time.{name}" for name in CLOCKS),
        *("timeit", "cProfile", "profile", "os.times", "resource.getrusage"),
        *("datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today"),
        *("torch.utils.benchmark", "torch.profiler", "torch.autograd.profiler", "torch.cuda.Event"),
        *("tensorflow.timestamp", "tensorflow.profiler", "tensorflow.test.Benchmark", "jax.profiler"),
    ),
    "asks what machine it is on": (
        *("platform", "psutil", "os.cpu_count", "os.process_cpu_count", "os.sched_getaffinity", "os.getloadavg"),
        *("os.uname", "multiprocessing.cpu_count", "socket.gethostname", "numpy.show_config", "numpy.show_runtime"),
        *("torch.get_num_threads", "torch.backends.cpu", "torch.cpu", "torch.__config__"),
        *("tensorflow.sysconfig", "tensorflow.config.list_physical_devices", "jax.devices", "jax.device_count"),
    ),
    _CHANCE: ("secrets", "os.urandom", "uuid.uuid1", "uuid.uuid4", "random.SystemRandom"),
}
#: What makes a sequence of chance that is another one in each run, if it is called without an argument.
GENERATORS = ("numpy.random.default_rng", "numpy.random.RandomState", "random.Random")
#: Functions that draw from a generator which they share: its seed, by their module.
SHARED = {"random": "random.seed", "numpy.random": "numpy.random.seed"}
_REASONS = {name: reason for reason, names in FORBIDDEN.items() for name in names}
_TIMES = ("now", "today")


def forbidden(tree: ast.Module, name: str, notebook: bool) -> list[Problem]:
    """What a file may not do, each with its line.

    name: its path, for messages; notebook: whether it becomes a notebook, which has no file and no arguments.
    """
    aliases = dict(_aliases(tree))
    problems: dict[tuple[int, str], Problem] = {}
    uses = sorted(_used(tree, aliases))
    seeded = {used for _, used in uses} & set(SHARED.values())
    for line, used in uses:
        refused = next((known for known in _REASONS if used == known or used.startswith(f"{known}.")), None)
        if refused:
            what = f"{_REASONS[refused]}: {refused}; what it prints must not depend on that"
        elif notebook and used in ("__file__", "sys.argv"):
            what = f"a lab is a notebook, too, which has no {used}"
        elif used.endswith("()") or (_draws(used) and SHARED[used.rpartition(".")[0]] not in seeded):
            what = f"{_CHANCE}: {used}; give it a seed"
        else:
            continue
        problems.setdefault((line, what), Problem(name, what, line))
    return list(problems.values())


def _draws(name: str) -> bool:
    """Whether a function takes its chance from a generator that all share: such names are in small letters."""
    module, _, function = name.rpartition(".")
    return module in SHARED and function.islower() and name not in (*GENERATORS, *SHARED.values())


def _aliases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names that imports bind, with what they stand for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _used(tree: ast.Module, aliases: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Dotted names that a file uses or imports, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = CLOCKS if node.module == "time" else ()
            for alias in node.names:
                yield node.lineno, f"{node.module}.{names[0] if names and alias.name == '*' else alias.name}"
        elif isinstance(node, ast.Name | ast.Attribute) and (dotted := _dotted(node, aliases)):
            yield node.lineno, dotted
        elif isinstance(node, ast.Call) and not node.args + node.keywords and _dotted(node.func, aliases) in GENERATORS:
            yield node.lineno, f"{_dotted(node.func, aliases)}()"
        elif (
            isinstance(node, ast.Call)
            and _dotted(node.func, aliases) == "numpy.datetime64"
            and any(isinstance(given, ast.Constant) and given.value in _TIMES for given in node.args)
        ):
            yield node.lineno, "datetime.datetime.now"


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str | None:
    """The full name of `a.b.c`, where `a` is imported or built in; None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    first = aliases.get(node.id) or (node.id if node.id == "__file__" else None)
    return ".".join([first, *reversed(parts)]) if first else None
