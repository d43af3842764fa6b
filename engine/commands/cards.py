"""Check and record what libraries do on a card: audits only, since snippets see the processor and nothing else."""

from __future__ import annotations

from pathlib import Path

from engine.accuracy import audited, cards, devices
from engine.accuracy.measuring import Conditions
from engine.base.errors import SourceError
from engine.base.libraries import LIBRARIES, installed
from engine.commands.check import Report, unsound
from engine.commands.outcome import FAILED, OK, UsageError
from engine.commands.selection import audited as asked
from engine.commands.selection import shard


def check_cards(root: Path, paths: list[str], part: str, available: bool, recording_too: bool, device: str) -> int:
    """Measure functions on a card and compare with what is recorded of it, or write that. Returns the exit status.

    paths, part: as of `engine.commands.check`; available: measure what sees the card, and say what is left out, where
    without it every library has to. Raises UsageError and SourceError.
    """
    seen = _cards(root, device, available)
    titles = {LIBRARIES[name].title: card for name, card in seen.items()}
    chosen = [cards.part(entry, seen) for entry in shard(part).of(asked(root, paths))]
    chosen = [entry for entry in chosen if entry.apis]
    report = Report()
    sound = []
    for entry, problems in zip(chosen, unsound(root, chosen), strict=True):
        for problem in problems:
            report.fail(problem)
        sound += [] if problems else [entry]
    conditions = Conditions(devices.variables(device), device, about=tuple(seen.values()))
    for entry, measured in zip(sound, audited.audits(root, sound, conditions), strict=True):
        if isinstance(measured, SourceError):
            problems = measured.problems
        elif recording_too:
            problems = []
            if cards.write_record(root, entry, measured, device, titles):
                report.changed.append(cards.location(entry, device).as_posix())
        else:
            problems = cards.problems(root, entry, measured, device)
        for problem in problems:
            report.fail(problem)
    for name in report.changed:
        print(f"{name}: recorded")
    on = ", ".join(f"{title} on {card}" for title, card in titles.items())
    print(f"{len(sound)} functions measured with {on}, {len(report.failed)} failed, {len(report.changed)} recorded")
    return FAILED if report.failed else OK


def _cards(root: Path, device: str, available: bool) -> dict[str, str]:
    """What each library that is measured calls the card. Raises UsageError if one does not see it, or none does."""
    if device not in devices.CARDS:
        raise UsageError(f"--device {device}: choose from {', '.join(devices.CARDS)}")
    here = [name for name in devices.ON_CARDS if installed(name)]
    seen = {name: card for name, card in devices.cards(root, device, here).items() if card}
    missing = [
        f"{LIBRARIES[name].title} {f'sees no {device} device' if name in here else 'is not installed'}"
        for name in devices.ON_CARDS
        if name not in seen
    ]
    if missing and not (available and seen):
        raise UsageError(f"--device {device}: {', '.join(missing)}" + ("; --available leaves it out" if seen else ""))
    for reason in missing:
        print(f"left out: {reason}")
    return seen
