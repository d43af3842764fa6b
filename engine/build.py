"""Check everything and write the fragments: what `python -m engine build` and the MkDocs hook do."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from engine import apis, audit, datasheet, decimals, definition, derivations, facts, proofs, threads, translations
from engine.apis import Samples
from engine.audit import Audit
from engine.audit_fragments import audit_fragments
from engine.check import Verdict, check, require_libraries
from engine.definition import Definition
from engine.derivations import Derivation, Report
from engine.downloads import Download, downloads_fragment, function_downloads, lab_downloads, lab_line, publish
from engine.errors import Problem, SourceError
from engine.facts import Fact
from engine.files import write
from engine.fragments import derivation as derivation_fragment
from engine.fragments import fragments
from engine.labs import LANGUAGE, lab_fragment
from engine.labs import read as read_lab
from engine.pages import Place, check_includes, link, places
from engine.processes import Pool
from engine.references import footnotes
from engine.runner import Runner
from engine.snippets import discover
from engine.store import Store
from engine.threads import Thread


@dataclass(frozen=True)
class Sources:
    """What is written about one function, beside its snippets."""

    definition: Definition
    threads: Mapping[str, Thread]
    derivations: list[Derivation]
    facts: list[Fact]

    @property
    def function(self) -> str:
        """The name of its folder."""
        return self.definition.path.parts[1]


@dataclass(frozen=True)
class Mathematics:
    """What holds of one function whatever the frameworks do.

    samples: values by x, for the names to be compared with; reports: on its derivations; checks: on its facts;
    values: the table of `engine.decimals`, and what is wrong with it.
    """

    samples: Samples
    reports: list[Report]
    checks: list[Report]
    values: tuple[list[decimals.Row], list[Problem]]


@dataclass(frozen=True)
class Findings:
    """What a build found out about one function.

    audit: of its accuracy, if one of its names is to be audited.
    """

    verdicts: list[Verdict]
    mathematics: Mathematics
    apis: list[apis.Found]
    audit: Audit | None
    problems: list[Problem]


class Site:
    """A project's folder and the runner that works for it."""

    def __init__(self, root: Path, runner: Runner) -> None:
        self.root = root
        self.runner = runner

    def build(self) -> list[Problem]:
        """Run what has changed, write the fragments of every language, and return every problem found.

        Raises SourceError where the sources cannot be read at all. Fragments are written all the same when an
        output is not the recorded one: the page shows what this build printed, and the problem.
        """
        snippets = discover(self.root)
        require_libraries(snippets)
        sources = {name: self._read(name) for name in self._functions()}
        # The closing of the pool ends what is worked out, should a run end in an exception.
        with ThreadPoolExecutor(1) as aside, Pool() as pool:
            proving = aside.submit(self._prove, list(sources.values()), pool)
            verdicts = check(snippets, self.runner, self._store("runs"))
            proved = proving.result()
        findings = self._find(sources, proved, verdicts)
        problems = [problem for found in findings.values() for problem in found.problems]
        seen: set[Problem] = set()  # the same fault shows in every language
        included = places(self.root, LANGUAGE)
        offered: dict[str, list[Download]] = {}
        for name, source in sources.items():
            data, faults = self._datasheet(source, findings[name], included)
            problems += faults
            of_one = findings[name].verdicts
            offered[name] = function_downloads(source.definition, source.threads, of_one, included, data)
        labs, files = self._labs(verdicts, seen)
        schema = [Download(path, text, {}) for path, text in datasheet.schema().items()]
        publish(self.root, [*schema, *(file for files_of_one in offered.values() for file in files_of_one), *files])
        for language in self.languages():
            included = places(self.root, language)
            texts, faults = footnotes(self.root, language, self._store("references"))
            seen.update(faults)
            for name, source in sources.items():
                written, faults = fragments(
                    source.definition, source.threads, findings[name].verdicts, language, included
                )
                seen.update(faults)
                written |= dict(self._fragments(source, findings[name], language, included))
                written["downloads.md"] = downloads_fragment(offered[name], language)
                texts |= {f"{name}/{path}": text for path, text in written.items()}
            texts |= labs if language == LANGUAGE else {}
            self._write(language, texts)
            seen.update(check_includes(self.root, language, set(texts)))
        return problems + sorted(seen, key=str) + translations.check(self.root)

    def languages(self) -> list[str]:
        """The languages that have pages."""
        return sorted(folder.name for folder in (self.root / "docs").iterdir() if folder.is_dir())

    def _functions(self) -> list[str]:
        folders = (folder for folder in (self.root / "snippets").iterdir() if folder.is_dir())
        return sorted(folder.name for folder in folders if not folder.name.startswith("."))

    def _store(self, name: str) -> Store:
        return Store(self.root / ".cache" / name)

    def _read(self, function: str) -> Sources:
        entry = definition.read(self.root, function)
        steps = [derivations.load(self.root, file) for file in derivations.discover(self.root, function)]
        return Sources(entry, threads.read(self.root, function), steps, facts.load(self.root, entry))

    def _prove(self, sources: Sequence[Sources], pool: Pool) -> list[Mathematics]:
        """Check what is written about functions and compute their values, of all at once.

        Raises SourceError for definitions that do not hold: nothing can be measured against these.
        """
        entries = [source.definition for source in sources]
        proved = proofs.prove(self.root, entries, self._store("proofs"), pool)
        if problems := [problem for proof in proved for problem in proof.problems]:
            raise SourceError(problems)
        steps = [[*source.derivations, *(fact.check for fact in source.facts)] for source in sources]
        reports = iter(derivations.reports([*chain(*steps)], self._store("derivations"), pool))
        values = decimals.tables(entries, self._store("decimals"), pool)
        return [
            Mathematics(
                proof.samples,
                list(islice(reports, len(source.derivations))),
                list(islice(reports, len(source.facts))),
                table,
            )
            for source, proof, table in zip(sources, proved, values, strict=True)
        ]

    def _find(
        self, sources: Mapping[str, Sources], proved: Iterable[Mathematics], verdicts: Iterable[Verdict]
    ) -> dict[str, Findings]:
        """Put together what is known of each function, and ask the libraries for its names."""
        mathematics = dict(zip(sources, proved, strict=True))
        own: dict[str, list[Verdict]] = {name: [] for name in sources}
        for verdict in verdicts:
            own[verdict.snippet.function].append(verdict)
        asked = [(source.definition, mathematics[name].samples) for name, source in sources.items()]
        named = apis.check(self.root, asked, self.runner, self._store("runs"))
        findings = {}
        for (name, source), (found, faults) in zip(sources.items(), named, strict=True):
            entry, proof = source.definition, mathematics[name]
            measured = audit.audit(self.root, entry) if any(api.audit for api in entry.apis) else None
            problems = [verdict.problem for verdict in own[name] if verdict.problem]
            problems += [problem for report in [*proof.reports, *proof.checks] for problem in report.problems]
            problems += faults
            problems += audit.problems(self.root, entry, measured) if measured else []
            findings[name] = Findings(own[name], proof, found, measured, problems)
        return findings

    def _datasheet(
        self, sources: Sources, findings: Findings, included: Mapping[str, Place]
    ) -> tuple[str, list[Problem]]:
        entry = sources.definition
        values, problems = findings.mathematics.values
        facts = list(zip(sources.facts, findings.mathematics.checks, strict=True))
        text = datasheet.datasheet(entry, facts, findings.apis, findings.verdicts, findings.audit, values, included)
        return text, problems or datasheet.faults(entry, text, self._store("datasheets"))

    def _fragments(
        self, sources: Sources, findings: Findings, language: str, included: Mapping[str, Place]
    ) -> Iterator[tuple[str, str]]:
        for steps, report in zip(sources.derivations, findings.mathematics.reports, strict=True):
            yield f"derivations/{steps.path.stem}.md", derivation_fragment(steps, report, language)
        if sources.facts:
            checks = link(included, f"{sources.function}/facts.md", f"{sources.function}/checks.md")
            yield from facts.facts_fragments(sources.facts, findings.mathematics.checks, language, checks).items()
        yield "apis.md", apis.apis_fragment(findings.apis, language)
        if findings.audit:
            yield from audit_fragments(sources.definition, findings.audit, language).items()

    def _labs(self, verdicts: list[Verdict], seen: set[Problem]) -> tuple[dict[str, str], list[Download]]:
        """The fragments of all labs by path, and their files for download."""
        texts: dict[str, str] = {}
        files: list[Download] = []
        for verdict in (verdict for verdict in verdicts if verdict.snippet.lab):
            snippet = verdict.snippet
            lab, faults = read_lab(verdict)
            seen.update(faults)
            offered = lab_downloads(lab)
            if {file.path for file in offered} & {file.path for file in files}:
                seen.add(Problem(snippet.name, "a lab of another function has this name, and both want one page"))
            texts[f"{snippet.function}/labs/{snippet.topic}.md"], faults = lab_fragment(lab, lab_line(offered))
            seen.update(faults)
            files += offered
        return texts, files

    def _write(self, language: str, texts: dict[str, str]) -> None:
        folder = self.root / ".cache" / "fragments" / language
        for path, text in texts.items():
            write(folder / path, text)
        for stale in [file for file in folder.rglob("*.md") if file.relative_to(folder).as_posix() not in texts]:
            stale.unlink()
        for empty in [path for path in folder.glob("*") if path.is_dir() and not any(path.rglob("*.md"))]:
            shutil.rmtree(empty)
