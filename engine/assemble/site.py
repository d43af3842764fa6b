"""Bring the fragments and files up to date: what `python -m engine build` and the MkDocs hook do.

What a build makes of a function is kept under a digest of all that it depends on, so only functions of which something
has changed are built (`engine.assemble.functions`, which is slow to import). The pages are looked through every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assemble import implementations
from engine.assemble.overview import overviews
from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, attempt
from engine.base.files import prune, read_source, write
from engine.base.languages import languages
from engine.base.store import digest, folder_digest, project_store
from engine.ledger import sections
from engine.ledger.sections import Section
from engine.render.measured import measured
from engine.render.published import DATA, FOLDER, Built, publish, schema
from engine.render.references import footnotes
from engine.run.runner import Runner
from engine.sources import formulas
from engine.sources.coverage import FILE as COVERAGE
from engine.sources.coverage import FRAGMENT
from engine.sources.definition import FILE as DEFINITION
from engine.sources.formulas import Formula
from engine.sources.includes import Place, check_includes, places
from engine.sources.snippets import discover, functions
from engine.sources.topics import topics_digest
from engine.sources.variants import relatives

if TYPE_CHECKING:
    from engine.compare.verdict import Verdict

FRAGMENTS = Path(".cache/fragments")
#: Functions that are built at once: enough for the frameworks to work side by side, few enough for the work to overlap.
BATCH = 10


class Site:
    """A project's folder and the runner that works for it."""

    def __init__(self, root: Path, runner: Runner) -> None:
        self.root = root
        self.runner = runner

    def build(self) -> list[Problem]:
        """Run what has changed, write the fragments of every language, and return every problem found.

        Fragments are written all the same when an output is not the recorded one: the page shows what this build
        printed, and the problem. Raises SourceError for what belongs to no function, and for a library that is missing.
        """
        included = {language: places(self.root, language) for language in languages(self.root)}
        problems: dict[str, list[Problem]] = {}
        files = Counter([publish(self.root, schema())])
        fragments: dict[str, set[str]] = {}
        ledgers = sections.by_function(self.root)
        for name, built in self._functions(included, ledgers):
            problems[name] = built.problems
            files.update(publish(self.root, file) for file in built.files)
            for language, texts in built.texts.items():
                written = self._write(language, {f"{name}/{path}": text for path, text in texts.items()})
                fragments.setdefault(language, set()).update(written)
        covered, uncovered = self._covered(included)
        drawn = [name for name in sorted(problems) if f"{DATA}/{name}.json" in files]
        together, undrawn = overviews(self.root, drawn, included)
        clashes = [
            Problem(path, f"{count} functions or labs want this file; give one another name")
            for path, count in files.items()
            if count > 1
        ]
        seen: set[Problem] = set()  # the same fault shows in every language
        for language in included:
            texts, faults = footnotes(self.root, language, project_store(self.root, "references"))
            texts |= measured(self.root, language) | covered.get(language, {}) | together.get(language, {})
            shown, wrong = implementations.fragments(self.root, language)
            texts |= shown
            seen.update(wrong)
            there = fragments.get(language, set()) | self._write(language, texts)
            prune(self.root / FRAGMENTS / language, there)
            seen.update(faults)
            seen.update(check_includes(self.root, language, there))
        prune(self.root / FOLDER, files.keys())
        everything = [problem for name in sorted(problems) for problem in problems[name]]
        return (
            everything
            + clashes
            + self._strays(ledgers, problems)
            + uncovered
            + undrawn
            + formulas.strays(self.root, project_store(self.root, "prose"))
            + sorted(seen, key=str)
            + self._translations(len(included))
        )

    def _functions(
        self, included: Mapping[str, Mapping[str, Place]], ledgers: Mapping[str, Sequence[Section]]
    ) -> Iterator[tuple[str, Built]]:
        """What is made of each function, kept or new, a few at a time: memory does not grow with their number."""
        store = project_store(self.root, "functions")
        prose = project_store(self.root, "prose")
        written, refused = attempt(lambda name: formulas.of_function(self.root, name, prose), functions(self.root))
        variants = relatives(self.root)
        keys = {
            name: self._key(name, variants.get(name, ()), included, of_it, sections.digest_of(ledgers.get(name, ())))
            for name, of_it in written.items()
        }
        changed = []
        for name, key in keys.items():
            if built := store.get(key, Built):
                yield name, built
            else:
                changed.append(name)
        if changed or refused:
            for name, built in self._build(changed, included, written, ledgers, refused):
                if not built.problems:
                    store.put(keys[name], built)
                yield name, built
            store.keep(keys.values())

    def _build(
        self,
        names: Sequence[str],
        included: Mapping[str, Mapping[str, Place]],
        written: Mapping[str, Sequence[Formula]],
        ledgers: Mapping[str, Sequence[Section]],
        unread: Mapping[str, list[Problem]],
    ) -> Iterator[tuple[str, Built]]:
        """Build functions, a batch after the other. Snippets run beside all else, those of the next batch too.

        written: the formulas of their prose; unread: what is wrong with those whose prose cannot be read.
        """
        from engine.compare.verdict import check, require_libraries  # slow to import, and so is what follows

        discovered, refused = attempt(lambda name: discover(self.root, self.root / "snippets" / name), names)
        require_libraries([snippet for snippets in discovered.values() for snippet in snippets])

        def start(batch: Sequence[str]) -> Future[list[Verdict]]:
            snippets = [snippet for name in batch for snippet in discovered[name]]
            return aside.submit(check, snippets, self.runner, project_store(self.root, "runs"))

        with ThreadPoolExecutor(1) as aside:
            try:
                whole = list(discovered)
                batches = [whole[first : first + BATCH] for first in range(0, len(whole), BATCH)]
                running = start(batches[0]) if batches else None
                from engine.assemble.functions import build_functions, unbuilt  # the frameworks start meanwhile
                from engine.base.processes import Pool

                for name, problems in [*unread.items(), *refused.items()]:
                    yield name, unbuilt(name, problems, included)
                with Pool() as pool:
                    while batches:
                        ran, running = running, start(batches[1]) if batches[1:] else None
                        batch = batches.pop(0)
                        yield from build_functions(
                            self.root, batch, included, written, ledgers, self.runner, pool, ran.result
                        )
            except KeyboardInterrupt:
                self.runner.cancel()
                raise

    def _strays(self, ledgers: Mapping[str, Sequence[Section]], known: Container[str]) -> list[Problem]:
        """What the ledger says of no function."""
        reason = "no such function in snippets/; remove this section, or name it after its function"
        return [
            Problem(section.path.as_posix(), f"{function}: {reason}", section.line - 1)
            for function, of_it in ledgers.items()
            if function not in known
            for section in of_it
        ]

    def _covered(self, included: Mapping[str, Mapping[str, Place]]) -> tuple[dict[str, dict[str, str]], list[Problem]]:
        """What of the libraries has a page, as fragments by language, and what is wrong; kept while nothing changes."""
        if not (self.root / COVERAGE).is_file():
            return {}, []
        names = functions(self.root)
        files = [COVERAGE, *(Path("snippets", name, DEFINITION) for name in names)]
        sources = [(self.root / file).read_bytes().hex() for file in files if (self.root / file).is_file()]
        where = {
            language: {path: place for path, place in of_it.items() if path == FRAGMENT or path.endswith("/apis.md")}
            for language, of_it in included.items()
        }
        code = code_digest("engine.assemble.covered")
        key = digest(names, sources, where, frameworks.distributions(), frameworks.environment(), code)
        store = project_store(self.root, "coverage")
        if kept := store.get(key, dict[str, dict[str, str]]):
            return kept, []
        from engine.assemble.covered import covered  # slow to import

        texts, problems = covered(self.root, included, self.runner)
        if not problems:
            store.put(key, texts)
            store.keep([key])
        return texts, problems

    def _translations(self, languages: int) -> list[Problem]:
        """Where translations are behind; those of which all holds are not looked through again."""
        key = digest(folder_digest(self.root / "docs"), code_digest("engine.translation.check"))
        store = project_store(self.root, "translations")
        if languages < 2 or store.get(key, bool):
            return []
        from engine.translation import check as translations  # slow to import

        problems = translations.check(self.root)
        if not problems:
            store.put(key, True)
            store.keep([key])
        return problems

    def _key(
        self,
        function: str,
        variants: Sequence[str],
        included: Mapping[str, Mapping[str, Place]],
        written: Sequence[Formula],
        ledger: str,
    ) -> str:
        """Digest of a function's folder, of where its fragments stand, of its prose's formulas, and what it runs on;
        and of the definitions of others of its name, with where these stand."""
        folders = {function, *variants}
        own = {
            language: {path: place for path, place in included_in.items() if path.partition("/")[0] in folders}
            for language, included_in in included.items()
        }
        prose = [(formula.path, formula.section, formula.tex) for formula in written]
        sources = [folder_digest(self.root / "snippets" / function), topics_digest(self.root), prose, ledger]
        sources += [read_source(self.root, self.root / "snippets" / name / DEFINITION) for name in variants]
        code = code_digest("engine.assemble.functions")
        return digest(function, sources, own, frameworks.distributions(), frameworks.environment(), code)

    def _write(self, language: str, texts: Mapping[str, str]) -> set[str]:
        """Write fragments. Returns their paths."""
        for path, text in texts.items():
            write(self.root / FRAGMENTS / language / path, text)
        return set(texts)
