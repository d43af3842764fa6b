"""Digests of code: what means the same has the same, and what a result hangs on is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.base import code
from engine.base.code import code_digest, meaning_digest

SOURCE = '''
"""What it is for."""
import math
from typing import Any


class One(Any):
    """A class."""

    def of(self, x: float, *rest, y=1, **more) -> float:
        """A method."""
        with open("a") as file, open("b"):
            return [f"{x!r:>{y}} and {{}}" for x in (1, 2.5, 3j, None, ..., b"x") if x] and math.pi ** -x


async def two(a, /, b, *, c): return lambda: (yield)
match One: 
    case {"a": [1, *_], **rest} if rest: pass
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import math\n", "import math  # for pi\n\n\n"),
        ('"""What it is for."""\n', ""),
        ('    """A class."""\n', '    """Another\n    text."""\n'),
        ('"""A method."""', "'a method'"),
        ('open("a")', "open(\n        'a'\n    )"),
        ("2.5", "2.50"),
        ("match One: ", "match One:"),
    ],
)
def test_comments_docstrings_and_layout_change_nothing(old: str, new: str) -> None:
    assert old in SOURCE
    assert meaning_digest(SOURCE.replace(old, new, 1)) == meaning_digest(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import math\n", "import math as math\n"),
        ("2.5", "2.5000001"),
        ("(1, 2.5", "(True, 2.5"),
        ('open("a")', 'open("A")'),
        ("** -x", "** x"),
        ("y=1", "y=-1"),
        ("*rest, y=1", "*, y=1"),
        ("{x!r:>{y}}", "{x!s:>{y}}"),
        ("a, /, b", "a, b, /"),
        ("async def", "def"),
        ("if rest: pass", "if a: pass"),
        ("-> float:", ":"),
        ('b"x"', '"x"'),
        ('open("a") as file, open("b")', 'open("a", "b") as file'),
        ('open("a")', 'open("a" "b")'),
        ("with open", "'text'; with open"),
        ('    """A class."""\n', '    """A class."""\n    "and a text"\n'),
    ],
)
def test_whatever_means_something_else_has_another_digest(old: str, new: str) -> None:
    assert old in SOURCE
    changed = SOURCE.replace(old, new, 1).replace("'text'; with", "'text'\n        with")
    assert meaning_digest(changed) != meaning_digest(SOURCE)


@pytest.mark.parametrize(
    "look",
    ["print(__doc__)", "import traceback", "from inspect import getsource", "import sys; sys._getframe(0).f_lineno"],
)
def test_code_that_may_look_at_its_own_text_is_another_with_another_text(look: str) -> None:
    assert meaning_digest(f'"""One."""\n{look}\n') != meaning_digest(f'"""Two."""\n{look}\n')
    assert meaning_digest('"""One."""\nprint(1)\n') == meaning_digest('"""Two."""\nprint(1)  # one\n')


def test_every_python_gives_the_same_digest() -> None:
    """The ledger holds digests: this one was computed by Python 3.11."""
    assert meaning_digest(SOURCE).startswith("b40c5e770825")


FILES = {
    "__init__.py": "",
    "a/__init__.py": "",
    "a/rule.py": "LIMIT = 2\n",
    "a/late.py": "def f():\n    from engine.b.deep import x\n    return x\n",
    "b/__init__.py": "",
    "b/deep.py": "x = 1\n",
    "b/started.py": "print(1)\n",
    "b/other.py": "y = 1\n",
    "b/kinds.py": "class Kind: pass\n",
    "c/__init__.py": "",
    "c/main.py": (
        "import engine.a.rule\nfrom engine.a import late\nfrom engine.base import ENGINE\n"
        "if TYPE_CHECKING:\n    from engine.b.kinds import Kind\n"
        'STYLE = ENGINE / "data" / "one"\nCOMMAND = ["-m", "engine.b.started"]\nTEXT = "engine.b.other is said"\n'
    ),
    "data/one/style.txt": "1\n",
    "data/two.txt": "1\n",
}


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The digest of a small engine's main module once files have been written."""
    engine = tmp_path / "engine"
    monkeypatch.setattr(code, "ENGINE", engine)
    monkeypatch.setattr(code, "_KNOWN", engine / "__pycache__/syntax.json")

    def digest(files: dict[str, str], module: str = "engine.c.main") -> str:
        for name, text in files.items():
            (engine / name).parent.mkdir(parents=True, exist_ok=True)
            (engine / name).write_text(text, encoding="utf-8")
        code_digest.cache_clear()
        return code_digest(module)

    digest(FILES)
    yield digest
    code_digest.cache_clear()


@pytest.mark.parametrize("name", ["a/rule.py", "a/late.py", "b/deep.py", "b/started.py", "data/one/style.txt"])
def test_what_a_module_needs_is_in_its_digest(digest: Callable[..., str], name: str) -> None:
    before = digest({})
    assert digest({name: FILES[name].replace("1", "3").replace("2", "4").replace("return x", "return -x")}) != before
    assert digest({name: FILES[name]}) == before


@pytest.mark.parametrize("name", ["b/other.py", "b/kinds.py", "data/two.txt", "new/room.py"])
def test_what_it_does_not_need_is_not(digest: Callable[..., str], name: str) -> None:
    before = digest({})
    assert digest({name: "z = 3\n"}) == before


def test_what_a_definition_may_say_measures_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = shutil.copytree(code.ENGINE, tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "ENGINE", engine)
    monkeypatch.setattr(code, "_KNOWN", engine / "__pycache__/syntax.json")

    def digests(changed: str) -> list[str]:
        file = engine / changed
        file.write_text(file.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
        code_digest.cache_clear()
        return [code_digest(name) for name in ("engine.accuracy.measuring", "engine.accuracy.rows.worker")]

    before = digests("commands/new.py")
    assert digests("sources/definition.py") == digests("mathematics/proofs.py") == before
    assert not set(digests("accuracy/exact.py")) & set(before)
    code_digest.cache_clear()


def test_what_comes_or_goes_later_is_seen(digest: Callable[..., str]) -> None:
    """What stands in a file is kept, not what it led to."""
    before = digest({"c/main.py": FILES["c/main.py"] + "from engine.a.rule import LIMIT\nMORE = ENGINE / 'later'\n"})
    with_module = digest({"a/rule/__init__.py": "LIMIT = 2\n", "a/rule/LIMIT.py": "x = 1\n"})
    assert with_module != before
    assert digest({"a/rule/LIMIT.py": "x = 2\n"}) != with_module
    with_data = digest({"later/file.txt": "1\n"})
    assert digest({"later/file.txt": "2\n"}) != with_data
    shutil.rmtree(code.ENGINE / "a/rule")
    shutil.rmtree(code.ENGINE / "later")
    assert digest({}) == before


def test_a_comment_in_any_module_changes_no_digest(digest: Callable[..., str]) -> None:
    before = digest({})
    assert digest({name: f"# A comment.\n{text}" for name, text in FILES.items() if name.endswith(".py")}) == before


def test_a_module_that_is_not_there_is_named(digest: Callable[..., str]) -> None:
    with pytest.raises(FileNotFoundError, match=r"engine\.c\.none"):
        digest({}, "engine.c.none")


def test_what_was_read_need_not_be_kept(digest: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest({})
    code._KNOWN.write_text("{", encoding="utf-8")
    assert digest({}) == before
    monkeypatch.setattr(code, "_KNOWN", Path("/proc/none/syntax.json"))
    assert digest({}) == before


def test_a_comment_in_this_engine_builds_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the engine as it is, with what each command keeps results under."""
    copy = tmp_path / "engine"
    shutil.copytree(code.ENGINE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    modules = [
        *("engine.run.runner", "engine.assemble.functions", "engine.translation.check", "engine.accuracy.measuring"),
        *("engine.accuracy.oracle", "engine.accuracy.decimals", "engine.render.error_curves"),
    ]
    before = code_digest(*modules)
    monkeypatch.setattr(code, "ENGINE", copy)
    monkeypatch.setattr(code, "_KNOWN", copy / "__pycache__/syntax.json")
    for file in copy.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text + "\n# A comment.\n", encoding="utf-8")
    code_digest.cache_clear()
    assert code_digest(*modules) == before
    (copy / "run/guards.py").write_text("x = 1\n", encoding="utf-8")
    code_digest.cache_clear()
    assert code_digest(*modules) != before
    code_digest.cache_clear()
