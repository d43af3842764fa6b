"""Read a YAML file against a JSON Schema; every fault is reported with its line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from engine.errors import Problem, SourceError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(root: Path, file: Path, schema: dict[str, Any]) -> Any:
    """The content of a YAML file that satisfies `schema`.

    Raises SourceError with file, line and reason of each fault: no YAML, a repeated key, a wrong key or value.
    """
    name = file.relative_to(root).as_posix()
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        raise SourceError([Problem(name, f"not UTF-8: {error}")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise SourceError([Problem(name, f"not YAML: {error.problem}", line)]) from None
    if node is None:
        raise SourceError([Problem(name, "is empty", 1)])
    problems = [
        Problem(name, f"the key {key.value!r} stands twice", key.start_mark.line + 1) for key in _repeated(node)
    ]
    import jsonschema  # slow to import, and only definitions need it

    for error in jsonschema.Draft202012Validator(schema).iter_errors(data):
        problems.append(Problem(name, _reason(error), _line(node, error)))
    if problems:
        raise SourceError(sorted(problems, key=lambda problem: problem.line or 0))
    return data


def line_of(root: Path, file: Path, path: Iterable[str | int]) -> int:
    """Line (from 1) of the entry that a path of keys and indices leads to, as far as it leads."""
    node = yaml.compose((root / file).read_text(encoding="utf-8"), Loader=_Loader)
    return _walk(node, path).start_mark.line + 1


def _reason(error: Any) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    return f"{where}: {error.message}" if where else str(error.message)


def _line(node: yaml.Node, error: Any) -> int:
    found = _walk(node, error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(found, yaml.MappingNode):
        known = error.schema.get("properties", {})
        for key, _ in found.value:
            if key.value not in known:
                return int(key.start_mark.line) + 1
    return int(found.start_mark.line) + 1


def _walk(node: yaml.Node, path: Iterable[str | int]) -> yaml.Node:
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = node.value[part]
        else:
            found = None
        if found is None:
            return node
        node = found
    return node


def _repeated(node: yaml.Node) -> list[yaml.Node]:
    found = []
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                found.append(key)
            seen.add(key.value)
            found += _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            found += _repeated(value)
    return found
