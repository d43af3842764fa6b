"""Bring the fragments and files up to date: what `python -m engine build` and the MkDocs hook do.

What a build makes of a function is kept under a digest of all that it depends on, so only functions of which something
has changed are built (`engine.functions`, which is slow to import). The pages are looked through every time.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from engine import frameworks
from engine.errors import Problem
from engine.files import files_below, write
from engine.pages import Place, check_includes, places
from engine.published import Built, publish, schema
from engine.references import footnotes
from engine.runner import Runner
from engine.snippets import functions
from engine.store import Store, digest, engine_digest, folder_digest


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
        included = {language: places(self.root, language) for language in self.languages()}
        functions_built = self._functions(included)
        problems = [problem for built in functions_built.values() for problem in built.problems]
        files = [schema(), *(file for built in functions_built.values() for file in built.files)]
        for path, count in Counter(file.path for file in files).items():
            if count > 1:
                problems.append(Problem(path, f"{count} functions or labs want this file; give one another name"))
        publish(self.root, files)
        seen: set[Problem] = set()  # the same fault shows in every language
        for language in included:
            texts, faults = footnotes(self.root, language, self._store("references"))
            seen.update(faults)
            for name, built in functions_built.items():
                texts |= {f"{name}/{path}": text for path, text in built.texts.get(language, {}).items()}
            self._write(language, texts)
            seen.update(check_includes(self.root, language, set(texts)))
        return problems + sorted(seen, key=str) + self._translations(len(included))

    def languages(self) -> list[str]:
        """The languages that have pages."""
        return sorted(folder.name for folder in (self.root / "docs").iterdir() if folder.is_dir())

    def _functions(self, included: Mapping[str, Mapping[str, Place]]) -> dict[str, Built]:
        """What is made of each function, kept or new."""
        store = self._store("functions")
        keys = {name: self._key(name, included) for name in functions(self.root)}
        built = {name: Built.of(data) for name, key in keys.items() if (data := store.get(key))}
        if changed := [name for name in keys if name not in built]:
            from engine.functions import build_functions

            built |= build_functions(self.root, changed, included, self.runner)
            for name in changed:
                if not built[name].problems:
                    store.put(keys[name], built[name].data())
            store.keep(keys.values())
        return {name: built[name] for name in keys}

    def _translations(self, languages: int) -> list[Problem]:
        """Where translations are behind; those of which all holds are not looked through again."""
        store, key = self._store("translations"), digest(folder_digest(self.root / "docs"), engine_digest())
        if languages < 2 or store.get(key):
            return []
        from engine import translations  # slow to import

        problems = translations.check(self.root)
        if not problems:
            store.put(key, True)
            store.keep([key])
        return problems

    def _key(self, function: str, included: Mapping[str, Mapping[str, Place]]) -> str:
        """Digest of a function's folder, of where its fragments stand, of what is installed and of this engine."""
        own = {
            language: {path: asdict(place) for path, place in found.items() if path.startswith(f"{function}/")}
            for language, found in included.items()
        }
        sources = folder_digest(self.root / "snippets" / function)
        return digest(function, sources, own, frameworks.distributions(), frameworks.environment(), engine_digest())

    def _store(self, name: str) -> Store:
        return Store(self.root / ".cache" / name)

    def _write(self, language: str, texts: Mapping[str, str]) -> None:
        folder = self.root / ".cache" / "fragments" / language
        for path, text in texts.items():
            write(folder / path, text)
        for file in files_below(folder):
            if file[len(str(folder)) + 1 :].replace(os.sep, "/") not in texts:
                os.unlink(file)
        for name in os.listdir(folder) if folder.is_dir() else ():
            if not files_below(folder / name):
                shutil.rmtree(folder / name)
