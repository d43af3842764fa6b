"""Read a YAML file against a JSON Schema; every fault is reported with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import fastjsonschema
import yaml

from engine.base.errors import Problem, SourceError
from engine.base.files import read_source

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(root: Path, file: Path, schema: dict[str, Any]) -> Any:
    """The content of a YAML file that satisfies `schema`. Raises SourceError as `check` does."""
    return check(file.relative_to(root).as_posix(), read_source(root, file), schema)


def check(name: str, text: str, schema: dict[str, Any], first: int = 1) -> Any:
    """The content of a YAML text that satisfies `schema`. first: the line on which it begins in the file `name`.

    Raises SourceError with file, line and reason of each fault: no YAML, a repeated key, a wrong key or value.
    """
    node, data = parse(name, text, first)
    if node is None:
        raise SourceError([Problem(name, "is empty", first)])
    problems = []
    if not _satisfies(data, schema):
        import jsonschema  # says what is wrong; its import takes longer than all else in a build with nothing changed

        for error in jsonschema.Draft202012Validator(schema).iter_errors(data):
            problems.append(Problem(name, _reason(node, error), _line(node, error) + first - 1))
    if problems:
        raise SourceError(sorted(problems, key=lambda problem: problem.line or 0))
    return data


def parse(name: str, text: str, first: int = 1) -> tuple[yaml.Node | None, Any]:
    """The nodes of a YAML text and its data; no node if it is empty. first: the line on which it begins in the file.

    Raises SourceError with the line of each fault: no YAML, a key that stands twice or is not text.
    """

    def fault(reason: str, mark: yaml.Mark | None) -> SourceError:
        last = text.rstrip().count("\n")  # what is missing at the end is missing in the last line
        return SourceError([Problem(name, reason, min(mark.line, last) + first if mark else None)])

    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        raise fault(f"not YAML: {error.problem}", error.problem_mark) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + first
        reason = f"not YAML: the character U+{ord(text[error.position]):04X} may stand in no YAML"
        raise SourceError([Problem(name, reason, line)]) from None
    if problems := [Problem(name, reason, key.start_mark.line + first) for key, reason in _wrong_keys(node)]:
        raise SourceError(problems)
    try:
        return node, node and yaml.constructor.SafeConstructor().construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise fault(f"not YAML: {error.problem}", error.problem_mark) from None
    except ValueError as error:  # a date that is none, as 2024-13-01
        wrong = next(_undated(node), node)
        raise fault(
            f"YAML reads {wrong.value} as a date, and it is none: {error}; quote it", wrong.start_mark
        ) from None


def line_of(root: Path, file: Path, path: Iterable[str | int]) -> int:
    """Line (from 1) of the entry that a path of keys and indices leads to, as far as it leads."""
    return line_in(read_source(root, file), path)


def line_in(text: str, path: Iterable[str | int], first: int = 1) -> int:
    """The same in a text that begins on the line `first`."""
    return _walk(_compose(text), path).start_mark.line + first


@lru_cache(maxsize=64)
def _compose(text: str) -> yaml.Node:
    """The nodes of a text, which know their lines; composed once for all questions about it."""
    return yaml.compose(text, Loader=_Loader)


def _satisfies(data: Any, schema: Mapping[str, Any]) -> bool:
    """Whether the data satisfies the schema."""
    try:
        _checker(json.dumps(schema))(data)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


@cache
def _checker(schema: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(json.loads(schema), use_default=False, detailed_exceptions=False)


def _reason(root: yaml.Node, error: Any) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    made = misread(_walk(root, error.absolute_path)) if error.validator in ("type", "anyOf", "enum") else ""
    message = made or str(error.message)
    return f"{where}: {message}" if where else message


def misread(node: yaml.Node | None) -> str:
    """What YAML has made of an unquoted word that may be meant as another kind of thing; empty if it is no such word.

    As `no`, which is false, `1.10`, which is 1.1, and `1e5`, which is no number.
    """
    if not isinstance(node, yaml.ScalarNode) or node.style:
        return ""
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return f"YAML reads {node.value} as no value; quote it" if node.value else "has no value"
    if kind == "str" and re.fullmatch(r"[-+]?[\d.]+[eE][-+]?\d+", node.value):
        return f"YAML reads {node.value} as text; a number has a point, and a sign before its exponent, as in 1.0e+5"
    names = {"bool": "", "int": "the number ", "float": "the number ", "timestamp": "the date "}
    if kind not in names:
        return ""
    data = yaml.constructor.SafeConstructor().construct_document(node)
    return f"YAML reads {node.value} as {names[kind]}{str(data).lower() if kind == 'bool' else data}; quote it"


def _line(node: yaml.Node, error: Any) -> int:
    place = _walk(node, error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(place, yaml.MappingNode):
        known = error.schema.get("properties", {})
        for key, _ in place.value:
            if key.value not in known:
                return int(key.start_mark.line) + 1
    return int(place.start_mark.line) + 1


def _walk(node: yaml.Node, path: Iterable[str | int]) -> yaml.Node:
    for part in path:
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            inner = node.value[part]
        else:
            inner = None
        if inner is None:
            return node
        node = inner
    return node


def _wrong_keys(root: yaml.Node | None) -> Iterator[tuple[yaml.Node, str]]:
    """The keys that are not text or stand twice, each with the reason."""
    for node in _nodes(root):
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            kind = key.tag.rpartition(":")[2]
            if kind not in ("str", "merge"):
                yield key, f"a key has to be text: {misread(key) or f'this is a {kind}'}"
            elif key.value in seen:
                yield key, f"the key {key.value!r} stands twice"
            else:
                seen.add(key.value)


def _undated(root: yaml.Node | None) -> Iterator[yaml.Node]:
    """The dates that are none."""
    for node in _nodes(root):
        if node.tag.endswith(":timestamp"):
            try:
                yaml.constructor.SafeConstructor().construct_document(node)
            except ValueError:
                yield node


def _nodes(root: yaml.Node | None) -> Iterator[yaml.Node]:
    """A node and all below it, in their order; one that an alias repeats, once."""
    seen: set[int] = set()
    left = [root] if root else []
    while left:
        node = left.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.MappingNode):
            left += [part for pair in reversed(node.value) for part in reversed(pair)]
        elif isinstance(node, yaml.SequenceNode):
            left += reversed(node.value)
