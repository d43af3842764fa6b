"""Compare the files of others in this repository with the packages that they came from: `python scripts/vendored.py`.

`vendored.yml` says of each package where its files lie; of each file its digest, and which file of the package it is,
byte by byte. What has no `from` was written here: made from the package, or said about it. A test compares the digests
without the network; this script fetches the packages from npm and compares it all. `--write` records what it finds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "vendored.yml"
HEAD = "# Files of others in this repository. Written and compared with the packages by scripts/vendored.py.\n"


def fetch(package: str, version: str, folder: Path) -> tuple[Path, str]:
    """Unpack a package of npm, which checks its integrity. Returns where it lies, and npm's own digest of it."""
    command = ["npm", "pack", "--json", f"{package}@{version}"]
    run = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    (packed,) = json.loads(run.stdout)
    with tarfile.open(folder / packed["filename"]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package", packed["integrity"]


def files(folders: list[str], package: Path) -> dict[str, dict[str, str]]:
    """What is to be known of each file in the folders."""
    origins = {digest(file): file.relative_to(package).as_posix() for file in within(package)}
    known = {}
    for file in [file for folder in folders for file in within(ROOT / folder)]:
        origin = origins.get(digest(file))
        known[file.relative_to(ROOT).as_posix()] = {"sha256": digest(file)} | ({"from": origin} if origin else {})
    return known


def within(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write(record: dict[str, Any]) -> None:
    text = HEAD + yaml.safe_dump(record, default_flow_style=None, sort_keys=False, width=1000)
    RECORD.write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Returns 1 if something is not as recorded."""
    parser = argparse.ArgumentParser(description="Compare vendored files with their packages.")
    parser.add_argument("--write", action="store_true", help="record what lies here")
    options = parser.parse_args()
    record = yaml.safe_load(RECORD.read_text(encoding="utf-8"))
    differs = False
    for package, entry in record.items():
        with tempfile.TemporaryDirectory() as folder:
            unpacked, integrity = fetch(package, entry["version"], Path(folder))
            found = {"integrity": integrity, "files": files(entry["folders"], unpacked)}
        if found.items() <= entry.items():
            print(f"{package} {entry['version']}: as recorded")
        else:
            differs = True
            print(f"{package} {entry['version']}: {'recorded' if options.write else 'not as recorded'}")
        entry |= found
    if options.write:
        write(record)
    return int(differs and not options.write)


if __name__ == "__main__":
    sys.exit(main())
