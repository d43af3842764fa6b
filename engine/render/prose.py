"""What the formulas in the prose about a function are: how many are checked, and which are no statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from engine.mathematics.derivation.evidence import Report
from engine.mathematics.prose import CONDITION, EXPERIMENT, NAME, PART, QUOTED, SHOWN, STATEMENT, Reading

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "summary": "The text of these pages and of the labs holds {total} formulas, and the build has read each of "
        "them. {statements} are statements: {proved} of them are proved by SymPy, the others tested at {points} points "
        "or more. {shown} are shown by statements of their own. {conditions} are domains or conditions, {names} are "
        "names.",
        "rest": " These are none of that, {rest} in all:",
        PART: "part of ${note}$",
        EXPERIMENT: "tried in `{note}`",
        "colon": ": ",
        "comma": ", ",
    },
    "zh": {
        "summary": "这些页面和实验的文字中共有 {total} 个公式，构建逐一读取了它们。其中 {statements} 个是命题："
        "{proved} 个由 SymPy 证明，其余至少在 {points} 个点上检验过。{shown} 个由另外给出的命题得出，"
        "{conditions} 个是定义域或条件，{names} 个是名称。",
        "rest": "不属于以上各类的共 {rest} 个：",
        PART: "${note}$ 的一部分",
        EXPERIMENT: "由 `{note}` 试验",
        "colon": "：",
        "comma": "、",
    },
}


def prose_fragment(readings: Sequence[Reading], reports: Sequence[Report], language: str) -> str:
    """How many formulas there are of each kind, and those that are no statements, with the reason.

    reports: on those that have something to hold, in their order.
    """
    words = WORDS[language]
    count = Counter(reading.kind for reading in readings)
    checked = [reading for reading in readings if reading.check]
    stated = [
        evidence
        for reading, report in zip(checked, reports, strict=True)
        if reading.kind == STATEMENT
        for evidence in report.evidence
    ]
    tested = [evidence.points for evidence in stated if not evidence.symbolic and evidence.points > 1]
    rest = [reading for reading in readings if reading.kind in (PART, EXPERIMENT, QUOTED)]
    text = (words["summary"] + words["rest"] * bool(rest)).format(
        total=len(readings),
        statements=count[STATEMENT],
        proved=sum(evidence.symbolic for evidence in stated),
        points=min(tested, default=0),
        shown=count[SHOWN],
        conditions=count[CONDITION],
        names=count[NAME],
        rest=len(rest),
    )
    return "\n".join([text, "", *_reasons(rest, language)]) + "\n"


def _reasons(readings: Sequence[Reading], language: str) -> list[str]:
    """A line for each reason, with the formulas that have it."""
    words = WORDS[language]
    lines = []
    told = sorted(((_reason(reading, language), reading) for reading in readings), key=lambda pair: pair[0])
    for reason, group in groupby(told, key=lambda pair: pair[0]):
        shown = dict.fromkeys(f"${reading.formula.tex}$" for _, reading in group)
        lines.append(f"- {reason}{words['colon']}{words['comma'].join(shown)}")
    return lines


def _reason(reading: Reading, language: str) -> str:
    return reading.reason[language] if reading.reason else WORDS[language][reading.kind].format(note=reading.note)
