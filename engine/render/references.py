"""The works that a page cites, as footnotes: `[^key]` in the text, and one fragment that explains every key.

All works are in `docs/references.bib`. The footnotes extension numbers them, links back, and shows them at the pointer.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.files import read_source, sources_below
from engine.base.store import Store, digest

_CITED = re.compile(r"\[\^([\w-]+)\]")
_EXPLAINED = re.compile(r"^\[\^([\w-]+)\]:", re.MULTILINE)
_CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def footnotes(root: Path, language: str, store: Store) -> tuple[dict[str, str], list[Problem]]:
    """A fragment `references/<page>` for each page that cites works, and a problem for each key that is unknown."""
    file = root / "docs" / "references.bib"
    bib = read_source(root, file) if file.is_file() else ""
    fragments: dict[str, str] = {}
    problems: list[Problem] = []
    folder = root / "docs" / language
    for page in sources_below(folder, ".md"):
        text = _CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), read_source(root, page))
        lines: dict[str, int] = {}
        for match in _CITED.finditer(text):
            lines.setdefault(match[1], text.count("\n", 0, match.start()) + 1)
        for key in _EXPLAINED.findall(text):
            lines.pop(key, None)
        if not lines:
            continue
        try:
            works = _works(bib, tuple(lines), store)
        except SourceError as error:
            return {}, error.problems
        name = page.relative_to(root).as_posix()
        problems += [
            Problem(name, f"no work {key!r} in docs/references.bib; add it there, or mend the key", line)
            for key, line in lines.items()
            if key not in works
        ]
        fragments[f"references/{page.relative_to(folder).as_posix()}"] = "".join(
            f"[^{key}]: {works[key]}\n" for key in lines if key in works
        )
    return fragments, problems


def _works(bib: str, keys: tuple[str, ...], store: Store) -> dict[str, str]:
    """The known ones of some works, as Markdown; kept, so that a build with nothing changed parses no BibTeX."""
    key = digest(bib, keys, frameworks.version("pybtex"), code_digest(__name__))

    def make() -> dict[str, str]:
        entries = _parse(bib)
        return {name: _work(entries[name]) for name in keys if name in entries}

    return store.made(key, dict[str, str], make)


@cache
def _parse(bib: str) -> Any:
    from pybtex.database import parse_string  # slow to import
    from pybtex.exceptions import PybtexError

    try:
        return parse_string(bib, "bibtex").entries
    except PybtexError as error:
        line = getattr(error, "lineno", None)
        raise SourceError([Problem("docs/references.bib", f"not BibTeX: {error}", line)]) from None


def _work(entry: Any) -> str:
    """Authors, title, where it appeared, and links to follow."""
    from pybtex.richtext import Text

    fields = {name: str(Text.from_latex(text)) for name, text in entry.fields.items()}
    people = [_person(person) for person in entry.persons.get("author", [])]
    where = next((fields[name] for name in ("journal", "booktitle", "howpublished", "note") if name in fields), "")
    if "volume" in fields:
        where += f" {fields['volume']}" + (f"({fields['number']})" if "number" in fields else "")
    if "pages" in fields:
        where += f":{fields['pages']}" if "volume" in fields else f", {fields['pages']}"
    publisher = fields.get("publisher") or fields.get("institution") or fields.get("organization")
    parts = [", ".join(people), f"*{fields['title']}*", ", ".join(filter(None, (where, publisher, fields.get("year"))))]
    if fields.get("archiveprefix", "").lower() == "arxiv":
        parts.append(f"[arXiv:{fields['eprint']}](https://arxiv.org/abs/{fields['eprint']})")
    if "doi" in fields:
        parts.append(f"[doi:{fields['doi']}](https://doi.org/{fields['doi']})")
    elif "url" in fields:
        parts.append(f"<{fields['url']}>")
    return ". ".join(filter(None, parts)) + "."


def _person(person: Any) -> str:
    """Initials and last names, as in `K.-R. Müller`; an institution has a last name only."""
    names = map(str, person.rich_first_names + person.rich_middle_names)
    initials = ["-".join(f"{part[0]}." for part in name.split("-")) for name in names]
    return " ".join([*initials, *map(str, person.rich_prelast_names + person.rich_last_names)])
