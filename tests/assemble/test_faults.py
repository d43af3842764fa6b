"""Break what the pages stand on, one thing at a time: every fault has to be found.

Signs and digits of derivation steps are broken in test_derivations.py, those of facts in test_facts.py.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from shared import copy

from engine.accuracy import audit, record
from engine.assemble.site import Site
from engine.base.errors import Problem
from engine.base.store import Store
from engine.compare.verdict import check, mismatch
from engine.render.references import footnotes
from engine.run.runner import Result, Runner
from engine.sources import definition
from engine.sources.snippets import Snippet, discover

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w]|\.\w)")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def project(first_build: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, with what the build of the site has run already."""
    return copy(tmp_path_factory.mktemp("faults") / "project")


@pytest.fixture(scope="module")
def before(project: Path, runner: Runner) -> set[Problem]:
    """What is wrong before anything is broken: it fails tests of its own."""
    return set(Site(project, runner).build())


@pytest.fixture(scope="module")
def outputs(project: Path, runner: Runner) -> list[tuple[Snippet, Result, str]]:
    """Each snippet that runs, with its result and its output."""
    verdicts = check(discover(project), runner, Store(project / ".cache" / "runs"))
    return [
        (verdict.snippet, verdict.result, verdict.result.output) for verdict in verdicts if not verdict.result.problem
    ]


def missed(outputs: list[tuple[Snippet, Result, str]], faults: Callable[[str], Iterator[str]], tmp: Path) -> list[str]:
    """The faulty recorded outputs that pass; there has to be a fault at all."""
    injected, passed = 0, []
    for snippet, result, recorded in outputs:
        elsewhere = replace(snippet, root=tmp)
        elsewhere.recorded.parent.mkdir(parents=True, exist_ok=True)
        if snippet.figures.is_file():
            shutil.copy(snippet.figures, elsewhere.figures)
        for text in faults(recorded):
            injected += 1
            elsewhere.recorded.write_text(text, encoding="utf-8")
            if mismatch(elsewhere, result) is None:
                passed.append(f"{snippet.name}\n{text}")
    print(f"{injected - len(passed)} of {injected} faults found")
    assert injected
    return passed


def changed_digits(recorded: str) -> Iterator[str]:
    """A digit of each number changed by five, at every place where that moves the number by more than rounding."""
    for match in NUMBER.finditer(recorded):
        mantissa = re.split("[eE]", match[0])[0]
        for offset, digit in enumerate(mantissa):
            if not digit.isdigit():
                continue
            other = mantissa[:offset] + str((int(digit) + 5) % 10) + mantissa[offset + 1 :] + match[0][len(mantissa) :]
            before, after = float(match[0]), float(other)
            if abs(after - before) > 1e-6 * max(abs(before), abs(after)):
                yield recorded[: match.start()] + other + recorded[match.end() :]


def changed_signs(recorded: str) -> Iterator[str]:
    for match in NUMBER.finditer(recorded):
        if float(match[0]) and not re.match(r"[\w)\]]", recorded[: match.start()][-1:]):
            other = match[0][1:] if match[0].startswith("-") else "-" + match[0]
            yield recorded[: match.start()] + other + recorded[match.end() :]


def changed_words(recorded: str) -> Iterator[str]:
    """Verdicts, answers, and the truth of what was tried."""
    others = {"True": "False", "False": "True", "yes": "no", "no": "yes", "inf": "1.0", "nan": "0.0"}
    for match in re.finditer(r"\b(?:True|False|inf|nan)\b|(?<=still so: )(?:yes|no)", recorded):
        yield recorded[: match.start()] + others[match[0]] + recorded[match.end() :]
    for match in re.finditer(r"(?<=verdict: )(true|half true|false)$", recorded, re.MULTILINE):
        for other in {"true", "half true", "false"} - {match[0]}:
            yield recorded[: match.start()] + other + recorded[match.end() :]


def changed_lines(recorded: str) -> Iterator[str]:
    lines = recorded.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if line.strip():
            yield "".join(lines[:index] + lines[index + 1 :])


@pytest.mark.parametrize("faults", [changed_digits, changed_signs, changed_words, changed_lines])
def test_no_recorded_output_can_be_wrong(
    outputs: list[tuple[Snippet, Result, str]], faults: Callable[[str], Iterator[str]], tmp_path: Path
) -> None:
    assert missed(outputs, faults, tmp_path) == []


Fault = tuple[str, str, str]  # what stands in a file, what is put in its place, and the start of the line that tells it

#: Each stops its function, and with that what would tell other faults.
STOPPING: list[tuple[str, Fault]] = [
    ("definition.yml", ("expression: log(1 +", "expression: log(2 +", "definition.yml:")),
    (
        "definition.yml",
        ("expression: log(1 + exp(beta*x))/beta", "expression: log(1 + exp(beta*x))", "definition.yml:"),
    ),
    ("definition.yml", ("Max(x, 0) + log1p", "Max(x, 0) - log1p", "definition.yml:")),
    ("definition.yml", ("exp(-Abs(beta*x))", "exp(Abs(beta*x))", "definition.yml:")),
    ("definition.yml", ("log1p(exp(-Abs(beta*x)))", "log(1 + exp(-Abs(beta*x)))", "definition.yml:")),
    ("definition.yml", ("1/(1 + exp(-beta*x))", "1/(1 + exp(beta*x))", "definition.yml:")),
    ("facts.yml", (r"f(0) = \ln 2", r"f(0) = \ln 3", "facts.yml:")),
]
#: By file. One of each is told by the same build.
OTHERS: dict[str, list[Fault]] = {
    "definition.yml": [
        ("keras.ops.softplus", "keras.ops.softminus", "definition.yml:"),
        ("keras.ops.softplus", "keras.ops.silu", "definition.yml:"),
        ("threshold: 20}", "threshold: 21}", "definition.yml:"),
        ("threshold: 20.0}", "threshold: 30.0}", "definition.yml:"),
        ("{beta: 1, threshold: 20}", "{beta: 2, threshold: 20}", "definition.yml:"),
        ("{beta: 1, threshold: 20}", "{beta: 1}", "definition.yml:"),
    ],
    "figure.py": [  # its data, its picture
        ("np.logaddexp(0, x)  #", "np.logaddexp(0, 1.001 * x)  #", "figure.out:"),
        ("df = np.exp(", "df = -np.exp(", "figure.out:"),
        ("1000)", "999)", "figure.out:"),
        ('"C1"', '"red"', "figure.py"),
        ('"C1", lw', '"C2", lw', "figure.out:"),
        ("xticks=[-6, -4, -2, 2, 4, 6]", "xticks=[-6, -4, -2, 2, 4, 6], xticklabels=range(6)", "figure.out:"),
        (r"$f(x)=\ln(1+e^x)$", r"$f(x)=\ln(2+e^x)$", "figure.out:"),
        ('plt.savefig("softplus.svg")', "pass", "figure.py"),
    ],
    "numpy/forward.py": [("logaddexp(0, x)", "logaddexp(1, x)", "forward.out:")],
    "claims/smooth.py": [("torch.relu, 0.0", "F.softplus, 0.0", "smooth.out:")],
    "assertions.yml": [  # what is false, what no sentence is bound to
        ('> 8} == {"PyTorch", "JAX"}', '> 8} == {"PyTorch"}', "assertions.yml:"),
        ("alone: >-", "nobody-says-so: >-", "assertions.yml:"),
        ("alone: >-", "nobody-says-so: >-", "docs/en/functions/softplus.md:"),
    ],
    "threads.yml": [("pytorch_83169:", "pytorch_83170:", "pytorch_83170")],
    "derivations/derivative.yml": [(r"\frac{e^{x}}{1+e^{x}}", r"\frac{e^{x}}{1-e^{x}}", "derivative.yml:")],
}
TURNS = [{file: fault} for file, fault in STOPPING] + [
    {file: faults[turn] for file, faults in OTHERS.items() if turn < len(faults)}
    for turn in range(max(map(len, OTHERS.values())))
]


@pytest.mark.parametrize("faults", TURNS, ids=map(str, range(len(TURNS))))
def test_no_source_can_be_wrong(project: Path, runner: Runner, before: set[Problem], faults: dict[str, Fault]) -> None:
    folder = project / "snippets/softplus"
    texts = {file: (folder / file).read_text(encoding="utf-8") for file in faults}
    try:
        for file, (old, new, _) in faults.items():
            assert old in texts[file]
            (folder / file).write_text(texts[file].replace(old, new, 1), encoding="utf-8")
        problems = set(map(str, set(Site(project, runner).build()) - before))
    finally:
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
    for file, (*_, where) in faults.items():
        assert any(where in problem for problem in problems), (file, problems)


def test_no_recorded_accuracy_can_be_wrong(project: Path) -> None:
    softplus = definition.read(project, "softplus")
    measured = audit.audit(project, softplus)
    path = project / "snippets/softplus/audit.yml"
    text = path.read_text(encoding="utf-8")
    found = injected = 0
    try:
        for match in re.finditer(r"(?:error|mean|flushed|step|drop|zero): \[?-?\d[\d.e+]*", text):
            other = re.sub(r"\d[\d.e+]*", lambda number: f"{float(number[0]) * 2.5 + 1e-3:.4g}", match[0])
            path.write_text(text[: match.start()] + other + text[match.end() :], encoding="utf-8")
            line = text.count("\n", 0, match.start()) + 1
            injected += 1
            if any(problem.line == line for problem in record.problems(project, softplus, measured)):
                found += 1
            else:
                print(f"line {line}: {match[0]} -> {other}")
            if injected >= 60:
                break
    finally:
        path.write_text(text, encoding="utf-8")
    print(f"{found} of {injected} faults found")
    assert found == injected > 20


def test_no_citation_can_be_wrong(project: Path) -> None:
    page = project / "docs/en/functions/softplus.md"
    text = page.read_text(encoding="utf-8")
    keys = list(re.finditer(r"\[\^(\w+)\]", text))
    assert keys
    try:
        for key in keys:
            page.write_text(text[: key.end() - 1] + "x" + text[key.end() - 1 :], encoding="utf-8")
            problems = footnotes(project, "en", Store(project / ".cache" / "references"))[1]
            line = text.count("\n", 0, key.start()) + 1
            assert [(problem.line, f"{key[1]}x" in problem.reason) for problem in problems] == [(line, True)]
    finally:
        page.write_text(text, encoding="utf-8")
