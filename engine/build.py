"""Check everything and write the fragments: what `python -m engine build` and the MkDocs hook do."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine import definition, derivations, frameworks, latex
from engine.check import Verdict, check, require_libraries
from engine.derivations import Derivation, Report
from engine.errors import Problem
from engine.files import write
from engine.fragments import derivation as derivation_fragment
from engine.fragments import fragments
from engine.pages import check_includes
from engine.runner import Runner
from engine.snippets import discover
from engine.store import Store, code_digest, digest


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
        definitions = {name: definition.read(self.root, name) for name in self._functions()}
        proofs = [
            derivations.load(self.root, file) for name in definitions for file in derivations.discover(self.root, name)
        ]
        verdicts = check(snippets, self.runner, Store(self.root / ".cache" / "runs"))
        reports = self._derive(proofs)
        problems = [verdict.problem for verdict in verdicts if verdict.problem]
        problems += [problem for report in reports for problem in report.problems]
        of: dict[str, list[Verdict]] = {name: [] for name in definitions}
        for verdict in verdicts:
            of[verdict.snippet.function].append(verdict)
        seen: set[Problem] = set()
        for language in self.languages():
            texts: dict[str, str] = {}
            for name, entry in definitions.items():
                written, faults = fragments(entry, of[name], language)
                texts |= {f"{name}/{path}": text for path, text in written.items()}
                seen.update(faults)
            for proof, report in zip(proofs, reports, strict=True):
                path = proof.path.relative_to("snippets").with_suffix(".md")
                texts[path.as_posix()] = derivation_fragment(proof, report, language)
            self._write(language, texts)
            seen.update(check_includes(self.root, language, set(texts)))
        return problems + sorted(seen, key=str)

    def languages(self) -> list[str]:
        """The languages that have pages."""
        return sorted(folder.name for folder in (self.root / "docs").iterdir() if folder.is_dir())

    def _derive(self, proofs: list[Derivation]) -> list[Report]:
        """Reports on derivations, in their order. Those that hold are kept."""
        store = Store(self.root / ".cache" / "derivations")
        versions = [frameworks.version(name) for name in ("sympy", "mpmath")]
        code = code_digest(derivations, latex)
        keys = [
            digest(proof.name, (self.root / proof.path).read_text(encoding="utf-8"), versions, code) for proof in proofs
        ]
        kept: list[Any] = [store.get(key) for key in keys]
        fresh = iter(derivations.check([proof for proof, report in zip(proofs, kept, strict=True) if not report]))
        reports = [Report.of(data) if data else next(fresh) for data in kept]
        for key, report in zip(keys, reports, strict=True):
            if not report.problems:
                store.put(key, asdict(report))
        return reports

    def _functions(self) -> list[str]:
        return sorted(folder.name for folder in (self.root / "snippets").iterdir() if folder.is_dir())

    def _write(self, language: str, texts: dict[str, str]) -> None:
        folder = self.root / ".cache" / "fragments" / language
        for path, text in texts.items():
            write(folder / path, text)
        for stale in [file for file in folder.rglob("*.md") if file.relative_to(folder).as_posix() not in texts]:
            stale.unlink()
        for empty in [path for path in folder.glob("*") if path.is_dir() and not any(path.rglob("*.md"))]:
            shutil.rmtree(empty)
