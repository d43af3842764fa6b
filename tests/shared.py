"""The site that all tests share, and where it is to be found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from engine.site.whole import configurations

ROOT = Path(__file__).resolve().parents[1]

#: The site is served below the root of its host, as GitHub Pages does: a link that starts with `/` breaks.
PREFIX = "reference"

#: Where the site believes to be published, and where the browser finds it: the name leads to the test's own server,
#: whose port differs each time. Browsers trust a name below localhost as they trust https.
HOST = "site.localhost"
ADDRESS = f"http://{HOST}/{PREFIX}/"

#: The languages of the site and the folder of each below its root; the first is the root's.
LANGUAGES = {part.rstrip("/") or "en": part for part in configurations(ROOT)}


_ONE_AT_A_TIME = threading.Lock()


def answered(worker: Callable[[Any], Any], job: Any, answer: Any) -> Any:
    """What a process of the audit would answer to a job, found in this process.

    The audit asks from several threads, and python-flint has one precision for all threads of a process.
    """
    with _ONE_AT_A_TIME:
        return msgspec.convert(msgspec.to_builtins(worker(job), enc_hook=float), answer)


def copy(target: Path) -> Path:
    """The project in another folder, with what its builds know of it; the build of `first_build` has filled that.

    Not what `make ledger` has installed there, the verdicts of `make mutate`, nor the exact values of the audit: that
    is much, and no build reads it that measures nothing.
    """
    for name in ("docs", "snippets", "topics", "implementations", "ledger", "engine", "theme", ".cache"):
        known = {"fragments", "ledger", "mutants", "oracle"} if name == ".cache" else set()
        skip = {ROOT / name / part for part in known}
        shutil.copytree(
            ROOT / name,
            target / name,
            ignore=lambda folder, names, skip=skip: {
                one for one in names if one == "__pycache__" or Path(folder, one) in skip
            },
        )
    for file in ROOT.glob("mkdocs*.yml"):
        shutil.copy(file, target)
    return target


def build(root: Path, folder: Path, address: str = ADDRESS, draft: bool = True) -> subprocess.CompletedProcess[str]:
    """Build every language of the site in the project's folder `root` into `folder`, in a draft with all faults."""
    command = [sys.executable, "-m", "engine", "site", str(folder), *(["--draft"] if draft else [])]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", "SITE_URL": address}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8")
