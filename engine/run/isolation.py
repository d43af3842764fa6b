"""What a process that runs snippets or measures libraries sees of the machine: the variables of its environment.

Of the caller's nothing but where things are. What a library reads at import (a switch for 64 bits, a number of threads,
a configuration file in the home folder) is then the same for everyone, and what a fresh interpreter would read.
"""

from __future__ import annotations

import os
import site
from collections.abc import Mapping
from pathlib import Path

from engine.base.files import ENGINE

#: The style of every figure.
STYLE = ENGINE / "styles" / "figure.mplstyle"

#: What every snippet sees: one thread, no GPU, fixed hash seed, zone and language, no start-up notes, figures without a
#: date.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
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

#: What is left of the caller's: where programs, libraries and temporary files are, and what Windows cannot do without.
LEFT = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT"),
)


def environment(home: Path, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """All variables of a process that imports the engine.

    home: an empty folder, which stands for the user's; own: variables of this process only, before all others.
    """
    left = {name: os.environ[name] for name in LEFT if name in os.environ}
    places = {
        "HOME": str(home),
        "USERPROFILE": str(home),  # the same on Windows
        "PYTHONPATH": str(ENGINE.parent),
        "MPLCONFIGDIR": str(_fonts()),
    }
    if site.ENABLE_USER_SITE:
        places["PYTHONUSERBASE"] = site.getuserbase()  # libraries installed for the user only
    return left | places | ENVIRONMENT | dict(own or {})


def _fonts() -> Path:
    """Where Matplotlib keeps its list of fonts, which takes seconds to make. It is no part of what is drawn."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~"), ".cache")
    return Path(os.environ.get("MPLCONFIGDIR") or Path(cache, "matplotlib"))
