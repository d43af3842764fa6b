"""The proof that a translation renders its English page: the same content, each paragraph the English text of today.

English is the source; every other language of the site is a translation, with a ledger `docs/<language>.yml`.
What does not depend on the language (`engine.sources.blocks`) has to be the same, block for block. The rest is a
person's work. The ledger holds for each paragraph a digest of the English text that it renders, and one of itself.
Where the pages have others, the build names the paragraph, until `python -m engine translated` records that somebody
has looked.

Pages are the Markdown files. One whose English front matter has `translate: false` is in English only.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from engine.base import yamlfile
from engine.base.errors import Problem, SourceError
from engine.base.files import sources_below, write
from engine.base.languages import SOURCE, languages
from engine.sources.blocks import Block, Page, read

_HEAD = """\
# Which English text each paragraph renders. Written by `python -m engine translated`, read by every build.
# Digests of the English text and of its translation, and how the English begins.
"""

_Pair = tuple[Block, Block]
_Pages = Mapping[str, Page]


@dataclass(frozen=True)
class Entry:
    """One line of a ledger: the digests of an English text and of its translation, and how the English begins."""

    source: str
    translation: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """By what the ledger finds it: the digests of both texts."""
        return self.source, self.translation


def translations(root: Path) -> list[str]:
    """The languages that the English pages are translated to."""
    return [language for language in languages(root) if language != SOURCE]


def check(root: Path) -> list[Problem]:
    """Every place where a translation does not render the English pages, with file and line of both."""
    problems: list[Problem] = []
    try:
        others = translations(root)
        source = _pages(root, SOURCE) if others else {}
        for language in others:
            problems += _check(root, language, source)
    except SourceError as error:
        problems += error.problems
    return problems


def record(root: Path, pages: Mapping[Path, Set[int]], unchanged: bool = False) -> tuple[list[str], list[Problem]]:
    """Write into the ledgers that pages, or the blocks on some lines of them, render the English text of today.

    pages: files, each with lines; no line is the whole page. A page whose content is not that of the English one is
    left alone, and so is a paragraph that is still the one that rendered the old English text, unless `unchanged` says
    that it renders the new one as well. Returns the pages that were recorded, each with the number of new entries, and
    the problems that are left. Raises SourceError for a page or ledger that cannot be read.
    """
    source = _pages(root, SOURCE)
    done: list[str] = []
    problems: list[Problem] = []
    for language in translations(root):
        folder = root / "docs" / language
        asked = {file: lines for file, lines in pages.items() if file.is_relative_to(folder)}
        if not asked:
            continue
        ledger = _load(root, language)
        before = {name: list(entries) for name, entries in ledger.items()}
        for file, lines in asked.items():
            name = file.relative_to(folder).as_posix()
            original, page, recorded = source.get(name), read(root, file), ledger.get(name, [])
            if original is None or not original.translate:
                problems.append(_no_source(page, original))
                continue
            pairs, faults = _compare(original, page, recorded)
            if not faults:
                ledger[name], faults = _entries(original, page, pairs, recorded, lines, unchanged)
                new = Counter(entry.key for entry in ledger[name]) - Counter(entry.key for entry in recorded)
                if ledger[name] != recorded:
                    done.append(f"{page.path}: {new.total()} recorded")
            problems += faults
        for name in [name for name in ledger if not (folder / name).is_file()]:
            del ledger[name]
        if ledger != before:
            _save(root, language, ledger)
    return done, problems


def _pages(root: Path, language: str) -> dict[str, Page]:
    folder = root / "docs" / language
    return {file.relative_to(folder).as_posix(): read(root, file) for file in sources_below(folder, ".md")}


def _check(root: Path, language: str, source: _Pages) -> list[Problem]:
    problems: list[Problem] = []
    ledger = _load(root, language)
    pages = _pages(root, language)
    for name, original in source.items():
        if original.translate and name not in pages:
            reason = f"is not translated: no docs/{language}/{name}; `translate: false` would say that none is meant"
            problems.append(Problem(original.path, reason, 1))
    for name, page in pages.items():
        original = source.get(name)
        if original is None or not original.translate:
            problems.append(_no_source(page, original))
            continue
        recorded = ledger.get(name, [])
        pairs, faults = _compare(original, page, recorded)
        problems += faults
        if not recorded:
            reason = f"no paragraph is recorded as rendering {original.path}"
            problems.append(Problem(page.path, reason, 1, f"  if they do: {_command(page.path)}"))
            continue
        stale = [_out_of_date(original, page, pair, earlier) for pair, earlier in _unrecorded(pairs, recorded)]
        problems += stale
        gone = _unused(pairs, recorded)
        if gone and not faults and not stale:
            file = _file(language)
            reason = f"records a paragraph that is gone: “{gone[0].text}”"
            line = yamlfile.line_of(root, file, [name, recorded.index(gone[0])])
            problems.append(Problem(file.as_posix(), reason, line, f"  to forget it: {_command(page.path)}"))
    for name in sorted(set(ledger) - set(pages)):
        file = _file(language)
        reason = f"records a page that is gone: {name!r}"
        detail = f"  to forget it: {_command(f'docs/{language}')}"
        problems.append(Problem(file.as_posix(), reason, yamlfile.line_of(root, file, [name]), detail))
    return problems


def _no_source(page: Page, original: Page | None) -> Problem:
    if original is None:
        path = "/".join(["docs", SOURCE, *page.path.split("/")[2:]])
        return Problem(page.path, f"renders no English page; write {path}, or remove this one", 1)
    reason = f"renders {original.path}, whose front matter says `translate: false`; remove one of the two"
    return Problem(page.path, reason, 1)


# The content


def _compare(source: Page, page: Page, recorded: Sequence[Entry]) -> tuple[list[_Pair], list[Problem]]:
    """The blocks that belong together, and where the content of the two pages is not the same."""
    if [_content(block) for block in source.blocks] == [_content(block) for block in page.blocks]:
        return list(zip(source.blocks, page.blocks, strict=True)), []
    pairs: list[_Pair] = []
    problems: list[Problem] = []
    lacking: list[Block] = []
    added: list[Block] = []

    def tell() -> None:
        """One message for each run of blocks that only one of the pages has."""
        after, before = (pairs[-1][1].line, pairs[-1][0].line) if pairs else (1, 1)
        if lacking:
            reason = f"lacks {_names(lacking)} of {source.path}:{lacking[0].line}"
            problems.append(Problem(page.path, reason, after, _list(lacking)))
        if added:
            reason = f"adds {_names(added)} that {source.path} does not have after line {before}"
            problems.append(Problem(page.path, reason, added[0].line, _list(added)))
        lacking.clear()
        added.clear()

    for left, right in _align(source.blocks, page.blocks, (_identity(recorded), _kind)):
        if left is None or right is None:
            lacking.extend([left] if left else [])
            added.extend([right] if right else [])
            continue
        tell()
        pairs.append((left, right))
        difference = _difference(left, right)
        if difference:
            reason = f"{right.name} “{right.start}” does not hold what {source.path}:{left.line} holds"
            problems.append(Problem(page.path, reason, right.line, difference))
    tell()
    return pairs, problems


_Key = Callable[[Block], Hashable]


def _content(block: Block) -> Hashable:
    return block.kind, block.marks


def _kind(block: Block) -> Hashable:
    return block.kind


def _identity(recorded: Sequence[Entry]) -> _Key:
    """What tells a block from all others, in either language: its record if it has one of its own, else its content."""
    left, right = Counter(entry.source for entry in recorded), Counter(entry.translation for entry in recorded)
    known = [entry for entry in recorded if left[entry.source] == right[entry.translation] == 1]
    names = {entry.source: entry for entry in known} | {entry.translation: entry for entry in known}

    def identity(block: Block) -> Hashable:
        entry = names.get(_digest(block)) if block.prose else None
        return (block.kind, entry) if entry else _content(block)

    return identity


def _align(
    source: Sequence[Block], other: Sequence[Block], keys: Sequence[_Key]
) -> Iterator[tuple[Block | None, Block | None]]:
    """Blocks side by side: those with the same key, and between them those that the next key finds the same."""
    key, *others = keys
    left, right = [key(block) for block in source], [key(block) for block in other]
    for operation, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if operation == "equal":
            yield from zip(source[i:j], other[k:m], strict=True)
        elif others:
            yield from _align(source[i:j], other[k:m], others)
        else:
            yield from ((block, None) for block in source[i:j])
            yield from ((None, block) for block in other[k:m])


def _difference(left: Block, right: Block) -> str:
    """What the one block has and the other has not, a line each."""
    wanted, present = Counter(left.marks), Counter(right.marks)
    lines = [f"  missing: {what} {text}" for what, text in (wanted - present).elements()]
    lines += [f"  too much: {what} {text}" for what, text in (present - wanted).elements()]
    return "\n".join(lines)


def _names(blocks: Sequence[Block]) -> str:
    return f"the {blocks[0].name}" if len(blocks) == 1 else f"{len(blocks)} blocks"


def _list(blocks: Sequence[Block]) -> str:
    return "\n".join(f"  {block.line}: {block.kind.replace('+', '')} “{block.start}”" for block in blocks)


# The memory


def _digest(block: Block) -> str:
    return hashlib.sha256(block.text.encode()).hexdigest()[:12]


def _key(pair: _Pair) -> tuple[str, str]:
    return _digest(pair[0]), _digest(pair[1])


def _prose(pairs: Sequence[_Pair]) -> list[_Pair]:
    return [pair for pair in pairs if pair[0].prose or pair[1].prose]


def _unused(pairs: Sequence[_Pair], recorded: Sequence[Entry]) -> list[Entry]:
    """The entries that are no pair of today."""
    used = Counter(_key(pair) for pair in _prose(pairs))
    used.subtract(entry.key for entry in recorded)
    left = []
    for entry in reversed(recorded):  # of twins, the last
        if used[entry.key] < 0:
            used[entry.key] += 1
            left.append(entry)
    return left[::-1]


def _unrecorded(pairs: Sequence[_Pair], recorded: Sequence[Entry]) -> list[tuple[_Pair, Entry | None]]:
    """The pairs without an entry, each with the entry that its translation had for another English text, if any."""
    exact = {entry.key for entry in recorded}
    earlier = {entry.translation: entry for entry in reversed(_unused(pairs, recorded))}
    return [(pair, earlier.get(_key(pair)[1])) for pair in _prose(pairs) if _key(pair) not in exact]


def _out_of_date(source: Page, page: Page, pair: _Pair, earlier: Entry | None) -> Problem:
    left, right = pair
    where = f"{page.path}:{right.line}"
    if earlier:
        reason = f"out of date: {right.name} “{right.start}”; {source.path}:{left.line} has changed: “{left.start}”"
        detail = f"  once it renders that: {_command(where)}\n  if it does already: {_command('--unchanged ' + where)}"
    else:
        reason = f"not recorded: that {right.name} “{right.start}” renders {source.path}:{left.line}: “{left.start}”"
        detail = f"  if it does: {_command(where)}"
    return Problem(page.path, reason, right.line, detail)


def _entries(
    source: Page, page: Page, pairs: Sequence[_Pair], recorded: Sequence[Entry], lines: Set[int], unchanged: bool
) -> tuple[list[Entry], list[Problem]]:
    """The new entries for a page, and what was not to be recorded."""
    entries: list[Entry] = []
    known = {right.line for _, right in _prose(pairs)}
    problems = [
        Problem(page.path, "no paragraph begins here; name its first line", line) for line in sorted(lines - known)
    ]
    missing = {id(pair[1]): earlier for pair, earlier in _unrecorded(pairs, recorded)}
    rendered = {entry.source: entry for entry in reversed(_unused(pairs, recorded))}
    for pair in _prose(pairs):
        left, right = pair
        entry = Entry(*_key(pair), left.start.replace("$", ""))  # no formula that engine.site.formulas would find here
        asked = not lines or right.line in lines
        if id(right) not in missing:
            entries.append(entry)
            continue
        earlier = missing[id(right)]
        if asked and (unchanged or earlier is None):
            entries.append(entry)
            continue
        if asked:
            problems.append(_out_of_date(source, page, pair, earlier))
        memory = earlier or rendered.get(entry.source)
        entries += [memory] if memory else []
    return entries, problems


def _command(arguments: str) -> str:
    return f"python -m engine translated {arguments}"


def _file(language: str) -> Path:
    return Path("docs") / f"{language}.yml"  # beside the folder: MkDocs would publish what is in it


def _load(root: Path, language: str) -> dict[str, list[Entry]]:
    file = root / _file(language)
    if not file.is_file():
        return {}
    digits = {"type": "string", "pattern": "^[0-9a-f]{12}$"}
    fields = {SOURCE: digits, language: digits, "text": {"type": "string"}}
    entry = {"type": "object", "required": [*fields], "additionalProperties": False, "properties": fields}
    schema = {"type": "object", "additionalProperties": {"type": "array", "items": entry}}
    content = yamlfile.load(root, file, schema)
    return {
        name: [Entry(entry[SOURCE], entry[language], entry["text"]) for entry in entries]
        for name, entries in content.items()
    }


def _save(root: Path, language: str, ledger: Mapping[str, Sequence[Entry]]) -> None:
    lines = []
    for name in sorted(ledger):
        lines.append(f"{json.dumps(name)}:" + ("" if ledger[name] else " []"))
        for entry in ledger[name]:
            text = json.dumps(entry.text, ensure_ascii=False)
            lines.append(f'- {{{SOURCE}: "{entry.source}", {language}: "{entry.translation}", text: {text}}}')
    write(root / _file(language), _HEAD + "\n".join(lines or ["{}"]) + "\n")
