"""The text of a figure for those who do not see it, against what its script has printed.

Who sees a figure does not read its text, so nobody would notice a wrong one. The first sentence says what is drawn,
without a number and without a word that compares. Each further one is a statement that the script has found to be true:
it prints `<the sentence>: True`. A text of a function's figure, which prints its curves only, has no further ones.
"""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")  # what parts two
_COUNTS = "two|three|four|five|six|seven|eight|nine|ten|twenty|fifty|hundred|thousand|half|twice"
_MOVES = "ris(?:es?|ing)|falls?|falling|grows?|growing|shrinks?|drops?|climbs?|approaches"
_COMPARES = "above|below|beyond|within|more|less|most|least|larger|smaller|higher|lower|steep(?:er)?|level|flat"
_SAYS = re.compile(rf"\d[\d.,]*|\b(?:{_COUNTS}|{_MOVES}|{_COMPARES})\b|[升降增减趋贴]|[大小高低]于|分之", re.IGNORECASE)


def unfounded(text: str, printed: str) -> list[str]:
    """What a text says that its script did not find; empty if there is nothing. printed: the output of the script."""
    first, *others = [part.rstrip(".!?。！？") for part in _SENTENCE.split(text) if part] or [""]
    true = {line.removesuffix(": True") for line in printed.splitlines() if line.endswith(": True")}
    return [
        *(f"the first sentence of its text says what is drawn, and no {word[0]!r}" for word in _SAYS.finditer(first)),
        *(f"its text says what its script prints nowhere, {other}: True" for other in others if other not in true),
    ]
