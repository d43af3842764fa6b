"""Implementations that pages show with what `python -m engine measure` finds of them.

`implementations/<function>/<name>.py` defines a function `<name>`; `<name>.out` beside it is the recorded report. What
measures is slow to import, so it is imported only where nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError, attempt
from engine.base.files import read_source, sources_below, write
from engine.base.store import digest, folder_digest, project_store
from engine.compare.numbers import compare
from engine.render.snippets import alarm, fence
from engine.sources import definition

FOLDER = "implementations"
#: The bound that they are measured with, in ulp.
BOUND = "4"


@dataclass(frozen=True)
class Measured:
    """What was found of one. report: as a terminal shows it; conditions: versions and machine."""

    report: str
    conditions: str


def discover(root: Path) -> list[Path]:
    """Their files, from the root of the project."""
    return [path.relative_to(root) for path in sources_below(root / FOLDER, ".py")]


def command(path: Path) -> str:
    """What a reader types to get the report."""
    return f"python -m engine measure {path.parts[1]} {path.as_posix()}:{path.stem} --bound {BOUND}"


def measured(root: Path, path: Path) -> Measured:
    """The report on one, as it was kept or found now. Raises SourceError."""
    text = read_source(root, path)
    if len(path.parts) != 3 or not (root / "snippets" / path.parts[1]).is_dir():
        reason = f"belongs into a folder of {FOLDER}/ that is named after a function in snippets/"
        raise SourceError([Problem(path.as_posix(), reason)])
    sources = [folder_digest(root / "snippets" / path.parts[1]), folder_digest(root / FOLDER / path.parts[1])]
    conditions = frameworks.distributions(), frameworks.environment()
    key = digest(path.as_posix(), text, sources, conditions, code_digest(__name__))
    return project_store(root, "implementations").made(key, Measured, lambda: _measure(root, path))


def problems(root: Path, path: Path, found: Measured) -> list[Problem]:
    """What is not as it is recorded."""
    out = path.with_suffix(".out")
    accept = f"  with {found.conditions}\n  accept it: python -m engine record {path.as_posix()}"
    if not (root / out).is_file():
        return [Problem(path.as_posix(), "no recorded report", detail=accept)]
    differences = compare((root / out).read_text(encoding="utf-8"), found.report)
    if not differences:
        return []
    detail = "\n".join(f"  line {difference.line}\n{difference}" for difference in differences) + "\n" + accept
    return [Problem(out.as_posix(), f"{path.name} is measured otherwise", differences[0].line, detail)]


def record(root: Path, path: Path, found: Measured) -> bool:
    """Write the report beside its implementation, unless what is recorded holds. Returns whether the file changed."""
    return bool(problems(root, path, found)) and write(root / path.with_suffix(".out"), found.report)


def fragments(root: Path, language: str) -> tuple[dict[str, str], list[Problem]]:
    """What pages show of each: its code, the command and what that prints; and what is wrong."""
    texts: dict[str, str] = {}
    found, refused = attempt(lambda path: measured(root, path), discover(root))
    faults = [problem for some in refused.values() for problem in some]
    for path, its in refused.items():
        texts[_fragment(path)] = alarm("\n".join(map(str, its)), language)
    for path, its in found.items():
        wrong = problems(root, path, its)
        shown = [
            fence(command(path), "sh", ""),
            fence(read_source(root, path), "python", f'data-snippet="{path.as_posix()}"'),
            fence(its.report, "text", f'.output .no-copy title="{its.conditions}"'),
            *(alarm(str(problem), language) for problem in wrong),
        ]
        texts[_fragment(path)] = "\n".join(shown)
        faults += wrong
    return texts, faults


def _fragment(path: Path) -> str:
    return path.with_suffix(".md").as_posix()


def _measure(root: Path, path: Path) -> Measured:
    """Measure one. Raises SourceError."""
    from engine.accuracy import bounds, own
    from engine.accuracy.target import TargetError
    from engine.render.report import report

    entry = definition.read(root, path.parts[1])
    try:
        audit = own.measure(root, entry, own.find(root, f"{root / path}:{path.stem}", entries=entry.entries))
    except TargetError as error:
        raise SourceError([Problem(path.as_posix(), str(error))]) from None
    kept = bounds.judge(audit.rows, [bounds.read(BOUND)])
    versions = [f"{title} {number}" for title, number in audit.versions.items()]
    return Measured(report(root, entry, audit, kept), " · ".join([*versions, audit.machine]))
