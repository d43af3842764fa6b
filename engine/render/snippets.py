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
from engine.compare.alternatives import unfounded
from engine.compare.verdict import Verdict
from engine.render.curve_words import alternative
from engine.render.explorer import explorer, microscope
from engine.render.figures import FigureError, inline
from engine.sources.definition import Definition
from engine.sources.includes import Place, link
from engine.sources.snippets import Snippet
from engine.sources.threads import Thread
from engine.sources.topics import absent, offered

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
    page = _Fragments(definition, threads, language, places)
    for verdict in verdicts:
        page.add(verdict)
    page.finish()
    return page.texts, page.problems


class _Fragments:
    """The fragments of one function in one language, while they are made.

    texts: by path; problems: what is wrong so far; topics: the verdicts of a topic, by framework; tried: those of
    threads; experiments: the parts of the page of experiments, by kind.
    """

    def __init__(
        self, definition: Definition, threads: Mapping[str, Thread], language: str, places: Mapping[str, Place]
    ) -> None:
        self.definition = definition
        self.threads = threads
        self.language = language
        self.words = WORDS[language]
        self.places = places
        self.texts: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.topics: dict[str, dict[str, Verdict]] = {}
        self.tried: dict[str, Verdict] = {}
        self.experiments: dict[str, list[str]] = {"claims": [], "threads": []}

    def add(self, verdict: Verdict) -> None:
        """Show a snippet, or keep it for what is shown of several."""
        snippet = verdict.snippet
        if snippet.folder in TABS:
            self.topics.setdefault(snippet.topic, {})[snippet.folder] = verdict
        elif snippet.folder == "claims":
            self._claim(verdict)
        elif snippet.folder == "recipes":
            self.texts[f"recipes/{snippet.topic}.md"] = _run(verdict, self.language)
        elif snippet.folder == "threads":
            self.tried[snippet.topic] = verdict
        elif not snippet.folder:
            self.texts[f"{snippet.topic}.md"] = self._figure(verdict)
        elif not snippet.lab:  # a page of its own: engine.render.labs
            known = ", ".join([*TABS, "claims", "recipes", "threads", "labs"])
            self.fail(snippet.name, f"no such kind of snippet: {snippet.folder}/; there are {known}")

    def finish(self) -> None:
        """Make what shows several snippets."""
        if drawn := microscope(self.definition, self.language):
            self.texts["microscope.md"] = drawn
        for topic, verdicts in self.topics.items():
            self.texts[f"{topic}.md"] = self._tabs(topic, verdicts)
        if self.tried or self.threads:
            self.texts["threads.md"] = self._threads()
        self.experiments["threads"] = [self._experiment(verdict, "") for verdict in self.tried.values()]
        groups = [
            f"## {self.words[name]} {{ #{name} }}\n\n" + "\n".join(group)
            for name, group in self.experiments.items()
            if group
        ]
        if groups:
            self.texts[EXPERIMENTS] = "\n".join(groups)
        for topic in dict.fromkeys(topic for topic, _ in self.definition.absent):
            if topic not in self.topics:
                reason = "no snippet has this topic; write one for another framework, or remove this entry"
                line = self.definition.line("absent", topic)
                self.fail(self.definition.path.as_posix(), f"absent.{topic}: {reason}", line)

    def fail(self, path: str, reason: str, line: int | None = None, detail: str = "") -> None:
        """Add a problem."""
        self.problems.append(Problem(path, reason, line, detail))

    def _tabs(self, topic: str, verdicts: Mapping[str, Verdict]) -> str:
        """One topic across frameworks; the first tab with code is open."""
        definition = self.definition
        first, shared = next((tab for tab in TABS if tab in verdicts), None), absent(definition.root)
        parts = []
        for tab, module in TABS.items():
            reason = definition.absent.get((topic, tab)) or (None if tab in verdicts else shared.get((topic, tab)))
            if tab in verdicts and reason:
                where = (
                    f"absent.{topic}.{tab} says that there is nothing to show, but {verdicts[tab].snippet.name} does"
                )
                line = definition.line("absent", topic, tab)
                self.fail(definition.path.as_posix(), f"{where}; remove one of the two", line)
            if tab in verdicts:
                body = self._lacking(tab, verdicts[tab].snippet) + _run(verdicts[tab], self.language)
            elif reason:
                body = f"{reason[self.language]}\n{{ .absent }}"
            else:
                why = f"missing; write it, or say why not in {definition.path.as_posix()} under absent.{topic}.{tab}"
                self.fail(f"snippets/{definition.path.parts[1]}/{tab}/{topic}.py", why)
                continue
            chosen = "+" if tab == first else ""
            parts.append(f'==={chosen} "{LIBRARIES[module].title}"\n\n{indent(body, "    ")}\n')
        return "\n".join(parts)

    def _lacking(self, tab: str, snippet: Snippet) -> str:
        """That a library has no such function, where its script has been filled with the formula."""
        if offered(self.definition, tab) or f"def {snippet.function}(" not in snippet.source:
            return ""
        library = LIBRARIES[TABS[tab]].title
        return self.words["lacking"].format(library=library, function=self.definition.name) + "\n\n"

    def _claim(self, verdict: Verdict) -> None:
        """The verdict, with a link to the experiment; on the page that the link leads to stands the way back."""
        snippet = verdict.snippet
        pill = _pill(self._last_word(verdict, "verdict", VERDICTS), self.language)
        line = f"{pill}{self._to_experiment(snippet)}\n{{ #{_anchor(snippet)} .claim }}\n"
        self.texts[f"claims/{snippet.topic}.md"] = line + failure(verdict, self.language)
        self.experiments["claims"].append(self._experiment(verdict, pill))

    def _to_experiment(self, snippet: Snippet) -> str:
        page = link(self.places, _fragment(snippet), f"{snippet.function}/{EXPERIMENTS}")
        text = f"`{snippet.path.name}`{self.words['colon']}{self.words['experiment']}"
        return f"[{text}]({page}#{_anchor(snippet)})"

    def _experiment(self, verdict: Verdict, pill: str) -> str:
        """Code and output of a claim or a thread, on the page of a function's experiments."""
        snippet = verdict.snippet
        anchor = _anchor(snippet)
        page = link(self.places, f"{snippet.function}/{EXPERIMENTS}", _fragment(snippet))
        back = f"{pill}[{self.words['back']}]({page}#{anchor})"
        return f"### `{snippet.path.name}` {{ #{anchor} }}\n\n{back}\n\n{_run(verdict, self.language)}"

    def _threads(self) -> str:
        """What each thread reports, whether it is still so, and the snippet that shows it."""
        words = self.words
        folder = self.definition.path.parent.as_posix()
        parts = []
        for name, thread in self.threads.items():
            if name not in self.tried:
                reason = f"{name}: no snippet threads/{name}.py shows it; write it, or remove this entry"
                self.fail(f"{folder}/threads.yml", reason, self.definition.line(name, file="threads.yml"))
                continue
            verdict = self.tried[name]
            still = self._last_word(verdict, "still so", ANSWERS)
            title, version = next(iter(verdict.result.versions.items()), ("", ""))
            answer = words[f"still {still}"].format(library=f"{title} {version}") if still else ""
            text = thread.text[self.language]
            parts.append(
                f"- [{thread.label}]({thread.url}){words['colon']}{text}{words['gap']}**{answer}**\n"
                f"  {self._to_experiment(verdict.snippet)}\n  {{ #{_anchor(verdict.snippet)} }}"
            )
        for name in self.tried.keys() - self.threads.keys():
            reason = f"{folder}/threads.yml does not say what it shows; add an entry {name} there"
            self.fail(self.tried[name].snippet.name, reason, 1)
        return "\n".join(parts) + "\n"

    def _last_word(self, verdict: Verdict, label: str, allowed: Iterable[str]) -> str:
        """What the last printed line, `label: word`, says; empty, with a problem, if it is nothing that is allowed."""
        last = verdict.result.output.rstrip("\n").rpartition("\n")[2]
        for word in allowed:
            if last == f"{label}: {word}":
                return word
        if not verdict.problem:
            lines = ", ".join(f"{label}: {word}" for word in allowed)
            at = len(verdict.snippet.source.rstrip().split("\n"))
            reason = f"the last line that it prints must be one of: {lines}"
            self.fail(verdict.snippet.name, reason, at, f"  it prints: {last}")
        return ""

    def _figure(self, verdict: Verdict) -> str:
        """The drawing of a function, to be explored, and its code."""
        snippet = verdict.snippet
        name = f"{snippet.function}-{snippet.topic}"
        drawings = {path: text for path, text in verdict.result.files.items() if path.endswith(".svg")}
        picture = ""
        if len(drawings) != 1 and not verdict.problem:
            reason = f"must save one SVG file, by savefig; it saved {', '.join(drawings) or 'none'}"
            self.fail(snippet.name, reason, len(snippet.source.splitlines()))
        for text in drawings.values():
            try:
                picture = inline(text, name, alternative(self.definition, verdict.result.output, self.language))
            except FigureError as error:
                self.fail(snippet.name, str(error))
        self._own_text()
        code = f"/// details | {self.words['code']}\n    type: code\n\n{_run(verdict, self.language)}\n///\n"
        plot = f'<figure class="plot" id="{name}">{picture}</figure>'
        figure, problems = explorer(self.definition, plot, self.language)
        self.problems += problems
        return f"{figure}\n\n{code}"

    def _own_text(self) -> None:
        """What a definition's own text for the figure says beyond what is drawn."""
        line = self.definition.line("figure", self.language)
        if line != self.definition.line():  # it has one
            for reason in unfounded(self.definition.figure[self.language], ""):
                self.fail(self.definition.path.as_posix(), reason, line)


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
    if not verdict.since or verdict.since[0] != title:
        return f"{title} {number}"
    _, since, differs = verdict.since
    return f"{title} {number}" + WORDS[language]["since" if differs else "since oldest"].format(version=since)


def failure(verdict: Verdict, language: str) -> str:
    """The problem of a snippet; empty if it holds."""
    return alarm(str(verdict.problem), language) if verdict.problem else ""


def alarm(message: str, language: str) -> str:
    """What is wrong, in place of what should be there or below it."""
    text = indent(fence(message, "text", ".no-copy"), "    ")
    return f'\n!!! failure "{WORDS[language]["failed"]}"\n\n{text}\n'


def _pill(verdict: str, language: str) -> str:
    return f'<span class="{VERDICTS[verdict]}">{WORDS[language][verdict]}</span> ' if verdict else ""


def _fragment(snippet: Snippet) -> str:
    """The fragment that shows a claim or a thread where it is talked about."""
    part = f"claims/{snippet.topic}.md" if snippet.folder == "claims" else "threads.md"
    return f"{snippet.function}/{part}"


def _anchor(snippet: Snippet) -> str:
    """Where a claim or a thread stands, on the function's page and on that of its experiments."""
    return f"{snippet.folder.removesuffix('s')}-{snippet.topic.replace('_', '-')}"


def fence(text: str, lexer: str, attributes: str) -> str:
    """A code fence longer than any in its text. The search leaves it out: it is in no language of the site."""
    ticks = "`" * (max((len(run) for run in re.findall(r"`{3,}", text)), default=2) + 1)
    body = "".join(_inert(line) + "\n" for line in text.removesuffix("\n").split("\n"))
    return f'{ticks} {{ .{lexer} {attributes} data-search-exclude="true" }}\n{body}{ticks}\n'


def _inert(line: str) -> str:
    """The line so that pymdownx.snippets, which looks into fences too, shows it and does not act on it."""
    if escaped := SnippetPreprocessor.RE_ALL_SNIPPETS.match(line) or SnippetPreprocessor.RE_SNIPPET_SECTION.match(line):
        at = escaped.start("escape")
        return f"{line[:at]};{line[at:]}"
    return line
