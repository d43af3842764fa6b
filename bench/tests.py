"""How long all tests take from empty caches, and what each further function adds, as deep as Softplus.

A further function is a copy of Softplus under another name, with its pages, its labs and its past, that shares no kept
result with it. It is no other mathematics, but as much to run, measure, prove, render and look at.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.engine import copy, run
from bench.generated import put
from bench.report import Figure

FUNCTION = "softplus"
#: Copies that are added, of which each must cost as much as any.
MORE = int(os.environ.get("BENCH_COPIES", "5"))
#: Its pages and snippets name it so, followed by a path or a file; not names in libraries, as `torch.nn.Softplus`.
NAMED = re.compile(rf"(?<![\w.]){FUNCTION}(?=/|\.md|\.json)")
TEST = ("-m", "pytest", "--numprocesses", "auto", "--dist", "loadfile", "--quiet")


def measure(_: int) -> Iterator[Figure]:
    """Both figures: seconds by the clock on all cores of this machine, with no other work."""
    one, more = seconds(0), seconds(MORE)
    cores = f"{os.cpu_count()} CPU"
    yield Figure("all tests, from empty caches", one, 300, "s", cores)
    how = f"{one:.0f} s without, {more:.0f} s with {MORE} more, {cores}"
    yield Figure("all tests: what a further function adds", (more - one) / MORE, 15, "s", how)


def seconds(more: int) -> float:
    """How long all tests take in a fresh copy of the project with that many functions more."""
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        project = copy(Path(folder) / "project")
        for number in range(1, more + 1):
            multiply(project, f"{FUNCTION}_{number}", number)
        run(project, sys.executable, "-m", "engine", "translated", "docs/zh")
        return run(project, sys.executable, *TEST)


def pages(project: Path, labs: list[str]) -> Iterator[Path]:
    """The pages of the function in every language, and those of its labs."""
    for folder in sorted((project / "docs").glob("*/functions")):
        yield folder / f"{FUNCTION}.md"
        yield from sorted((folder / FUNCTION).iterdir())
    for lab in labs:
        yield project / f"docs/en/labs/{lab}.md"


def multiply(project: Path, name: str, number: int) -> None:
    """Add the function once more, under another name."""
    labs = sorted(file.stem for file in (project / f"snippets/{FUNCTION}/labs").glob("[!_]*.py"))

    def renamed(text: str) -> str:
        text = NAMED.sub(name, text)
        return re.sub(rf"\blabs/({'|'.join(labs)})\b", rf"labs/{name}_\1", text)

    shutil.copytree(project / f"snippets/{FUNCTION}", project / f"snippets/{name}")
    for lab in labs:
        for file in (project / f"snippets/{name}/labs").glob(f"{lab}.*"):
            file.rename(file.with_name(f"{name}_{file.name}"))
    definition = project / f"snippets/{name}/definition.yml"
    text = definition.read_text(encoding="utf-8")  # blanks change nothing but the digests of what is measured
    definition.write_text(text.replace("expression: log(1 +", f"expression: log(1 +{' ' * number}"), encoding="utf-8")
    for page in pages(project, labs):
        path = page.relative_to(project).as_posix()
        put(project / renamed(path), renamed(page.read_text(encoding="utf-8")))
    for file in project.glob("mkdocs*.yml"):
        text = file.read_text(encoding="utf-8")
        paths = "|".join([rf"functions/{FUNCTION}\b", *(f"labs/{lab}" for lab in labs)])
        line = re.compile(rf"^( +- )(.*): ((?:{paths})\S*)$", re.MULTILINE)
        entries = [f'{one[1]}"{one[2].strip(chr(34))} {number}": {renamed(one[3])}\n' for one in line.finditer(text)]
        first = line.search(text)
        assert first
        file.write_text(text[: first.start()] + "".join(entries) + text[first.start() :], encoding="utf-8")
    for file in (project / "ledger").iterdir():
        text = file.read_text(encoding="utf-8")
        section = re.search(rf"^{FUNCTION}:\n(?:[ -].*\n)*", text, re.MULTILINE)
        if section:
            file.write_text(text + renamed(section[0]).replace(f"{FUNCTION}:", f"{name}:", 1), encoding="utf-8")
