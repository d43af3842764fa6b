"""Each item falls to exactly one machine, and the machines have equal shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.__main__ import main
from engine.base.libraries import WORKERS
from engine.run.shards import Shard

TOTALS = st.integers(1, 12)


def dealt(items: list, total: int) -> list[list]:
    return [list(Shard.read(f"{number}/{total}").of(items)) for number in range(1, total + 1)]


@given(st.lists(st.integers(), unique=True), TOTALS)
def test_each_item_is_in_exactly_one_shard(items: list[int], total: int) -> None:
    shards = dealt(items, total)
    assert sorted(item for shard in shards for item in shard) == sorted(items)
    assert all(shard == [item for item in items if item in shard] for shard in shards)  # in the order given


@given(st.lists(st.sampled_from(WORKERS)).map(sorted), TOTALS)
def test_shards_are_of_one_size_in_all_and_of_each_worker(workers: list[str], total: int) -> None:
    shards = dealt(workers, total)
    sizes = [len(shard) for shard in shards]
    assert max(sizes) - min(sizes) <= 1
    for worker in WORKERS:
        counts = [Counter(shard)[worker] for shard in shards]
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(
    "text", ["x", "", "1", "1/", "/3", "-1/3", "1/3/5", "1.0/3", "1 / 3", "١/٣", "0/3", "4/3", "0/0", "1/0"]
)
def test_what_is_no_shard_says_so(text: str, add: Callable, project: Path, monkeypatch, capsys) -> None:
    with pytest.raises(ValueError, match=r"i/n"):
        Shard.read(text)
    add("demo/claims/a.py", "print(1)\n")
    monkeypatch.chdir(project)
    assert main(["check", f"--shard={text}"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("engine: --shard: ")


def test_the_shards_of_a_project_check_each_snippet_once(
    add: Callable, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"snippets/demo/claims/{letter}.py" for letter in "abcde"]
    for name in names:
        add(name.removeprefix("snippets/"), "print(1)\n")
    add("demo/jax/f.py", "import jax\n")
    monkeypatch.chdir(project)
    monkeypatch.setattr("engine.base.libraries.installed", lambda module: module != "jax")

    def missed(shard: str) -> list[str]:
        """The snippets that this machine finds without a record: all that it has run."""
        assert main(["check", "--available", "--shard", shard]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert lines[-1].endswith(f", shard {shard}")
        return [line.partition(":")[0] for line in lines if line.endswith(": no recorded output")]

    assert missed("1/3") == [names[2]]  # and the one for JAX, which counts although it is not installed here
    assert missed("2/3") == [names[0], names[3]]
    assert missed("3/3") == [names[1], names[4]]


def test_an_audit_is_in_one_shard(project: Path, monkeypatch: pytest.MonkeyPatch, capsys, add: Callable) -> None:
    add("demo/claims/a.py", "print(1)\n").recorded.write_text("1\n")
    monkeypatch.chdir(project)
    entries = [Empty(name) for name in "abc"]
    monkeypatch.setattr("engine.commands.check.audited", lambda root, paths: entries)
    monkeypatch.setattr("engine.commands.check.unsound", lambda root, chosen: [[] for _ in chosen])
    asked: list[str] = []
    monkeypatch.setattr(
        "engine.accuracy.audited.audits", lambda root, some: [asked.append(entry.name) for entry in some]
    )
    monkeypatch.setattr("engine.accuracy.audited.problems", lambda root, entry, measured: [])
    monkeypatch.setattr("engine.accuracy.cards.faults", lambda root, entry: [])
    for number in (1, 2):
        assert main(["check", "--shard", f"{number}/2"]) == 0
    assert asked == ["a", "c", "b"]


@dataclass
class Empty:
    """A function without public names."""

    name: str
    apis: tuple[()] = ()
