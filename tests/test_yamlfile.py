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

from engine import definition, derivations, facts, yamlfile

ROOT = Path(__file__).parent.parent
FILES = {
    "definition.yml": definition.SCHEMA,
    "facts.yml": facts.SCHEMA,
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
        "import sys; from pathlib import Path; from engine import apis, definition, derivations, facts, proofs\n"
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
