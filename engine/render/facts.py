"""The facts card of a function, and how each of its facts was checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent

from engine.mathematics.conditions import tex
from engine.mathematics.derivation.evidence import Evidence, Report
from engine.mathematics.derivation.steps import Step
from engine.mathematics.facts import Fact, statements_of

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "property": "Property",
        "value": "Value",
        "check": "how this was checked",
        "see": "more",
        "with": "With",
        "here": "Here",
        "comma": ", ",
        "colon": ": ",
        "stop": ".",
        "points": "{points} points, {digits} digits",
        "number": "computed to {digits} digits",
        "proved": "proved by SymPy",
        "sharp": "best possible",
        "failed": "This fact does not hold",
    },
    "zh": {
        "property": "性质",
        "value": "结论",
        "check": "核验方式",
        "see": "详见",
        "with": "设",
        "here": "其中",
        "comma": "，",
        "colon": "：",
        "stop": "。",
        "points": "{points} 个点，{digits} 位数字",
        "number": "计算至 {digits} 位数字",
        "proved": "SymPy 已证明",
        "sharp": "不可改进",
        "failed": "此结论不成立",
    },
}


def facts_fragments(
    facts: Sequence[Fact], reports: Sequence[Report], language: str, checks_page: str
) -> dict[str, str]:
    """The card, and how each fact was checked, to which the card links; the reports are in the facts' order.

    checks_page: the link from the card's page to that with the checks, empty if it is the same.
    """
    words = WORDS[language]
    domains = {domain.tex: None for fact in facts for domain in fact.domains.values()}
    conditions = {tex(chain): None for fact in facts for chain in fact.check.conditions}
    given = words["comma"].join(map(math, [*domains, *conditions]))
    rows = [f"| {words['property']} | {words['value']} |", "|---|---|"]
    checks = [f"{words['with']} {given}{words['stop']}\n{{ .given }}\n"]
    for fact, report in zip(facts, reports, strict=True):
        rows.append(_row(fact, report, language, checks_page))
        checks += [f"### {fact.name[language]} {{ #fact-{fact.id} }}\n", _check(fact, report, words)]
    card = '<div class="facts" markdown>\n\n' + "\n".join(rows) + "\n\n</div>\n"
    return {"facts.md": card, "checks.md": "\n".join(checks)}


def formula_fragment(facts: Sequence[Fact], language: str) -> str:
    """What the facts give as definition and derivative, in display, and what other functions in them are."""
    words = WORDS[language]
    first = [fact for fact in facts if fact.id in ("definition", "derivative", "derivative-parameter")]
    lines = [f"$$\n{fact.shown}\n$$" for fact in first]
    if given := dict.fromkeys(tex for fact in first for tex in fact.given):
        lines.append(f"{words['here']} {words['comma'].join(map(math, given))}{words['stop']}")
    return "\n\n".join(lines) + "\n"


def _row(fact: Fact, report: Report, language: str, checks_page: str) -> str:
    """A fact on the card, with a link to its check."""
    words = WORDS[language]
    note = f"{fact.note[language]}{words['colon']}" if fact.note else ""
    more = f" [{words['see']}](#{fact.see})" if fact.see else ""
    sign = "✗" if report.problems else "✓"
    attributes = f'{{ .check title="{words["check"]}" aria-label="{words["check"]}" }}'
    link = f"[{sign}]({checks_page}#fact-{fact.id}){attributes}"
    return f"| {fact.name[language]} | {note}{math(fact.shown)}{more} {link} |"


def _check(fact: Fact, report: Report, words: Mapping[str, str]) -> str:
    """How each statement of a fact was checked, or what does not hold."""
    if report.problems:
        fenced = "\n".join(["``` { .text .no-copy }", *map(str, report.problems), "```"])
        return f'!!! failure "{words["failed"]}"\n\n{indent(fenced, "    ")}\n'
    lines = []
    for step, evidence in statements_of(fact, report):
        lengths = {
            other.instance.get("n") for other in fact.check.steps if (other.line, other.tex) == (step.line, step.tex)
        }
        given = f"$n = {', '.join(map(str, sorted(filter(None, lengths))))}$" if step.instance else ""
        lines.append(f"- {_statement(step, evidence, words)}{given and words['comma'] + given}")
    return "\n".join(lines) + "\n"


def _statement(step: Step, evidence: Evidence, words: Mapping[str, str]) -> str:
    """A statement, and how it was checked."""
    statement = math(step.tex + (rf"\quad ({step.when})" if step.when else ""))
    if step.sharp:
        statement += f"{words['comma']}{words['sharp']}{words['colon']}{words['comma'].join(map(math, step.sharp))}"
    kind = "points" if evidence.points > 1 else "number"
    how = [words[kind].format(points=evidence.points, digits=evidence.digits)]
    how += [words["proved"]] if evidence.symbolic else []
    return f"{statement}{words['colon']}{words['comma'].join(how)}"


def math(tex: str) -> str:
    r"""A formula inside a line. In a table a bare | would end the cell."""
    return f"${tex.replace('|', chr(92) + 'vert ').strip()}$"
