"""A derivation as a page shows it: a line and its rule for each step, and how they were checked."""

from __future__ import annotations

from textwrap import indent

from engine.base.languages import WORDS
from engine.mathematics.derivation.evidence import Report
from engine.mathematics.derivation.steps import Derivation, Step
from engine.render.snippets import fence


def derivation_fragment(steps: Derivation, report: Report, language: str) -> str:
    """A derivation, one rule a line, and how it was checked."""
    words = WORDS[language]
    given = [*steps.where, *(domain.tex for domain in steps.domains.values())]
    lines = [f"{words['with']} {words['comma'].join(f'${tex}$' for tex in given)}{words['stop']}\n{{ .given }}\n"]
    lines.append('<ol class="derivation" markdown="block">\n')
    lines.append(_line(steps.start, ""))
    lines += [
        _line(step.tex + (f", \\quad {step.when}" if step.when else ""), _named(step, language)) for step in steps.steps
    ]
    lines.append("</ol>\n")
    if report.problems:
        text = indent(fence("\n".join(map(str, report.problems)), "text", ".no-copy"), "    ")
        lines.append(f'!!! failure "{words["not derived"]}"\n\n{text}\n')
    else:
        proved = sum(evidence.symbolic for evidence in report.evidence)
        points = min(evidence.points for evidence in report.evidence)
        digits = min(evidence.digits for evidence in report.evidence)
        ruled = sum(all(rule.kind.checked for rule in step.rules) for step in steps.steps)
        summary = words["derived"].format(
            steps=len(report.evidence), proved=proved, points=points, digits=digits, ruled=ruled
        )
        lines.append(f"{summary}\n{{ .checked }}\n")
    return "\n".join(lines)


def _named(step: Step, language: str) -> str:
    """The rules of a step and the remark on it, as one sentence."""
    first, *others = (rule.text(language) for rule in step.rules)
    words = WORDS[language]
    text = words["semicolon"].join([first, *(other[0].lower() + other[1:] for other in others)])
    return text + (words["colon"] + step.note[language] if step.note else "")


def _line(tex: str, rule: str) -> str:
    named = f"\n{rule}\n{{ .rule }}\n" if rule else ""
    return f'<li markdown="block">\n\n$$\n{tex}\n$$\n{named}\n</li>\n'
