"""How scripts that the engine fills are laid out: as `ruff format` writes them, in the width of all snippets."""

from __future__ import annotations

import subprocess
import tempfile
import tomllib
from collections.abc import Collection
from pathlib import Path

from engine.base.errors import Problem, SourceError

#: Where the width of snippets is said, for `ruff` and for what is filled.
SETTINGS = "snippets/ruff.toml"


def width(root: Path) -> int:
    """How many characters a line of a snippet may have."""
    file = root / SETTINGS
    settings = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return settings.get("line-length", 88)


def laid_out(root: Path, texts: Collection[str]) -> list[str]:
    """Scripts as `ruff format` writes them, in their order. Raises SourceError where it cannot."""
    if not texts:
        return []
    try:
        from ruff import find_ruff_bin

        command = [find_ruff_bin(), "format", "--isolated", "--no-cache", f"--line-length={width(root)}"]
    except (ImportError, FileNotFoundError):
        reason = "these scripts are laid out by ruff, which is not installed; install it: pip install ruff"
        raise SourceError([Problem("topics", reason)]) from None
    with tempfile.TemporaryDirectory(prefix="filled-") as folder:
        files = [Path(folder, f"{number}.py") for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8", newline="\n")
        done = subprocess.run([*command, *files], capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            raise SourceError([Problem("topics", "ruff cannot lay out what is filled", detail=done.stderr)])
        return [file.read_text(encoding="utf-8") for file in files]
