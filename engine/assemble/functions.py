"""Build functions: run and check all that is written about them, and make their fragments and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from engine.accuracy import audited, cards, decimals, measuring
from engine.accuracy.audit import Audit
from engine.accuracy.audited import Audited
from engine.accuracy.rows.results import VectorMeasurement
from engine.base.errors import Problem, SourceError, attempt
from engine.base.processes import Pool
from engine.base.store import project_store
from engine.compare.verdict import Verdict
from engine.ledger import entries as ledger
from engine.ledger.entries import Release
from engine.ledger.history import History, remember
from engine.ledger.sections import Section
from engine.mathematics import distance, facts, proofs, prose
from engine.mathematics.derivation import file as derivations
from engine.mathematics.derivation.evidence import Report
from engine.mathematics.derivation.report import reports as derivation_reports
from engine.mathematics.derivation.steps import Derivation
from engine.mathematics.distance import Distance
from engine.mathematics.facts import Fact
from engine.mathematics.proofs import Proof
from engine.mathematics.prose import Reading
from engine.names import check as apis
from engine.render import assertions, datasheet
from engine.render.accuracy import audit_fragments
from engine.render.assertions import Assertion
from engine.render.bound import BOUND, bound_fragment
from engine.render.derivations import derivation_fragment
from engine.render.downloads import downloads_fragment, function_downloads, lab_downloads, lab_line
from engine.render.error_curves import draw
from engine.render.facts import facts_fragments, formula_fragment
from engine.render.labs import LANGUAGE
from engine.render.labs import read as read_lab
from engine.render.names import names_fragments
from engine.render.prose import prose_fragment
from engine.render.published import Built
from engine.render.row_accuracy import row_fragments
from engine.render.snippets import alarm, failure, fragments
from engine.render.variants import VARIANTS, variants_fragment
from engine.render.versions import VERSIONS, versions_fragment
from engine.run.runner import Runner
from engine.sources import definition, threads
from engine.sources.definition import Definition
from engine.sources.formulas import Formula
from engine.sources.includes import Place, link, shown
from engine.sources.threads import Thread
from engine.sources.topics import PAGE, page
from engine.sources.variants import relatives

Included = Mapping[str, Mapping[str, Place]]
Item, Answer = TypeVar("Item"), TypeVar("Answer")


@dataclass(frozen=True)
class Sources:
    """What is written about one function, beside its snippets."""

    definition: Definition
    threads: Mapping[str, Thread]
    derivations: list[Derivation]
    facts: list[Fact]
    prose: list[Reading]
    assertions: list[Assertion]
    cards: list[cards.Recorded]
    releases: list[Release]
    variants: list[Definition]

    @property
    def function(self) -> str:
        """The name of its folder."""
        return self.definition.path.parts[1]


@dataclass(frozen=True)
class Mathematics:
    """What holds of one function whatever the frameworks do.

    proof: of its definition, with values for the names to be compared with; reports: on its derivations; checks: on its
    facts; prose: on the formulas of its prose that are checked; values: the table of `engine.accuracy.decimals`, and
    what is wrong with it; distances: from its variants, in their order, or why one is not known.
    """

    proof: Proof
    reports: list[Report]
    checks: list[Report]
    prose: list[Report]
    values: tuple[list[decimals.Row], list[Problem]]
    distances: list[Distance | str]


@dataclass(frozen=True)
class Findings:
    """What a build found out about one function.

    histories: of the snippets that have one; audit: of its accuracy, if one of its names is to be audited.
    """

    sources: Sources
    verdicts: list[Verdict]
    histories: list[History]
    mathematics: Mathematics
    apis: list[apis.PublicName]
    audit: Audited | None
    problems: list[Problem]


def build_functions(
    root: Path,
    names: Sequence[str],
    included: Included,
    formulas: Mapping[str, Sequence[Formula]],
    ledgers: Mapping[str, Sequence[Section]],
    runner: Runner,
    pool: Pool,
    ran: Callable[[], Iterable[Verdict]],
) -> Iterator[tuple[str, Built]]:
    """Names of functions, each with what is made of it.

    included: by language, where pages include fragments; formulas of prose, and ledgers: by function; pool: for proofs;
    ran: waits for the verdicts of their snippets. All functions are proved, and libraries asked for their names, at
    once. One whose sources cannot be read, or whose definition does not hold, stops itself only: its pages show why.
    """
    read, refused = attempt(lambda name: _read(root, name, formulas.get(name, []), ledgers.get(name, [])), names)
    entries = [source.definition for source in read.values()]
    variants = {one.path.parts[1]: one for source in read.values() for one in source.variants}
    asked_for = {**variants, **dict(zip(read, entries, strict=True))}
    proved_all = proofs.prove(root, [*asked_for.values()], project_store(root, "proofs"), pool)
    known = dict(zip(asked_for, proved_all, strict=True))
    proofs_of = {name: known[name] for name in read}
    refused |= {name: list(proof.problems) for name, proof in proofs_of.items() if proof.problems}
    for name, problems in refused.items():
        yield name, unbuilt(name, problems, included)
    sources = [source for name, source in read.items() if name not in refused]
    proved = _check(root, sources, [proofs_of[source.function] for source in sources], pool)
    asked = [(source.definition, proof.proof.samples) for source, proof in zip(sources, proved, strict=True)]
    beside = {s.function: {one.path.parts[1]: known[one.path.parts[1]].samples for one in s.variants} for s in sources}
    slopes = {source.function: proof.proof.slopes for source, proof in zip(sources, proved, strict=True)}
    named = apis.check(root, asked, runner, project_store(root, "runs"), beside, slopes)
    audits = _audits(root, sources)
    verdicts: dict[str, list[Verdict]] = {name: [] for name in names}
    for verdict in ran():
        verdicts[verdict.snippet.function].append(verdict)
    for source, proof, (public, faults) in zip(sources, proved, named, strict=True):
        measured = audits.get(source.function)
        if isinstance(measured, SourceError):
            yield source.function, unbuilt(source.function, measured.problems, included)
            continue
        findings = _find(root, source, proof, verdicts[source.function], public, faults, measured)
        yield source.function, _build(root, findings, included)


def _read(root: Path, function: str, formulas: Sequence[Formula], ledger_of_it: Sequence[Section]) -> Sources:
    entry = definition.read(root, function)
    return Sources(
        definition=entry,
        threads=threads.read(root, function),
        derivations=[derivations.load(root, file) for file in derivations.discover(root, function)],
        facts=facts.load(root, entry),
        prose=prose.read(root, entry, formulas, assertions.tried(root, function)),
        assertions=assertions.read(root, function),
        cards=cards.read_all(root, entry),
        releases=ledger.parse(ledger_of_it),
        variants=[definition.read(root, name) for name in _relatives(root, entry)],
    )


def _relatives(root: Path, entry: Definition) -> Sequence[str]:
    """The other functions of the same name. Raises SourceError where there is none of which it says to be a variant."""
    found = relatives(root).get(entry.path.parts[1], ())
    if entry.variant and entry.variant not in found:
        reason = f"variant: {entry.variant} is no function of snippets/ that stands by itself"
        raise SourceError([Problem(entry.path.as_posix(), reason, entry.line("variant"))])
    return found


def unbuilt(function: str, problems: list[Problem], included: Included) -> Built:
    """In place of a function that cannot be built: its pages say why where the first fragment would be."""
    texts: dict[str, dict[str, str]] = {}
    for language, places in included.items():
        own = [path.removeprefix(f"{function}/") for path in places if path.startswith(f"{function}/")]
        texts[language] = dict.fromkeys(own, "\n")
        if own:
            texts[language][own[0]] = alarm("\n".join(map(str, problems)), language)
    return Built(texts, [], problems)


def _check(root: Path, sources: Sequence[Sources], held: Sequence[Proof], pool: Pool) -> list[Mathematics]:
    """Check what is written about functions and compute their values, of all at once.

    held: of each function, whose definition holds: nothing can be measured against another.
    """
    entries = [source.definition for source in sources]
    groups = [source.derivations for source in sources] + [[fact.check for fact in source.facts] for source in sources]
    groups += [prose.checks(source.prose) for source in sources]
    reports = _grouped(groups, lambda steps: derivation_reports(steps, project_store(root, "derivations"), pool))
    count = len(sources)
    derived, stated, written = reports[:count], reports[count : 2 * count], reports[2 * count :]
    values = decimals.tables(entries, project_store(root, "decimals"), pool)
    pairs = [[(source.definition, one) for one in source.variants] for source in sources]
    apart = _grouped(pairs, lambda some: distance.distances(some, project_store(root, "distances"), pool))
    return [Mathematics(*parts) for parts in zip(held, derived, stated, written, values, apart, strict=True)]


def _grouped(groups: Sequence[Sequence[Item]], function: Callable[[list[Item]], list[Answer]]) -> list[list[Answer]]:
    """What a function answers when it is asked about all items at once, in the groups of the items."""
    answers = iter(function([*chain(*groups)]))
    return [list(islice(answers, len(group))) for group in groups]


def _find(
    root: Path,
    source: Sources,
    proof: Mathematics,
    verdicts: list[Verdict],
    public: list[apis.PublicName],
    faults: list[Problem],
    measured: Audited | None,
) -> Findings:
    """Put together what is known of one function."""
    entry = source.definition
    problems = [verdict.problem for verdict in verdicts if verdict.problem]
    problems += [problem for report in [*proof.reports, *proof.checks, *proof.prose] for problem in report.problems]
    problems += faults
    problems += [
        Problem(entry.path.as_posix(), f"{one.name} goes by the same name: {apart}", entry.line("name"))
        for one, apart in zip(source.variants, proof.distances, strict=True)
        if isinstance(apart, str)
    ]
    problems += audited.problems(root, entry, measured) if measured else []
    doubtful = {verdict.snippet.name for verdict in verdicts if verdict.problem}
    problems += ledger.problems(root, source.releases, [verdict.snippet for verdict in verdicts], doubtful)
    return Findings(source, *remember(source.releases, verdicts), proof, public, measured, problems)


def _audits(root: Path, sources: Sequence[Sources]) -> dict[str, Audited | SourceError]:
    """The audits of functions that have one, each with its figure, or what is in the way of one."""
    entries = [source.definition for source in sources if any(api.audit for api in source.definition.apis)]
    with ThreadPoolExecutor(measuring.PROCESSES) as pool:
        drawn = pool.map(partial(_drawn, root), entries, audited.audits(root, entries))
        return {entry.path.parts[1]: measured for entry, measured in zip(entries, drawn, strict=True)}


def _drawn(root: Path, entry: Definition, measured: Audited | SourceError) -> Audited | SourceError:
    if not isinstance(measured, Audit):
        return measured
    return replace(measured, plot=draw(root, entry.path, measured.rows))


def _build(root: Path, findings: Findings, included: Included) -> Built:
    """Make the fragments and files of one function."""
    source = findings.sources
    data, problems = _datasheet(root, findings, included.get(LANGUAGE, {}))
    asserted = assertions.evaluate(source.assertions, assertions.Data(data), project_store(root, "assertions"))
    problems += assertions.problems(asserted, source.function, included)
    files = function_downloads(source.definition, source.threads, findings.verdicts, included.get(LANGUAGE, {}), data)
    seen: set[Problem] = set()  # the same fault shows in every language
    texts: dict[str, dict[str, str]] = {}
    for language, places in included.items():
        written, faults = fragments(source.definition, source.threads, findings.verdicts, language, places)
        seen.update(faults)
        texts[language] = written | dict(_fragments(findings, language, places))
        texts[language] |= assertions.fragments(asserted, source.function, language, places)
        texts[language]["downloads.md"] = downloads_fragment(files, language)
        if f"{source.function}/{PAGE}" in places:
            there = {f"{source.function}/{name}" for name in texts[language]}
            texts[language][PAGE] = shown(page(root, source.function, language), there)
    for verdict in (verdict for verdict in findings.verdicts if verdict.snippet.lab):
        lab, faults = read_lab(verdict)
        seen.update(faults)
        own = lab_downloads(lab)
        below = lab_line(own) + failure(verdict, LANGUAGE)
        texts.setdefault(LANGUAGE, {})[f"labs/{verdict.snippet.topic}.md"] = below
        files += own
    return Built(texts, files, [*findings.problems, *problems, *sorted(seen, key=str)])


def _datasheet(root: Path, findings: Findings, places: Mapping[str, Place]) -> tuple[str, list[Problem]]:
    entry = findings.sources.definition
    values, problems = findings.mathematics.values
    checked = list(zip(findings.sources.facts, findings.mathematics.checks, strict=True))
    known = findings.apis, findings.verdicts, findings.histories, findings.audit
    variants = zip(findings.sources.variants, findings.mathematics.distances, strict=True)
    text = datasheet.datasheet(entry, checked, *known, values, places, findings.mathematics.proof.kinks, variants)
    return text, problems or datasheet.faults(entry, text, project_store(root, "datasheets"))


def _fragments(findings: Findings, language: str, places: Mapping[str, Place]) -> Iterator[tuple[str, str]]:
    sources, proved = findings.sources, findings.mathematics
    shows_page = f"{sources.function}/{PAGE}" in places
    for steps, report in zip(sources.derivations, proved.reports, strict=True):
        yield f"derivations/{steps.path.stem}.md", derivation_fragment(steps, report, language)
    if sources.facts:
        checks = link(places, f"{sources.function}/facts.md", f"{sources.function}/checks.md")
        yield from facts_fragments(sources.facts, proved.checks, language, checks).items()
        if shows_page:
            yield "formula.md", formula_fragment(sources.facts, language)
    if sources.prose:
        yield "formulas.md", prose_fragment(sources.prose, proved.prose, language)
    if sources.definition.within:
        yield BOUND, bound_fragment(sources.definition, language)
    yield from names_fragments(sources.definition, findings.apis, sources.variants, language, places).items()
    if sources.variants:
        yield VARIANTS, variants_fragment(sources.variants, proved.distances, sources.function, language, places)
    if text := versions_fragment(findings.histories, language, 3 if shows_page else 2):
        yield VERSIONS, text
    if isinstance(findings.audit, VectorMeasurement):
        yield from row_fragments(sources.definition, findings.audit, language, sources.cards).items()
    elif findings.audit:
        yield from audit_fragments(sources.definition, findings.audit, language, sources.cards).items()
