"""Record which English text a translation renders."""

from __future__ import annotations

import os
import re
from pathlib import Path

from engine.base.files import sources_below
from engine.commands.outcome import FAILED, OK, UsageError
from engine.translation import check


def translated(root: Path, paths: list[str], unchanged: bool) -> int:
    """Record that translated pages, or paragraphs of them, render the English text of today. Returns the exit status.

    paths: pages, `page:line`, or folders, all without any; unchanged: also where only the English has changed. Raises
    UsageError and SourceError.
    """
    if unchanged and not paths:
        raise UsageError("--unchanged needs a path: page, page:line, or folder")
    folders = [root / "docs" / language for language in check.translations(root)]
    pages: dict[Path, set[int]] = {}
    whole: set[Path] = set()
    for text in paths or map(str, folders):
        name, line = match.groups() if (match := re.fullmatch(r"(.+):(\d+)", text)) else (text, None)
        path = Path(os.path.abspath(root / name))
        if not any(path.is_relative_to(folder) for folder in folders):
            known = ", ".join(folder.relative_to(root).as_posix() for folder in folders) or "none"
            raise UsageError(f"{name}: not under the folder of a translation, of which there is {known}")
        files = [path] if path.is_file() and path.suffix == ".md" else sources_below(path, ".md")
        if not files or (line and not path.is_file()):
            raise UsageError(f"{name}: no such page; name a file *.md, or a folder that holds some")
        for page in files:
            pages.setdefault(page, set()).update([int(line)] if line else [])
            whole.update([] if line else [page])
    pages = {page: set() if page in whole else lines for page, lines in pages.items()}
    done, problems = check.record(root, pages, unchanged)
    print("".join(f"{text}\n" for text in [*done, *problems]), end="")
    print(f"{len(pages)} page(s), {len(problems)} problem(s)")
    return FAILED if problems else OK
