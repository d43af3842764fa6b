"""Read a YAML file against a JSON Schema; every fault is reported with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
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
        node = _compose(file.read_text(encoding="utf-8"))
        data = node and yaml.constructor.SafeConstructor().construct_document(node)
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
    if not _satisfies(data, schema):
        import jsonschema  # says what is wrong; its import takes longer than all else in a build with nothing changed

        for error in jsonschema.Draft202012Validator(schema).iter_errors(data):
            problems.append(Problem(name, _reason(error), _line(node, error)))
    if problems:
        raise SourceError(sorted(problems, key=lambda problem: problem.line or 0))
    return data


def line_of(root: Path, file: Path, path: Iterable[str | int]) -> int:
    """Line (from 1) of the entry that a path of keys and indices leads to, as far as it leads."""
    node = _compose((root / file).read_text(encoding="utf-8"))
    return _walk(node, path).start_mark.line + 1


@lru_cache(maxsize=64)
def _compose(text: str) -> yaml.Node:
    """The nodes of a text, which know their lines; composed once for all questions about it."""
    return yaml.compose(text, Loader=_Loader)


_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
}


def _satisfies(data: Any, schema: Mapping[str, Any] | bool) -> bool:
    """Whether the data certainly satisfies the schema. Where this is not sure, jsonschema decides."""
    if isinstance(schema, bool):
        return schema
    return all(_holds(data, keyword, value, schema) for keyword, value in schema.items())


def _holds(data: Any, keyword: str, value: Any, schema: Mapping[str, Any]) -> bool:
    match keyword, data:
        case "description", _:
            return True
        case "type", _ if isinstance(value, str):
            return isinstance(data, _TYPES.get(value, ())) and isinstance(data, bool) <= (value == "boolean")
        case "enum", str():
            return data in value
        case "required", dict():
            return all(key in data for key in value)
        case "properties", dict():
            return all(_satisfies(data[key], part) for key, part in value.items() if key in data)
        case "additionalProperties", dict():
            return all(_satisfies(part, value) for key, part in data.items() if key not in schema.get("properties", {}))
        case "propertyNames", dict():
            return all(_satisfies(key, value) for key in data)
        case "items", list():
            return all(_satisfies(part, value) for part in data)
        case "minItems" | "minProperties" | "minLength", list() | dict() | str():
            return len(data) >= value
        case "pattern", str():
            return re.search(value, data) is not None
        case "anyOf", _:
            return any(_satisfies(data, part) for part in value)
    return False


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
