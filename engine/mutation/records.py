"""Changes to what is recorded about a function, and whether what reads the records notices them.

Recorded are what snippets printed, figures among them with their ticks, words and colours; what other releases printed;
and conditions over what was measured. All of it is at hand, so that nothing has to run. What a snippet itself says is
not changed here: that would be run again, and its output compared with what is changed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from engine.base.errors import Problem, SourceError
from engine.base.files import read_source
from engine.compare.numbers import compare
from engine.ledger import entries as ledger
from engine.ledger import sections
from engine.ledger.sections import Section
from engine.mutation.content import Mutant
from engine.mutation.judge import CAUGHT, MISSED, REFUSED
from engine.render import assertions
from engine.render.published import DATA, FOLDER
from engine.sources.snippets import Snippet, discover

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w|\.\d)")
_VALUE = re.compile(r"(?<=: )[^,{}|]*[A-Za-z0-9]")
_WORD = re.compile(r"[A-Za-z]{2,}")
#: Significant digits that a record vouches for on any machine (`engine.compare`), but for integers, of which all count.
_VOUCHED = 6
_COMPARED = {"==": "!=", "!=": "==", "<": ">", ">": "<", "<=": ">", ">=": "<"}


def mutants(root: Path, function: str) -> list[Mutant]:
    """All changes to the records of a function. Raises SourceError."""
    return [*_of_outputs(root, function), *_of_ledger(root, function), *_of_assertions(root, function)]


def judge(root: Path, function: str, changes: Sequence[Mutant]) -> Iterator[tuple[Mutant, str]]:
    """What becomes of each change to the records of a function. Raises SourceError where these do not hold as they are,
    or where the data of the function have not been built."""
    snippets = {snippet.recorded: snippet for snippet in discover(root, root / "snippets" / function)}
    known = {section.path.as_posix(): section for section in sections.read(root) if section.function == function}
    written = assertions.read(root, function)
    data = assertions.Data(_data(root, function)) if written else None
    stated = [replace(one, fault=data.fault(one.condition)) for one in written] if data else []
    if faults := [
        *(fault for section in known.values() for fault in _entered(root, section, list(snippets.values()))),
        *(Problem(one.path, one.fault, one.line) for one in stated if one.fault),
    ]:
        raise SourceError(faults)
    for change in changes:
        if change.file in known:
            section = known[change.file]
            lines = section.text.split("\n")
            lines[change.line - section.line] = change.new
            try:
                noticed = bool(_entered(root, replace(section, text="\n".join(lines)), list(snippets.values())))
            except SourceError:
                yield change, REFUSED
                continue
        elif change.file.endswith((".out", ".figures")):
            before = read_source(root, root / change.file)
            lines = before.split("\n")
            lines[change.line - 1] = change.new
            after = "\n".join(lines)
            noticed = bool(compare(after, before)) if change.file.endswith(".out") else after != before
        else:
            assert data, "there is a change of a condition"
            noticed = bool(data.fault(change.new))
        yield change, CAUGHT if noticed else MISSED


def _data(root: Path, function: str) -> str:
    file = root / FOLDER / DATA / f"{function}.json"
    if not file.is_file():
        path = file.relative_to(root).as_posix()
        raise SourceError([Problem(path, "is not built yet, and conditions are about it: python -m engine build")])
    return file.read_text(encoding="utf-8")


def _entered(root: Path, section: Section, snippets: Sequence[Snippet]) -> list[Problem]:
    """What is wrong with one section of the ledger."""
    (release,) = ledger.parse([section])
    return ledger.problems(root, [release], [one for one in snippets if ledger.key(one) in release.entries])


def _of_outputs(root: Path, function: str) -> Iterator[Mutant]:
    for snippet in discover(root, root / "snippets" / function):
        for file in (file for file in (snippet.recorded, snippet.figures) if file.is_file()):
            name = file.relative_to(root).as_posix()
            for number, line in enumerate(read_source(root, file).split("\n"), 1):
                yield from (Mutant(function, name, (), number, line, new) for new in _of_line(line))


def _of_line(line: str) -> Iterator[str]:
    """A printed line with a digit, a sign or a word changed."""
    for match in _NUMBER.finditer(line):
        yield line[: match.start()] + _negated(match[0]) + line[match.end() :]
        digits = [at for at in range(*match.span()) if line[at].isdigit()]
        first = next((at for at in digits if line[at] != "0"), digits[-1])
        counted = [at for at in digits if at >= first]
        last = counted[: None if "." not in match[0] else _VOUCHED][-1]
        yield from (_raised(line, at) for at in dict.fromkeys((first, last)))
    for match in _WORD.finditer(line):
        yield line[: match.start()] + match[0][:-1] + line[match.end() :]


def _negated(number: str) -> str:
    return number[1:] if number.startswith("-") else f"-{number}"


def _raised(text: str, at: int) -> str:
    """A text with the digit, or the letter, at a place raised by one."""
    old = text[at]
    new = str((int(old) + 1) % 10) if old.isdigit() else "b" if old == "a" else "a"
    return text[:at] + new + text[at + 1 :]


def _of_ledger(root: Path, function: str) -> Iterator[Mutant]:
    """The last letter or digit of each value changed, and of each line of a text."""
    for section in (one for one in sections.read(root) if one.function == function):
        for number, line in enumerate(section.text.split("\n"), section.line):
            values = [match.end() - 1 for match in _VALUE.finditer(line)]
            if not values and not line.rstrip().endswith((":", "|", "|-")):
                values = [match.start() for match in re.finditer(r"[A-Za-z0-9]", line)][-1:]
            for at in values:
                yield Mutant(function, section.path.as_posix(), (), number, line, _raised(line, at))


def _of_assertions(root: Path, function: str) -> Iterator[Mutant]:
    """A condition with one comparison turned, or one of its texts taken for another that stands in it."""
    for one in assertions.read(root, function):
        for match in re.finditer(r"(?<=\s)(==|!=|<=|>=|<|>)(?=\s)", one.condition):
            new = one.condition[: match.start()] + _COMPARED[match[0]] + one.condition[match.end() :]
            yield Mutant(function, one.path, (one.id,), one.line, one.condition, new)
        for match in re.finditer(r'"([^"]+)"', one.condition):
            new = one.condition[: match.start()] + '"another"' + one.condition[match.end() :]
            yield Mutant(function, one.path, (one.id,), one.line, one.condition, new)
