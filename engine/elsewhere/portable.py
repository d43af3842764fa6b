"""Run snippets and audits as other machines would, and tell what differs: `python -m engine portable`.

A reader has another processor, other settings and another folder. Each variant changes one of these, in a process of
its own, and is compared with the usual run on this machine, and that with the record. No kept result is used, so that
the usual run is a repetition.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.accuracy import audited, record
from engine.base.errors import Problem
from engine.base.files import ENGINE, files_below
from engine.base.libraries import cores
from engine.compare.numbers import compare
from engine.compare.verdict import mismatch
from engine.elsewhere.process import NoAnswerError, Order, ask
from engine.run.nudge import UNITS
from engine.run.runner import Result
from engine.sources import definition
from engine.sources.snippets import Snippet

X86 = ("x86_64", "AMD64")
_POOLS = ("OMP", "MKL", "OPENBLAS", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
#: Threads that libraries may use, in the variables that they read when they are imported.
THREADS = {f"{name}_THREADS" if name.startswith("TF") else f"{name}_NUM_THREADS": "4" for name in _POOLS}
#: More threads than cores would spend most of their time waiting in turns.
THREADS["OMP_WAIT_POLICY"] = "PASSIVE"
#: What somebody else may have set. Nothing of it may reach a snippet: see `engine.run.isolation`.
CALLER = {
    **{"PYTHONHASHSEED": "99", "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "1", "TZ": "Asia/Kathmandu"},
    **{"LC_ALL": "C", "LANG": "de_DE.ISO-8859-1", "JAX_ENABLE_X64": "1", "KERAS_BACKEND": "jax", "MPLBACKEND": "svg"},
    **{"OMP_NUM_THREADS": "3", "TF_ENABLE_ONEDNN_OPTS": "1", "NPY_PROMOTION_STATE": "legacy"},
}
#: Files of a home folder that libraries read.
HOME = {
    ".keras/keras.json": '{"floatx": "float64", "epsilon": 0.1, "backend": "jax"}',
    ".config/matplotlib/matplotlibrc": "lines.linewidth: 9\n",
}
#: A folder whose name no shell and no encoding may stumble over.
FOLDER = "a folder 文件夹 (copy)"


@dataclass(frozen=True)
class Variant:
    """Another machine.

    environment: variables of the processes that run snippets; caller: those of the engine itself; libraries: modules
    that it concerns (default: all); machines: processors that have it (default: all); features: units of the processor
    that NumPy is to leave alone; elsewhere: in a copy of the project; user: without the rights of root; busy: while
    something else keeps every core busy; lacks: a type that the library does not have there, so that the audit of it is
    left out; limit: how a snippet ends that needs it, as a regular expression; why: this in words, for the table. A
    snippet that ends so prints nothing that could differ; one that ends otherwise, or runs, is compared as any other.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    caller: Mapping[str, str] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    elsewhere: bool = False
    user: bool = False
    busy: bool = False
    lacks: str = ""
    limit: str = ""
    why: str = ""

    def concerns(self, libraries: Sequence[str]) -> bool:
        """Whether something that uses these libraries may differ."""
        return not self.libraries or bool(set(self.libraries) & set(libraries))


USUAL = Variant("as usual, one thread")
VARIANTS = (
    Variant("PyTorch: capability default", {"ATEN_CPU_CAPABILITY": "default"}, libraries=("torch",)),
    Variant("PyTorch: capability avx2", {"ATEN_CPU_CAPABILITY": "avx2"}, libraries=("torch",), machines=X86),
    Variant("NumPy: no AVX-512", libraries=("numpy",), machines=X86, features=("X86_V4", "AVX512")),
    Variant("NumPy: no AVX2", libraries=("numpy",), machines=X86, features=("X86_V3", "X86_V4", "AVX512")),
    Variant("XLA: at most AVX2", {"XLA_FLAGS": "--xla_cpu_max_isa=AVX2"}, libraries=("jax",), machines=X86),
    Variant(
        "XLA: at most SSE4.2",
        {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2"},
        libraries=("jax",),
        machines=X86,
        lacks="float16",  # its compiler then finds neither __extendhfsf2 nor __truncsfhf2
        limit=r"JaxRuntimeError: INTERNAL: Failed to materialize symbols",
        why="XLA compiles no float16 without F16C",
    ),
    Variant("four threads", THREADS),
    Variant("printed numbers three units up", {UNITS: "3"}),
    Variant("printed numbers three units down", {UNITS: "-3"}),
    Variant("another hash seed", {"PYTHONHASHSEED": "4242"}),
    Variant("another time zone", {"TZ": "America/St_Johns"}),
    Variant("another locale", {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}),
    Variant("another caller: settings, home", caller=CALLER),
    Variant("another folder: blanks, Chinese", elsewhere=True),
    Variant("an ordinary user", user=True),
    Variant("every core busy", busy=True),
)


@dataclass(frozen=True)
class Ran:
    """What a variant printed and measured: results by snippet, tables of `engine.accuracy.record` by function."""

    results: Mapping[str, Result]
    tables: Mapping[str, Any]
    seconds: float
    note: str = ""


class VariantError(Exception):
    """A variant that cannot be run here. The text says why."""


def portable(
    root: Path,
    snippets: Sequence[Snippet],
    functions: Sequence[str],
    variants: Sequence[Variant],
    tell: Callable[[str], None],
) -> list[Problem]:
    """Every difference that a variant makes, in the order of the variants.

    functions: whose accuracy is audited; tell: takes a line of the table.
    """
    tell(f"{'variant':34}{'snippets':>9}{'audits':>8}{'differ':>8}{'seconds':>9}")
    usual = run(root, USUAL, snippets, functions)
    problems = [fault for snippet in snippets if (fault := _fault(snippet, usual.results[snippet.name]))]
    for name in functions:
        problems += _changes("the record", name, record.recorded(root, definition.read(root, name)), usual.tables[name])
    tell(_row(USUAL, usual, len(problems)))
    for variant in variants:
        own = [snippet for snippet in snippets if variant.concerns(snippet.libraries)]
        measured = [name for name in functions if variant.concerns(_audited(root, name))]
        if not own and not measured:
            tell(f"{variant.name:34}concerns nothing of this")
            continue
        try:
            ran = run(root, variant, own, measured)
        except VariantError as error:
            problems.append(Problem(variant.name, f"cannot be tried here: {error}"))
            tell(f"{variant.name:34}{error}")
            continue
        differing = list(differences(variant, own, usual, ran))
        cannot = sum(limited(variant, usual.results[one.name], ran.results[one.name]) for one in own)
        note = f"{cannot} of them not, and no audit of {variant.lacks}: {variant.why}" if variant.lacks else ran.note
        tell(_row(variant, replace(ran, note=note), len(differing)))
        problems += differing
    return problems


def differences(variant: Variant, snippets: Sequence[Snippet], usual: Ran, ran: Ran) -> Iterator[Problem]:
    """What a variant prints or measures otherwise than the usual run."""
    for snippet in snippets:
        before, after = usual.results[snippet.name], ran.results[snippet.name]
        if limited(variant, before, after):
            continue
        if after.problem != before.problem:
            reason = after.problem.reason if after.problem else "runs, other than usual"
            yield Problem(snippet.name, f"{variant.name}: {reason}", after.problem and after.problem.line)
        elif not before.problem and (lines := compare(before.output, after.output)):
            detail = "\n".join(f"  line {line.line}\n{line}" for line in lines)
            yield Problem(snippet.name, f"{variant.name}: prints something else", detail=detail)
    for name, table in ran.tables.items():
        yield from _changes(variant.name, name, _of(variant, usual.tables[name]), _of(variant, table))


def limited(variant: Variant, before: Result, after: Result) -> bool:
    """Whether a snippet that runs as usual needs what its library does not have under a variant."""
    lacking = after.problem and not before.problem and variant.limit and re.search(variant.limit, after.problem.reason)
    return bool(lacking)


def _changes(label: str, function: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Problem]:
    for path, before, after in audited.differences(old, new):
        detail = f"  - {record.shown(before)}\n  + {record.shown(after)}"
        yield Problem(f"snippets/{function}/audit.yml", f"{label}: {': '.join(path)} is something else", detail=detail)


def _of(variant: Variant, table: Mapping[str, Any]) -> dict[str, Any]:
    """What a table of an audit holds of the libraries of a variant, without the type that it lacks."""

    def concerned(entry: Any) -> Any:
        if isinstance(entry, dict):
            return {dtype: orders for dtype, orders in entry.items() if dtype != variant.lacks}
        return [flag for flag in entry if flag.partition(" ")[0] != variant.lacks]

    return {
        part: {name: concerned(entry) for name, entry in names.items() if variant.concerns([name.partition(".")[0]])}
        for part, names in table.items()
    }


def run(root: Path, variant: Variant, snippets: Sequence[Snippet], functions: Sequence[str]) -> Ran:
    """What snippets print and audits measure under a variant. Raises VariantError where it cannot be had."""
    if variant.machines and platform.machine() not in variant.machines:
        raise VariantError(f"there is none on {platform.machine()}")
    note, own = "", dict(variant.environment)
    if variant.features:
        disabled = _features(variant.features)
        own["NPY_DISABLE_CPU_FEATURES"] = " ".join(disabled)
        note = "" if disabled else "this processor has none: as usual"
    if variant.user and hasattr(os, "getuid") and os.getuid():
        note = "this is one: as usual"
    names = tuple(snippet.name for snippet in snippets)
    started = time.monotonic()
    with _place(root, variant) as place, _home(variant) as home, _busy(variant):
        order = Order(str(place), names, own, dict.fromkeys(functions, variant.libraries))
        around = os.environ | {"PYTHONPATH": str(place if variant.elsewhere else ENGINE.parent)} | home
        try:
            answers = ask([*_user(variant), sys.executable], order, around, place)
        except NoAnswerError as error:
            raise VariantError(str(error)) from None
    return Ran(answers.results, answers.tables, time.monotonic() - started, note)


def _fault(snippet: Snippet, result: Result) -> Problem | None:
    return result.problem or mismatch(snippet, result)


def _audited(root: Path, function: str) -> list[str]:
    return [api.library for api in definition.read(root, function).apis if api.audit]


def _row(variant: Variant, ran: Ran, differ: int) -> str:
    row = f"{variant.name:34}{len(ran.results):9}{len(ran.tables):8}{differ:8}{ran.seconds:9.0f}"
    return f"{row}  {ran.note}".rstrip()


def _features(wanted: Sequence[str]) -> list[str]:
    """Features of this processor that NumPy has other code for and that begin as wanted."""
    code = (
        "from numpy._core._multiarray_umath import __cpu_dispatch__ as used, __cpu_features__ as has\n"
        "print(*(name for name in used if has[name]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    return [name for name in done.stdout.split() if name.startswith(tuple(wanted))]


@contextmanager
def _place(root: Path, variant: Variant) -> Iterator[Path]:
    """The project's folder, or a copy of what runs."""
    if not variant.elsewhere:
        yield root
        return
    with tempfile.TemporaryDirectory(prefix="portable-") as folder:
        place = Path(folder) / FOLDER
        for part in ("engine", "snippets", ".cache/oracle"):
            for file in files_below(root / part):
                target = place / Path(file).relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        yield place


@contextmanager
def _home(variant: Variant) -> Iterator[dict[str, str]]:
    """Variables of another caller, with a home that has settings."""
    if not variant.caller:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="portable-") as folder:
        for path, text in HOME.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True)
            file.write_text(text, encoding="utf-8")
        yield {**variant.caller, "HOME": folder, "XDG_CONFIG_HOME": f"{folder}/.config"}


def _user(variant: Variant) -> list[str]:
    """What makes a command run without the rights of root, if that is to be and this is root."""
    if not variant.user or not hasattr(os, "getuid") or os.getuid():
        return []
    command = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise VariantError(f"root could not become another user with {' '.join(command)}: {error}") from None
    return command


@contextmanager
def _busy(variant: Variant) -> Iterator[None]:
    """Processes that compute without end, one for each core."""
    command = [sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(command) for _ in range(cores())] if variant.busy else []
    try:
        yield
    finally:
        for process in busy:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
