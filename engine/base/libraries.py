"""The libraries that snippets may use: how they are shown, where they run, and what their output depends on."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Library:
    """An installed package that a snippet can import.

    title: its name as readers write it.
    distributions: the distributions whose versions decide what it prints, its own first.
    worker: the worker process that runs its snippets. Libraries that must not share a process have different
        workers; `None` means that it may be imported beside any of them.
    lazy: names in a source whose first use makes the library import a further module, slowly, and in each child anew
        unless the worker has imported that module before.
    backend: the module of the library that it computes with, whose version is shown beside its own.
    """

    title: str
    distributions: tuple[str, ...]
    worker: str | None = None
    backend: str | None = None
    lazy: tuple[tuple[str, str], ...] = ()


#: Top-level module -> library. torch and TensorFlow never share a process (pytorch/pytorch#93884); Keras runs on
#: TensorFlow, its default backend, and shares its worker: a second import of TensorFlow would double the build.
LIBRARIES = {
    "tensorflow": Library("TensorFlow", ("tensorflow", "keras", "numpy", "ml_dtypes"), "tensorflow"),
    "keras": Library("Keras", ("keras", "tensorflow", "numpy", "ml_dtypes"), "tensorflow", "tensorflow"),
    "torch": Library("PyTorch", ("torch", "numpy"), "pytorch", lazy=(("torch.optim", "torch._dynamo"),)),
    "jax": Library("JAX", ("jax", "jaxlib", "numpy", "scipy", "ml_dtypes"), "jax"),
    "matplotlib": Library("Matplotlib", ("matplotlib", "numpy", "kiwisolver", "contourpy")),
    "scipy": Library("SciPy", ("scipy", "numpy")),
    "numpy": Library("NumPy", ("numpy",)),
    "sympy": Library("SymPy", ("sympy", "mpmath")),
    "mpmath": Library("mpmath", ("mpmath",)),
}

#: Names, as Linux writes them, of the processor's units that libraries for numbers look for: how they begin.
_UNITS = ("sse", "ssse", "avx", "fma", "f16c", "bmi", "amx", "asimd", "neon", "fp", "sve", "sme", "bf16", "i8mm", "v")

#: Workers, the slowest to start first: with fewer cores than workers the longest goes first.
WORKERS = ("tensorflow", "pytorch", "jax", "numpy")

#: Folder of a framework's snippets -> its module, in the order of the tabs.
TABS = {"numpy": "numpy", "pytorch": "torch", "tensorflow": "tensorflow", "keras": "keras", "jax": "jax"}


@cache
def version(distribution: str) -> str | None:
    """Installed version of a distribution, without importing it; None if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def versions(modules: Iterable[str]) -> dict[str, str]:
    """The installed versions of all that decides what libraries print, by distribution."""
    names = {name for module in modules for name in LIBRARIES[module].distributions}
    return {name: number for name in sorted(names) if (number := version(name))}


@cache
def distributions() -> list[str]:
    """Every installed distribution with its version, as the folders of their metadata are named: nothing is read."""
    folders = [path for path in sys.path if os.path.isdir(path)]
    return sorted({name for path in folders for name in os.listdir(path) if name.endswith((".dist-info", ".egg-info"))})


@cache
def installed(module: str) -> bool:
    """Whether a top-level module can be imported, found without importing it."""
    return importlib.util.find_spec(module) is not None


@cache
def machine() -> str:
    """The platform of a run as readers see it, for instance `Python 3.11.7 · Linux x86_64`."""
    return f"Python {platform.python_version()} · {platform.system()} {platform.machine()}"


@cache
def environment() -> dict[str, str]:
    """What an output may depend on beside the snippet and its libraries: Python, the platform and the processor."""
    return {
        "python": f"{platform.python_implementation()} {sys.version}",
        "platform": f"{sys.platform} {platform.machine()} {' '.join(platform.libc_ver())}".strip(),
        "processor": f"{processor()}, {cores()} cores",
    }


@cache
def processor() -> str:
    """What libraries choose their code by: the processor's vector units where the system lists them, or its name."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            lines = [line.partition(":")[2] for line in file if line.startswith(("flags", "Features"))]
    except OSError:
        lines = []
    if not lines:
        return platform.processor()
    return " ".join(sorted(name for name in set(lines[0].split()) if name.startswith(_UNITS)))


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
