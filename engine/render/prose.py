"""What the formulas in the prose about a function are: how many are checked, and which are no statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from engine.mathematics.derivation.evidence import Report
from engine.mathematics.prose import CONDITION, EXPERIMENT, NAME, NUMERAL, PART, QUOTED, SHOWN, STATEMENT, Reading

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "summary": "The text of these pages and of the labs holds {total} formulas, and the build has read each of "
        "them. {statements} are statements, with {relations} relations: {proved} of these are proved by SymPy, "
        "{tested} tested at {points} points or more, and {computed} are about numbers alone and computed. "
        "{shown} are shown by statements of their own. {conditions} are domains or conditions, {names} are names.",
        "rest": " These are none of that, {rest} in all:",
        "read": "Of the statements, some are read in a way that the page does not show:",
        "only": "for ${note}$ only",
        "meant": "as ${meant}$",
        PART: "part of ${note}$",
        EXPERIMENT: "tried in `{note}`",
        NUMERAL: "numbers that stand in `{note}`, of which no check knows more",
        "colon": ": ",
        "comma": ", ",
    },
    "zh": {
        "summary": "这些页面和实验的文字中共有 {total} 个公式，构建逐一读取了它们。其中 {statements} 个是命题，"
        "共含 {relations} 个关系式：{proved} 个由 SymPy 证明，{tested} 个至少在 {points} 个点上检验过，"
        "{computed} 个只涉及数，由计算核对。{shown} 个由另外给出的命题得出，"
        "{conditions} 个是定义域或条件，{names} 个是名称。",
        "rest": "不属于以上各类的共 {rest} 个：",
        "read": "有些命题的读法在页面上看不出来：",
        "only": "仅对 ${note}$",
        "meant": "读作 ${meant}$",
        PART: "${note}$ 的一部分",
        EXPERIMENT: "由 `{note}` 试验",
        NUMERAL: "`{note}` 中出现的数，此外没有任何检验",
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
    evidences = [
        evidence
        for reading, report in zip(checked, reports, strict=True)
        if reading.kind == STATEMENT
        for evidence in report.evidence
    ]
    tested = [evidence.points for evidence in evidences if not evidence.symbolic and evidence.points > 1]
    rest = [reading for reading in readings if reading.kind in (PART, EXPERIMENT, NUMERAL, QUOTED)]
    text = (words["summary"] + words["rest"] * bool(rest)).format(
        total=len(readings),
        statements=count[STATEMENT],
        relations=len(evidences),
        proved=(proved := sum(evidence.symbolic for evidence in evidences)),
        tested=len(tested),
        computed=len(evidences) - proved - len(tested),
        points=min(tested, default=0),
        shown=count[SHOWN],
        conditions=count[CONDITION],
        names=count[NAME],
        rest=len(rest),
    )
    told = [(_reason(reading, language), reading) for reading in rest]
    parts = [text, "", *_listed(told, language)]
    stated = [reading for reading in readings if reading.kind == STATEMENT]
    ways = [(words["only"].format(note=reading.note), reading) for reading in stated if reading.note]
    ways += [(words["meant"].format(meant=reading.meant.strip()), reading) for reading in stated if reading.meant]
    parts += ["", words["read"], "", *_listed(ways, language)] if ways else []
    return "\n".join(parts) + "\n"


def _listed(told: Iterable[tuple[str, Reading]], language: str) -> list[str]:
    """A line for each thing that is told, with the formulas of which it is."""
    words = WORDS[language]
    lines = []
    told = sorted(told, key=lambda pair: pair[0])
    for reason, group in groupby(told, key=lambda pair: pair[0]):
        shown = dict.fromkeys(f"${reading.formula.tex}$" for _, reading in group)
        lines.append(f"- {reason}{words['colon']}{words['comma'].join(shown)}")
    return lines


def _reason(reading: Reading, language: str) -> str:
    return reading.reason[language] if reading.reason else WORDS[language][reading.kind].format(note=reading.note)
