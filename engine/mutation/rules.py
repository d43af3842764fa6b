"""The rules of a step with one thing changed at a time: another rule, or the rule about something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.mathematics.derivation.rules import FUNCTION, KINDS, KNOWN, Written, written

Change = Callable[[str], list[str]]


def changed(rule: Written | list[Written], functions: Sequence[str], change: Change) -> Iterator[list[Any]]:
    """The rules of a step, with each change alone, but for rules that no form tells.

    functions: those that the file declares, as they are written; change: what else may stand for a formula.
    """
    pairs = written(rule)
    for i, (id, tex) in enumerate(pairs):
        for other, about in _instead(id, tex, functions, change) if KINDS[id].checked else ():
            every = [*pairs[:i], (other, about), *pairs[i + 1 :]]
            yield [{one: of} if of else one for one, of in every]


def _instead(id: str, tex: str, functions: Sequence[str], change: Change) -> Iterator[tuple[str, str]]:
    kind = KINDS[id]
    abouts = [*functions, *KNOWN] if kind.about == FUNCTION else change(tex) if tex else []
    yield from ((id, about) for about in abouts if about != tex)
    for other in KINDS.values():
        if other.id != id and other.about == kind.about and other.checked and other.particular:
            yield other.id, tex
