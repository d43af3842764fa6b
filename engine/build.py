"""Check everything and write the fragments: what `python -m engine build` and the MkDocs hook do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import apis, audit, datasheet, decimals, definition, derivations, facts, proofs, threads, translations
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


@dataclass(frozen=True)
class Findings:
    """What a build found out about one function.

    reports: on its derivations; checks: on its facts; audit: of its accuracy, if one of its names is to be audited.
    """

    verdicts: list[Verdict]
    reports: list[Report]
    checks: list[Report]
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
        verdicts = check(snippets, self.runner, self._store("runs"))
        findings = {
            name: self._find(source, [verdict for verdict in verdicts if verdict.snippet.function == name])
            for name, source in sources.items()
        }
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

    def _find(self, sources: Sources, verdicts: list[Verdict]) -> Findings:
        """Check all that is written about one function."""
        entry = sources.definition
        (proof,) = proofs.prove(self.root, [entry], self._store("proofs"))
        if proof.problems:  # nothing can be measured against a definition that does not hold
            raise SourceError(list(proof.problems))
        steps = [*sources.derivations, *(fact.check for fact in sources.facts)]
        reports = derivations.reports(steps, self._store("derivations"))
        found, faults = apis.check(self.root, entry, proof.samples, self.runner, self._store("runs"))
        measured = audit.audit(self.root, entry) if any(api.audit for api in entry.apis) else None
        problems = [verdict.problem for verdict in verdicts if verdict.problem]
        problems += [*(problem for report in reports for problem in report.problems), *faults]
        if measured:
            problems += audit.problems(self.root, entry, measured)
        count = len(sources.derivations)
        return Findings(verdicts, reports[:count], reports[count:], found, measured, problems)

    def _datasheet(
        self, sources: Sources, findings: Findings, included: Mapping[str, Place]
    ) -> tuple[str, list[Problem]]:
        entry = sources.definition
        values, problems = decimals.table(entry, self._store("decimals"))
        facts = list(zip(sources.facts, findings.checks, strict=True))
        text = datasheet.datasheet(entry, facts, findings.apis, findings.verdicts, findings.audit, values, included)
        return text, problems or datasheet.faults(entry, text, self._store("datasheets"))

    def _fragments(
        self, sources: Sources, findings: Findings, language: str, included: Mapping[str, Place]
    ) -> Iterator[tuple[str, str]]:
        for steps, report in zip(sources.derivations, findings.reports, strict=True):
            yield f"derivations/{steps.path.stem}.md", derivation_fragment(steps, report, language)
        if sources.facts:
            name = sources.definition.path.parts[1]
            checks = link(included, f"{name}/facts.md", f"{name}/checks.md")
            yield from facts.facts_fragments(sources.facts, findings.checks, language, checks).items()
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
