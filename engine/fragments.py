"""Write what a page shows of its snippets as plain Markdown, one fragment per topic and language.

A fragment is text for `pymdownx.snippets`; nothing in it needs a plugin of its own. Output is always inside a code
fence that it cannot close, so that no markup of it reaches the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import indent

from engine.check import Verdict
from engine.definition import Definition
from engine.derivations import Derivation, Report
from engine.errors import Problem
from engine.figures import FigureError, inline
from engine.frameworks import LIBRARIES, TABS
from engine.languages import WORDS

VERDICTS = {"true": "verdict-true", "half true": "verdict-half", "false": "verdict-false"}


def fragments(
    definition: Definition, verdicts: Iterable[Verdict], language: str
) -> tuple[dict[str, str], list[Problem]]:
    """The fragments of one function in one language, by path within the function's folder, and what is wrong."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    topics: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        snippet = verdict.snippet
        if snippet.folder in TABS:
            topics.setdefault(snippet.topic, {})[snippet.folder] = verdict
        elif snippet.folder == "claims":
            texts[f"claims/{snippet.topic}.md"] = _claim(verdict, language, problems)
        elif not snippet.folder:
            texts[f"{snippet.topic}.md"] = _figure(definition, verdict, language, problems)
        else:
            problems.append(Problem(snippet.name, f"no such kind of snippet: {snippet.folder}/"))
    for topic, tabs in topics.items():
        texts[f"{topic}.md"] = _tabs(definition, topic, tabs, language, problems)
    for topic, _ in definition.absent:
        if topic not in topics:
            problems.append(Problem(definition.path.as_posix(), f"absent.{topic}: no snippet has this topic"))
    return texts, problems


def _tabs(
    definition: Definition, topic: str, verdicts: dict[str, Verdict], language: str, problems: list[Problem]
) -> str:
    parts = []
    for tab, module in TABS.items():
        reason = definition.absent.get((topic, tab))
        if tab in verdicts and reason:
            path = verdicts[tab].snippet.name
            problems.append(Problem(path, f"{definition.path.as_posix()} says that there is nothing to show"))
        if tab in verdicts:
            body = _run(verdicts[tab], language)
        elif reason:
            body = f"{reason[language]}\n{{ .absent }}"
        else:
            path = f"snippets/{definition.path.parts[1]}/{tab}/{topic}.py"
            why = f"missing; write it, or say why not in {definition.path.as_posix()} under absent.{topic}.{tab}"
            problems.append(Problem(path, why))
            continue
        parts.append(f'=== "{LIBRARIES[module].title}"\n\n{indent(body, "    ")}\n')
    return "\n".join(parts)


def _run(verdict: Verdict, language: str) -> str:
    """Code, output with the versions that it came from, and the problem if there is one."""
    snippet, result = verdict.snippet, verdict.result
    caption = " · ".join([*(f"{title} {number}" for title, number in result.versions.items()), result.machine])
    parts = [_fence(snippet.source, "python", f'data-snippet="{snippet.name}"')]
    if result.output:
        parts.append(_fence(result.output, "text", f'.output .no-copy title="{caption}"'))
    if verdict.problem:
        message = indent(_fence(str(verdict.problem), "text", ".no-copy"), "    ")
        parts.append(f'!!! failure "{WORDS[language]["failed"]}"\n\n{message}\n')
    return "\n".join(parts)


def _claim(verdict: Verdict, language: str, problems: list[Problem]) -> str:
    snippet, words = verdict.snippet, WORDS[language]
    last = verdict.result.output.rstrip("\n").rpartition("\n")[2]
    said = last.removeprefix("verdict: ")
    if said not in VERDICTS or last == said:
        if not verdict.problem:
            reason = f"its last line must be one of: {', '.join(f'verdict: {word}' for word in VERDICTS)}"
            problems.append(Problem(snippet.name, reason))
        said = "false"
    pill = f'<span class="{VERDICTS[said]}">{words[said]}</span>'
    anchor = f"claim-{snippet.topic.replace('_', '-')}"
    return (
        f"/// details | {pill} {words['experiment']}\n    type: claim\n    attrs: {{id: {anchor}}}\n\n"
        f"{_run(verdict, language)}\n///\n"
    )


def _figure(definition: Definition, verdict: Verdict, language: str, problems: list[Problem]) -> str:
    snippet, words = verdict.snippet, WORDS[language]
    name = f"{snippet.function}-{snippet.topic}"
    drawings = {path: text for path, text in verdict.result.files.items() if path.endswith(".svg")}
    picture = ""
    if len(drawings) != 1 and not verdict.problem:
        problems.append(Problem(snippet.name, f"must write one SVG file; it wrote {', '.join(drawings) or 'none'}"))
    for text in drawings.values():
        try:
            picture = inline(text, name, " ".join(definition.figure[language].split()))
        except FigureError as error:
            problems.append(Problem(snippet.name, str(error)))
    return (
        f'<figure class="plot" id="{name}">{picture}</figure>\n\n'
        f"/// details | {words['code']}\n    type: code\n\n{_run(verdict, language)}\n///\n"
    )


def _fence(text: str, lexer: str, attributes: str) -> str:
    """A code fence longer than any in its text."""
    ticks = "`" * (max((len(run) for run in re.findall(r"`{3,}", text)), default=2) + 1)
    body = text if text.endswith("\n") else text + "\n"
    return f"{ticks} {{ .{lexer} {attributes} }}\n{body}{ticks}\n"


def derivation(steps: Derivation, report: Report, language: str) -> str:
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
        text = indent(_fence("\n".join(map(str, report.problems)), "text", ".no-copy"), "    ")
        lines.append(f'!!! failure "{words["not derived"]}"\n\n{text}\n')
    else:
        proved = sum(evidence.symbolic for evidence in report.evidence)
        points = min(evidence.points for evidence in report.evidence)
        digits = min(evidence.digits for evidence in report.evidence)
        said = words["derived"].format(steps=len(report.evidence), proved=proved, points=points, digits=digits)
        lines.append(f"{said}\n{{ .checked }}\n")
    return "\n".join(lines)


def _line(tex: str, rule: str) -> str:
    named = f"\n{rule}\n{{ .rule }}\n" if rule else ""
    return f'<li markdown="block">\n\n$$\n{tex}\n$$\n{named}\n</li>\n'
