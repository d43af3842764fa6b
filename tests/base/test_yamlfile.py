"""YAML is checked against its schema, fast where nothing is wrong, and faults are reported with their lines."""

import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.base import yamlfile
from engine.base.errors import SourceError
from engine.mathematics import facts, prose
from engine.mathematics.derivation import file as derivations
from engine.sources import definition

ROOT = Path(__file__).parents[2]
FILES = {
    "definition.yml": definition.SCHEMA,
    "facts.yml": facts.SCHEMA,
    "formulas.yml": prose.SCHEMA,
    "derivations/derivative.yml": derivations.SCHEMA,
}


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_quick_yes_is_a_yes(name, data):
    """A file with one value replaced: what the quick check accepts, jsonschema accepts."""
    content = deepcopy(yaml.safe_load((ROOT / "snippets/softplus" / name).read_text(encoding="utf-8")))
    assert yamlfile._satisfies(content, FILES[name])
    here, parent, key = content, None, None
    while isinstance(here, (dict, list)) and here and (parent is None or data.draw(st.booleans())):
        parent, key = here, data.draw(st.sampled_from([*(here if isinstance(here, dict) else range(len(here)))]))
        here = parent[key]
    if isinstance(parent, dict) and data.draw(st.booleans()):
        parent[data.draw(st.sampled_from(["", "name", "Other"]))] = parent.pop(key)
    else:
        parent[key] = data.draw(st.sampled_from(["", "x", 1, 1.5, True, None, [], {}, ["x"], {"en": "a", "zh": "b"}]))
    if yamlfile._satisfies(content, FILES[name]):
        jsonschema.Draft202012Validator(FILES[name]).validate(content)


def test_nothing_slow_is_imported_where_nothing_is_wrong():
    script = (
        "import sys; from pathlib import Path; from engine.sources import definition\n"
        "from engine.mathematics import facts, proofs; from engine.mathematics.derivation import file as derivations\n"
        "root = Path(); found = definition.read(root, 'softplus'); facts.load(root, found); proofs.key(found)\n"
        "[derivations.load(root, file) for file in derivations.discover(root, 'softplus')]\n"
        "print({'jsonschema', 'mpmath', 'sympy', 'numpy'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_line_of(tmp_path):
    file = tmp_path / "some.yml"
    file.write_text("a: 1\nb:\n  - c\n  - d: e\n", encoding="utf-8")
    assert [yamlfile.line_of(tmp_path, file, path) for path in (["a"], ["b", 0], ["b", 1, "d"], ["z"])] == [1, 3, 4, 1]
    file.write_text("\na: 1\n", encoding="utf-8")
    assert yamlfile.line_of(tmp_path, file, ["a"]) == 2


TEXTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"name": definition.TEXT, "size": {"type": "number"}, "kind": {"enum": ["real", "positive"]}},
}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name: {en: x,\n  zh: no}", 2, "name.zh: YAML reads no as false; quote it"),
        ("name:\n  en: 1.10\n  zh: x", 2, "name.en: YAML reads 1.10 as the number 1.1; quote it"),
        ("name:\n  en: 0x10\n  zh: x", 2, "name.en: YAML reads 0x10 as the number 16; quote it"),
        ("name:\n  en: 2024-02-01\n  zh: x", 2, "name.en: YAML reads 2024-02-01 as the date 2024-02-01; quote it"),
        ("name:\n  en: x\n  zh: ~", 3, "name.zh: YAML reads ~ as no value; quote it"),
        ("name:\n  en: x\n  zh:", 3, "name.zh: has no value"),
        ("size: 1.0e+5\nkind: yes", 2, "kind: YAML reads yes as true; quote it"),
        ("size: 1e5", 1, "size: YAML reads 1e5 as text; a number has a point, and a sign before its exponent"),
        ("size: 'wide'", 1, "size: 'wide' is not of type 'number'"),
        ("# a\nsize: 2024-13-01", 2, "YAML reads 2024-13-01 as a date, and it is none: month must be in 1..12"),
        ("size: 1\non: 2", 2, "a key has to be text: YAML reads on as true; quote it"),
        ("size: 1\n? [a]\n: 2", 2, "a key has to be text: this is a seq"),
        ("size: 1\nname:\n  en: x\n  en: y\n  zh: z", 4, "the key 'en' stands twice"),
        ("size: 1\nname: \x07", 2, "not YAML: the character U+0007 may stand in no YAML"),
        ("size: 1\nname: [", 2, "not YAML: "),
        ("size: &a [*a]", 1, "size: "),
        ("", 1, "is empty"),
    ],
)
def test_what_yaml_made_of_a_word_is_said(tmp_path, text, line, reason):
    file = tmp_path / "some.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        yamlfile.load(tmp_path, file, TEXTS)
    (problem,) = raised.value.problems
    assert (problem.path, problem.line) == ("some.yml", line)
    assert problem.reason.startswith(reason)


def test_a_number_with_an_exponent_as_it_is_asked_for(tmp_path):
    file = tmp_path / "some.yml"
    file.write_text("size: 1.0e+5\nname: {en: 'no', zh: \"1.10\"}", encoding="utf-8")
    assert yamlfile.load(tmp_path, file, TEXTS) == {"size": 1e5, "name": {"en": "no", "zh": "1.10"}}
