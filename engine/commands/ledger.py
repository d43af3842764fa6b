"""Run snippets with other releases of their frameworks, and enter in the ledger what they print."""

from __future__ import annotations

from pathlib import Path

from engine.commands import check
from engine.commands.outcome import FAILED, OK, UsageError
from engine.compare.verdict import mismatch
from engine.ledger import entries, recording, releases
from engine.sources.snippets import discover


def ledger(root: Path, names: list[str]) -> int:
    """Run snippets with other releases, and enter what they print. Returns the exit status.

    names: releases as people write them, see `engine.ledger.releases.parse`; without any, what the ledger lacks is
    run. Raises UsageError for a name that is no release, and SourceError.
    """
    snippets = discover(root)
    try:
        wanted = [releases.parse(name) for name in names]
    except releases.ReleaseError as error:
        raise UsageError(str(error)) from None
    tasks = [(release, [one for one in snippets if entries.lead(one) == release.library]) for release in wanted]
    failed = 0
    for release, own in tasks if names else list(releases.gaps(entries.read(root), snippets)):
        print(f"{release.name}: {len(own)} snippets", flush=True)
        try:
            versions, printed = releases.run(root, release, own)
        except releases.ReleaseError as error:
            print(error, flush=True)
            failed += 1
            continue
        for one in printed:
            if problem := one.result.problem or mismatch(one.snippet, one.result):
                print(f"  {one.snippet.name}: {problem.reason}")
        for file in recording.enter(root, printed, versions, check.today(), anew=True):
            print(f"{file}: recorded", flush=True)
    return FAILED if failed else OK
