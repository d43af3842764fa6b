"""A derivation as a page shows it: a line and its rule for each step, and how they were checked."""

from __future__ import annotations

from textwrap import indent

from engine.base.languages import WORDS
from engine.mathematics.derivation.evidence import Report
from engine.mathematics.derivation.steps import Derivation
from engine.render.snippets import fence


def derivation_fragment(steps: Derivation, report: Report, language: str) -> str:
    """A derivation, one rule a line, and how it was checked."""
    words = WORDS[language]
    given = [*steps.where, *(domain.tex for domain in steps.domains.values())]
    lines = [f"{words['with']} {words['comma'].join(f'${tex}$' for tex in given)}{words['stop']}\n{{ .given }}\n"]
    lines.append('<ol class="derivation" markdown="block">\n')
    lines.append(_line(steps.start, ""))
    lines += [
        _line(step.tex + (f", \\quad {step.when}" if step.when else ""), step.rule[language]) for step in steps.steps
    ]
    lines.append("</ol>\n")
    if report.problems:
        text = indent(fence("\n".join(map(str, report.problems)), "text", ".no-copy"), "    ")
        lines.append(f'!!! failure "{words["not derived"]}"\n\n{text}\n')
    else:
        proved = sum(evidence.symbolic for evidence in report.evidence)
        points = min(evidence.points for evidence in report.evidence)
        digits = min(evidence.digits for evidence in report.evidence)
        summary = words["derived"].format(steps=len(report.evidence), proved=proved, points=points, digits=digits)
        lines.append(f"{summary}\n{{ .checked }}\n")
    return "\n".join(lines)


def _line(tex: str, rule: str) -> str:
    named = f"\n{rule}\n{{ .rule }}\n" if rule else ""
    return f'<li markdown="block">\n\n$$\n{tex}\n$$\n{named}\n</li>\n'
