"""Write what a page shows of its snippets as plain Markdown, one fragment per topic and language.

A fragment is text for `pymdownx.snippets`; nothing in it needs a plugin of its own. Output is always inside a code
fence that it cannot close, so that no markup of it reaches the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from textwrap import indent
from types import MappingProxyType

from pymdownx.snippets import SnippetPreprocessor

from engine.base.errors import Problem
from engine.base.languages import WORDS
from engine.base.libraries import LIBRARIES, TABS
from engine.compare.verdict import Verdict
from engine.mathematics.derivations import Derivation, Report
from engine.render.explorer import explorer, microscope
from engine.render.figures import FigureError, inline
from engine.sources.definition import Definition
from engine.sources.includes import Place, link
from engine.sources.snippets import Snippet
from engine.sources.threads import Thread

VERDICTS = {"true": "verdict-true", "half true": "verdict-half", "false": "verdict-false"}
ANSWERS = ("yes", "no")

#: Code and output of claims and threads, on a page of their own: they would be most of the function's page.
EXPERIMENTS = "experiments.md"


def fragments(
    definition: Definition,
    threads: Mapping[str, Thread],
    verdicts: Iterable[Verdict],
    language: str,
    places: Mapping[str, Place] = MappingProxyType({}),
) -> tuple[dict[str, str], list[Problem]]:
    """The fragments of one function in one language, by path within the function's folder, and what is wrong.

    places: where the pages include them, which decides how they link to each other.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    topics: dict[str, dict[str, Verdict]] = {}
    claims: list[str] = []
    tried: dict[str, Verdict] = {}
    for verdict in verdicts:
        snippet = verdict.snippet
        if snippet.folder in TABS:
            topics.setdefault(snippet.topic, {})[snippet.folder] = verdict
        elif snippet.folder == "claims":
            pill = _pill(_last_word(verdict, "verdict", VERDICTS, problems), language)
            texts[f"claims/{snippet.topic}.md"] = _claim(verdict, pill, language, places)
            claims.append(_experiment(verdict, pill, language, places))
        elif snippet.folder == "recipes":
            texts[f"recipes/{snippet.topic}.md"] = _run(verdict, language)
        elif snippet.folder == "threads":
            tried[snippet.topic] = verdict
        elif not snippet.folder:
            texts[f"{snippet.topic}.md"] = _figure(definition, verdict, language, problems)
        elif not snippet.lab:  # a page of its own: engine.render.labs
            known = ", ".join([*TABS, "claims", "recipes", "threads", "labs"])
            problems.append(Problem(snippet.name, f"no such kind of snippet: {snippet.folder}/; there are {known}"))
    if seen := microscope(definition, language):
        texts["microscope.md"] = seen
    for topic, tabs in topics.items():
        texts[f"{topic}.md"] = _tabs(definition, topic, tabs, language, problems)
    if tried or threads:
        texts["threads.md"] = _threads(definition, threads, tried, language, places, problems)
    reports = [_experiment(verdict, "", language, places) for verdict in tried.values()]
    groups = (("claims", claims), ("threads", reports))
    if any(group for _, group in groups):
        texts[EXPERIMENTS] = "\n".join(
            f"## {WORDS[language][name]} {{ #{name} }}\n\n" + "\n".join(group) for name, group in groups if group
        )
    for topic in dict.fromkeys(topic for topic, _ in definition.absent):
        if topic not in topics:
            reason = f"absent.{topic}: no snippet has this topic; write one for another framework, or remove this entry"
            problems.append(Problem(definition.path.as_posix(), reason, definition.line("absent", topic)))
    return texts, problems


def _tabs(
    definition: Definition, topic: str, verdicts: dict[str, Verdict], language: str, problems: list[Problem]
) -> str:
    parts = []
    for tab, module in TABS.items():
        reason = definition.absent.get((topic, tab))
        if tab in verdicts and reason:
            where = f"absent.{topic}.{tab} says that there is nothing to show, but {verdicts[tab].snippet.name} does"
            line = definition.line("absent", topic, tab)
            problems.append(Problem(definition.path.as_posix(), f"{where}; remove one of the two", line))
        if tab in verdicts:
            body = _run(verdicts[tab], language)
        elif reason:
            body = f"{reason[language]}\n{{ .absent }}"
        else:
            path = f"snippets/{definition.path.parts[1]}/{tab}/{topic}.py"
            why = f"missing; write it, or say why not in {definition.path.as_posix()} under absent.{topic}.{tab}"
            problems.append(Problem(path, why))
            continue
        chosen = (
            "+" if tab in verdicts and not any("===+" in part for part in parts) else ""
        )  # one with code opens first
        parts.append(f'==={chosen} "{LIBRARIES[module].title}"\n\n{indent(body, "    ")}\n')
    return "\n".join(parts)


def _run(verdict: Verdict, language: str) -> str:
    """Code, output with the versions that it came from, and the problem if there is one."""
    snippet, output = verdict.snippet, verdict.result.output
    parts = [fence(snippet.source, "python", f'data-snippet="{snippet.name}"')]
    if output:
        title = caption(verdict, language)
        if not snippet.folder:
            title = WORDS[language]["data"] + " · " + title
        parts.append(fence(output, "text", f'.output .no-copy title="{title}"'))
    return "\n".join(parts) + failure(verdict, language)


def caption(verdict: Verdict, language: str) -> str:
    """What an output came from: libraries with their versions, Python and the system."""
    versions = [_version(title, number, verdict, language) for title, number in verdict.result.versions.items()]
    return " · ".join([*versions, verdict.result.machine])


def _version(title: str, number: str, verdict: Verdict, language: str) -> str:
    """A library with its version and, if the ledger tells, the one since which the output is the same."""
    library, since = verdict.since or ("", "")
    return f"{title} {number}" + (WORDS[language]["since"].format(version=since) if library == title else "")


def failure(verdict: Verdict, language: str) -> str:
    """The problem of a snippet; empty if it holds."""
    return alarm(str(verdict.problem), language) if verdict.problem else ""


def alarm(message: str, language: str) -> str:
    """What is wrong, in place of what should be there or below it."""
    text = indent(fence(message, "text", ".no-copy"), "    ")
    return f'\n!!! failure "{WORDS[language]["failed"]}"\n\n{text}\n'


def _pill(said: str, language: str) -> str:
    return f'<span class="{VERDICTS[said]}">{WORDS[language][said]}</span> ' if said else ""


def _claim(verdict: Verdict, pill: str, language: str, places: Mapping[str, Place]) -> str:
    """The verdict, with a link to the experiment; on the page that the link leads to stands the way back."""
    line = f"{pill}{_to_experiment(verdict.snippet, language, places)}\n{{ #{_anchor(verdict.snippet)} .claim }}\n"
    return line + failure(verdict, language)


def _to_experiment(snippet: Snippet, language: str, places: Mapping[str, Place]) -> str:
    words = WORDS[language]
    page = link(places, _fragment(snippet), f"{snippet.function}/{EXPERIMENTS}")
    return f"[`{snippet.path.name}`{words['colon']}{words['experiment']}]({page}#{_anchor(snippet)})"


def _fragment(snippet: Snippet) -> str:
    """The fragment that shows a claim or a thread where it is talked about."""
    part = f"claims/{snippet.topic}.md" if snippet.folder == "claims" else "threads.md"
    return f"{snippet.function}/{part}"


def _experiment(verdict: Verdict, pill: str, language: str, places: Mapping[str, Place]) -> str:
    """Code and output of a claim or a thread, on the page of a function's experiments."""
    snippet = verdict.snippet
    anchor = _anchor(snippet)
    page = link(places, f"{snippet.function}/{EXPERIMENTS}", _fragment(snippet))
    back = f"{pill}[{WORDS[language]['back']}]({page}#{anchor})"
    return f"### `{snippet.path.name}` {{ #{anchor} }}\n\n{back}\n\n{_run(verdict, language)}"


def _anchor(snippet: Snippet) -> str:
    """Where a claim or a thread stands, on the function's page and on that of its experiments."""
    return f"{snippet.folder.removesuffix('s')}-{snippet.topic.replace('_', '-')}"


def _threads(
    definition: Definition,
    threads: Mapping[str, Thread],
    verdicts: Mapping[str, Verdict],
    language: str,
    places: Mapping[str, Place],
    problems: list[Problem],
) -> str:
    """What each thread reports, whether it is still so, and the snippet that shows it."""
    words = WORDS[language]
    folder = definition.path.parent.as_posix()
    parts = []
    for name, thread in threads.items():
        if name not in verdicts:
            reason = f"{name}: no snippet threads/{name}.py shows it; write it, or remove this entry"
            problems.append(Problem(f"{folder}/threads.yml", reason, definition.line(name, file="threads.yml")))
            continue
        said = _last_word(verdicts[name], "still so", ANSWERS, problems)
        title, version = next(iter(verdicts[name].result.versions.items()), ("", ""))
        answer = words[f"still {said}"].format(library=f"{title} {version}") if said else ""
        anchor = _anchor(verdicts[name].snippet)
        parts.append(
            f"- [{thread.label}]({thread.url}){words['colon']}{thread.text[language]}{words['gap']}**{answer}**\n"
            f"  {_to_experiment(verdicts[name].snippet, language, places)}\n  {{ #{anchor} }}"
        )
    for name in verdicts.keys() - threads.keys():
        reason = f"{folder}/threads.yml does not say what it shows; add an entry {name} there"
        problems.append(Problem(verdicts[name].snippet.name, reason, 1))
    return "\n".join(parts) + "\n"


def _last_word(verdict: Verdict, label: str, allowed: Iterable[str], problems: list[Problem]) -> str:
    """What the last printed line, `label: word`, says; empty, with a problem, if it says nothing that is allowed."""
    said = verdict.result.output.rstrip("\n").rpartition("\n")[2]
    for word in allowed:
        if said == f"{label}: {word}":
            return word
    if not verdict.problem:
        reason = f"the last line that it prints must be one of: {', '.join(f'{label}: {word}' for word in allowed)}"
        line = len(verdict.snippet.source.rstrip().split("\n"))
        problems.append(Problem(verdict.snippet.name, reason, line, f"  it prints: {said}"))
    return ""


def _figure(definition: Definition, verdict: Verdict, language: str, problems: list[Problem]) -> str:
    snippet, words = verdict.snippet, WORDS[language]
    name = f"{snippet.function}-{snippet.topic}"
    drawings = {path: text for path, text in verdict.result.files.items() if path.endswith(".svg")}
    picture = ""
    if len(drawings) != 1 and not verdict.problem:
        reason = f"must save one SVG file, by savefig; it saved {', '.join(drawings) or 'none'}"
        problems.append(Problem(snippet.name, reason, len(snippet.source.splitlines())))
    for text in drawings.values():
        try:
            picture = inline(text, name, " ".join(definition.figure[language].split()))
        except FigureError as error:
            problems.append(Problem(snippet.name, str(error)))
    code = f"/// details | {words['code']}\n    type: code\n\n{_run(verdict, language)}\n///\n"
    figure, faults = explorer(definition, f'<figure class="plot" id="{name}">{picture}</figure>', language)
    problems += faults
    return f"{figure}\n\n{code}"


def fence(text: str, lexer: str, attributes: str) -> str:
    """A code fence longer than any in its text. The search leaves it out: it is in no language of the site."""
    ticks = "`" * (max((len(run) for run in re.findall(r"`{3,}", text)), default=2) + 1)
    body = "".join(_inert(line) + "\n" for line in text.removesuffix("\n").split("\n"))
    return f'{ticks} {{ .{lexer} {attributes} data-search-exclude="true" }}\n{body}{ticks}\n'


def _inert(line: str) -> str:
    """The line so that pymdownx.snippets, which looks into fences too, shows it and does not act on it."""
    if found := SnippetPreprocessor.RE_ALL_SNIPPETS.match(line) or SnippetPreprocessor.RE_SNIPPET_SECTION.match(line):
        at = found.start("escape")
        return f"{line[:at]};{line[at:]}"
    return line


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
        text = indent(fence("\n".join(map(str, report.problems)), "text", ".no-copy"), "    ")
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
