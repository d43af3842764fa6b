"""What comes from others: the actions that workflows use, the files that lie here, and the packages that are pinned."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from fontTools.ttLib import TTFont
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))

# Workflows ------------------------------------------------------------------------------------------------------------

#: What a job may ask for beyond reading the repository. The reasons stand beside the permissions themselves.
PERMISSIONS = {
    ("publish", "build"): {"pages": "read"},
    ("publish", "deploy"): {"pages": "write", "id-token": "write"},
}


def zizmor(*paths: Path) -> list[str]:
    """The faults that zizmor finds in workflows: unpinned, injected, too powerful, or a credential left behind."""
    tool = Path(sys.executable).with_name("zizmor")
    command = [tool, "--offline", "--quiet", "--strict-collection", "--persona=auditor", "--format=json"]
    run = subprocess.run([*command, "--no-exit-codes", *paths], capture_output=True, text=True, check=True)
    return [f"{fault['ident']}: {fault['desc']}" for fault in json.loads(run.stdout)]


def test_the_workflows_pass_an_audit() -> None:
    assert zizmor(ROOT / ".github") == []


def test_the_audit_finds_what_it_is_for(tmp_path: Path) -> None:
    file = tmp_path / ".github/workflows/bad.yml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "name: bad\non: pull_request_target\npermissions: write-all\njobs:\n  job:\n    runs-on: ubuntu-24.04\n"
        "    steps:\n      - uses: actions/checkout@v4\n      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    found = {fault.partition(":")[0] for fault in zizmor(tmp_path)}
    faults = {"artipacked", "dangerous-triggers", "excessive-permissions", "template-injection", "unpinned-uses"}
    assert faults <= found


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_each_action_is_pinned_by_a_hash_with_its_version(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    uses = re.findall(r"^.*\buses:.*$", text, re.MULTILINE)
    assert uses
    for line in uses:
        assert re.fullmatch(r"\s*(?:- )?uses: [\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_one_action_has_one_version_everywhere() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)
    pins = set(re.findall(r"uses: (\S+)@(\S+ # \S+)", text))
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_no_job_may_do_more_than_it_needs(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        asked = job.get("permissions", {}).items() - {("contents", "read")}
        assert asked == PERMISSIONS.get((file.stem, name), {}).items(), f"{file.name}: {name}"


# Files ----------------------------------------------------------------------------------------------------------------

VENDORED = yaml.safe_load((ROOT / "vendored.yml").read_text(encoding="utf-8"))
FILES = {name: known for entry in VENDORED.values() for name, known in entry["files"].items()}

#: What is in the folders that are published, or installed with the engine, and was written for this project.
OURS = (
    "docs/*.md",
    "docs/coverage.yml",
    "docs/measured.yml",
    "docs/references.bib",
    "docs/terms.zh.txt",
    "docs/zh.yml",
    "engine/*.py",
    "engine/schemas/*.json",
    "engine/styles/*.mplstyle",
    "engine/templates/*.j2",
    "theme/*.html",
    "theme/assets/card.png",
    "theme/assets/css/*.css",
    "theme/assets/favicon.svg",
    "theme/assets/js/*.js",
    "theme/robots.txt",
    "theme/sitemap.xml",
)


def published() -> Iterator[Path]:
    for folder in ("docs", "engine", "theme"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def test_each_file_is_ours_or_recorded() -> None:
    for file in published():
        name = file.relative_to(ROOT).as_posix()
        ours = any(fnmatch(name, pattern) for pattern in OURS)
        assert ours != (name in FILES), f"{name}: whose is it? See vendored.yml"
        if ours and file.suffix in {".js", ".css"}:
            assert not re.search("copyright|@license|@preserve", file.read_text(encoding="utf-8"), re.IGNORECASE), name


def changed() -> list[str]:
    return [
        name
        for name, known in FILES.items()
        if hashlib.sha256((ROOT / name).read_bytes()).hexdigest() != known["sha256"]
    ]


def test_vendored_files_are_as_they_were_taken() -> None:
    assert changed() == [], "compare them with their packages: python scripts/vendored.py"


@pytest.mark.parametrize("package", VENDORED)
def test_a_vendored_package_has_its_licence_and_origin_beside_it(package: str) -> None:
    entry = VENDORED[package]
    for folder in entry["folders"]:
        assert FILES[f"{folder}/LICENSE"]["from"] == "LICENSE"
    about = [file for folder in entry["folders"] for file in (ROOT / folder).glob("README.md")]
    (text,) = [" ".join(file.read_text(encoding="utf-8").split()) for file in about]
    assert f"https://www.npmjs.com/package/{package}/v/{entry['version']}" in text
    assert re.fullmatch(r"sha512-[\w+/]{86}==", entry["integrity"])


def test_fonts_keep_their_licence_and_a_part_has_no_reserved_name() -> None:
    licence = (ROOT / "theme/assets/katex/OFL.txt").read_text(encoding="utf-8")
    fonts = [name for name in FILES if name.endswith(".woff2")]
    assert len(fonts) == 30
    for name in fonts:
        font = TTFont(ROOT / name)["name"]
        reserved = re.search(r"(KaTeX_\w+)-", name)[1]
        assert reserved in licence
        assert "Copyright (c) 2009-2010 Design Science" in font.getDebugName(0)
        used = [str(record) for record in font.names if record.nameID in {1, 3, 4, 6}]
        assert any("KaTeX_" in text for text in used) == ("from" in FILES[name]), f"{name}: {used}"


# Packages -------------------------------------------------------------------------------------------------------------

#: Licences, as SPDX names them, that ask for no more than a notice, or (MPL) for changes of their own files.
ALLOWED = {
    *("0BSD", "BSD", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-CMU", "ISC", "HPND", "Zlib", "BSL-1.0", "CC0-1.0"),
    *("Apache-2.0", "LLVM-exception", "PSF-2.0", "MPL-2.0"),
}
#: What packages wrote before there were SPDX expressions in their metadata.
OLDER = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",  # without saying which
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
#: What is allowed beside that, and why; nothing of it is in the site.
EXCEPTIONS = {
    "gmpy2": ("LGPL-3.0-or-later", "GMP and MPFR, which mpmath and SymPy compute with while the site is built"),
    "python-flint": (
        "LGPL-3.0-or-later",
        "FLINT, GMP and MPFR, which compute reference values while the site is built",
    ),
}
#: Without a word in the metadata: how the licence file begins, or goes on.
BY_FILE = {
    "axe-playwright-python": "MIT License",
    "namex": "Licensed under the Apache License, Version 2.0",
    "quickjs-ng": "MIT License",
}


def pinned() -> list[str]:
    """Names of the packages that are pinned for this Python and platform."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if re.match(r"\w", line)]
    return [each.name for each in requirements if each.marker is None or each.marker.evaluate()]


def licences(metadata: Message) -> set[str]:
    """The licences that a package's metadata names: all of them, also where it leaves a choice."""
    if expression := metadata.get("License-Expression"):
        return set(re.findall(r"[\w.-]+", expression)) - {"AND", "OR", "WITH"}
    classifiers = [text.rpartition(" :: ")[2] for text in metadata.get_all("Classifier", []) if text[:7] == "License"]
    named = classifiers or [metadata.get("License", "")]
    return {OLDER.get(text, text) for text in named} - {""}


def test_each_package_has_a_licence_that_is_allowed() -> None:
    assert len(pinned()) > 100
    found = {name: licences(importlib.metadata.metadata(name)) for name in pinned()}
    silent = {name for name, named in found.items() if not named}
    assert silent == BY_FILE.keys(), "read their licence files"
    others = {name: named - ALLOWED for name, named in found.items() if named - ALLOWED}
    assert others == {name: {licence} for name, (licence, _) in EXCEPTIONS.items()}, "read the licence; give a reason"


@pytest.mark.parametrize("name", BY_FILE)
def test_a_package_without_a_word_on_its_licence_has_the_text(name: str) -> None:
    files = importlib.metadata.files(name) or []
    assert any(BY_FILE[name] in file.read_text() for file in files if file.name == "LICENSE")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "License-Expression: MIT AND (Apache-2.0 WITH LLVM-exception OR GPL-3.0-only)",
            "MIT Apache-2.0 LLVM-exception GPL-3.0-only",
        ),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: all of its text", "BSD"),
        ("License: Apache License 2.0", "Apache-2.0"),
        ("Classifier: Topic :: Software Development", ""),
    ],
)
def test_where_a_licence_is_named(text: str, found: str) -> None:
    assert licences(message_from_string(text)) == set(found.split())
