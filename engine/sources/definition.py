"""`definition.yml`: what is said of a function once, for every page and language."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec

from engine.base.errors import Problem, SourceError
from engine.base.libraries import TABS
from engine.base.yamlfile import line_of, load

#: The name of the file in the folder of a function.
FILE = "definition.yml"

TEXT = {
    "description": "one text in every language of the site",
    "type": "object",
    "required": ["en", "zh"],
    "additionalProperties": False,
    "properties": {"en": {"type": "string", "minLength": 1}, "zh": {"type": "string", "minLength": 1}},
}

_LINE = {"type": "string", "minLength": 1}
#: The shape of the input, of two examples, that is given to a layer to see what it learns.
INPUT = (2, 3, 4)
#: What a figure is of, where nobody says more of it: of a function of a number, and of a vector.
_FIGURE = (
    {
        "en": "{name} and, as the second curve, its derivative, for x from −6 to 6. Their values stand below the code.",
        "zh": "第一条曲线是 {name}，第二条曲线是它的导数，x 从 −6 到 6；两条曲线上各点的数值列在绘图代码下方。",
    },
    {
        "en": "The first entry of {name} of two entries over the first of these, from −6 to 6: three curves, for "
        "−2, 0 and 2 as the second. Their values stand below the code.",
        "zh": "{name} 在两个分量的情形下的第一个分量：横轴为自变量的第一个分量，从 −6 到 6；"
        "三条曲线分别对应第二个分量取 −2、0 和 2，各点的数值列在绘图代码下方。",
    },
)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "expression", "derivative", "apis"],
    "properties": {
        "name": _LINE,
        "entries": _LINE
        | {
            "description": "for a function of a vector x: how many entries the result has, in the number n of those "
            "of x; then the expression gives its entry i, and the derivative that of entry i by x[j]"
        },
        "expression": _LINE | {"description": "the definition in x and the parameters, in SymPy's syntax"},
        "stable": _LINE
        | {
            "description": "an equal form that loses no digits in floating point; log1p, expm1 allowed; "
            "default: the expression itself"
        },
        "within": {
            "description": "by how many ulp the stable form may be off where rounding x excuses less; it has to hold, "
            "and to be at most twice what is needed. Default: as rounding excuses",
            "type": "number",
            "exclusiveMinimum": 0,
        },
        "derivative": _LINE | {"description": "its derivative by x"},
        "parameters": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tex", "domain", "default"],
                "properties": {
                    "tex": _LINE,
                    "domain": {"enum": ["real", "positive", "nonnegative"]},
                    "default": {"type": "number"},
                    "derivative": _LINE | {"description": "the derivative by it: says that it is learned"},
                },
            },
        },
        "conditions": {
            "description": "what the parameters satisfy beside their domains, as conditions of a Piecewise: a <= b",
            "type": "array",
            "uniqueItems": True,
            "minItems": 1,
            "items": _LINE,
        },
        "training": {
            "description": "what is computed in training, where that hangs on chance",
            "type": "object",
            "additionalProperties": False,
            "required": ["tex", "variable", "uniform"],
            "properties": {
                "tex": _LINE | {"description": "the value in x, the parameters and the variable, in LaTeX"},
                "variable": _LINE | {"description": "what is drawn for each element, in LaTeX"},
                "uniform": {
                    "description": "the parameters between which it is distributed evenly",
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": _LINE,
                },
            },
        },
        "variant": _LINE | {"description": "the function of which this one is a variant, by its folder"},
        "compare": {
            "description": "name -> expression in x: functions to look at beside this one",
            "type": "object",
            "additionalProperties": _LINE,
        },
        "apis": {
            "description": "every public name under which a library offers the function; none if no library has it",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "pattern": r"^[a-z_]+(\.\w+)+$", "description": "its dotted name"},
                    "call": _LINE | {"description": "expression that applies it to x; default: name(x)"},
                    "defaults": {"type": "object", "description": "its optional arguments and their defaults"},
                    "audit": {"type": "boolean", "description": "whether its accuracy is measured; default: no"},
                    "training": _LINE | {"description": "expression that applies it to x as in training"},
                    "learned": {
                        "description": "of a layer: the shape of its learned parameter for an input of "
                        f"{' × '.join(map(str, INPUT))}, and where that starts, without arguments",
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["shape", "start"],
                        "properties": {
                            "shape": {"type": "array", "items": {"type": "integer"}},
                            "start": {"type": "number"},
                        },
                    },
                },
            },
        },
        "instead": {
            "description": "framework -> expression in x to write where its library has no such function; "
            "default: the stable form in that library's operations",
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(TABS, _LINE),
        },
        "own": {
            "description": "the topics of topics/ whose scripts this function writes itself, in every framework, or in "
            "one: numpy/gradient",
            "type": "array",
            "uniqueItems": True,
            "items": _LINE,
        },
        "points": {
            "description": "numbers, as text, at which the audit tells what each name returns, there and beside them, "
            "however little that is off: where the formula of some library changes and the function does not",
            "type": "array",
            "minItems": 1,
            "items": _LINE,
        },
        "figure": TEXT | {"description": "alternative text of the figure; default: what it draws"},
        "absent": {
            "description": "topic -> framework -> why that framework has nothing to show",
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(TABS, TEXT),
            },
        },
    },
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function beside x: how it is set in formulas, where it may lie, and its usual value.

    derivative: the derivative by it, as SymPy text, if it is learned.
    """

    name: str
    tex: str
    domain: str
    default: float
    derivative: str = ""


@dataclass(frozen=True)
class Training:
    """What a function is in training, where that hangs on chance.

    tex: its value, in LaTeX, in x, the parameters and the variable, which is drawn for each element anew; uniform: the
    parameters between which that is distributed evenly.
    """

    tex: str
    variable: str
    uniform: tuple[str, str]


@dataclass(frozen=True)
class Learned:
    """The learned parameter of a layer: its shape for an input of the shape `INPUT`, and where it starts."""

    shape: tuple[int, ...]
    start: float


@dataclass(frozen=True)
class Api:
    """A public name of a function in a library.

    call: Python expression that applies it to an array `x`; training: one that does so as in training, where that is
    something else; learned: what it learns, if it is a layer that does.
    """

    name: str
    call: str
    defaults: dict[str, Any]
    audit: bool
    training: str = ""
    learned: Learned | None = None

    @property
    def library(self) -> str:
        """The library's top-level module."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Definition:
    """A function.

    expression, stable, derivative: SymPy texts in x and the parameters; within: the bound in ulp that is declared for
    the stable form, 0 for none; compare: other functions to show beside it, as SymPy texts in x, by name; instead: what
    to write where a library has no such function, by tab; own: the topics of `topics/` that it writes itself; figure:
    alternative text of its figure by language; absent: reasons by (topic, tab), by language; root: the project's
    folder, which `path` is within. entries: of a function of a vector x, the number of entries of its result as a text
    in n, the number of those of x: then expression and stable are of entry i, and derivative is that of entry i by
    x[j]. training: what it is in training, where that is something else; variant: the function of which it is one, by
    its folder; conditions: what the parameters satisfy beside their domains; points: numbers, as texts, at which its
    accuracy is told in any case.
    """

    path: Path
    name: str
    expression: str
    stable: str
    derivative: str
    parameters: tuple[Parameter, ...]
    compare: dict[str, str]
    apis: tuple[Api, ...]
    figure: dict[str, str]
    absent: dict[tuple[str, str], dict[str, str]]
    root: Path = Path()
    instead: dict[str, str] = field(default_factory=dict)
    entries: str = ""
    own: tuple[str, ...] = ()
    training: Training | None = None
    variant: str = ""
    within: float = 0.0
    conditions: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    @property
    def learned(self) -> Parameter | None:
        """The parameter that is learned, if one is."""
        return next((parameter for parameter in self.parameters if parameter.derivative), None)

    @property
    def defaults(self) -> dict[str, float]:
        """The usual values of its parameters, by name."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def line(self, *keys: str | int, file: str = FILE) -> int | None:
        """Where an entry of its file stands, or of one beside it; None if there is no such file."""
        path = self.path.with_name(file)
        return line_of(self.root, path, keys) if (self.root / path).is_file() else None


def _figure(name: str, of_vector: bool) -> dict[str, str]:
    return {language: text.format(name=name) for language, text in _FIGURE[of_vector].items()}


def read(root: Path, function: str) -> Definition:
    """The definition of a function. Raises SourceError with file and line for a wrong key or value."""
    path = Path("snippets", function, FILE)
    if not (root / path).is_file():
        reason = "missing: every function needs its definition; engine/sources/definition.py says what is in it"
        raise SourceError([Problem(path.as_posix(), reason)])
    data = load(root, root / path, SCHEMA)
    absent = {(topic, tab): text for topic, tabs in data.get("absent", {}).items() for tab, text in tabs.items()}
    return Definition(
        path=path,
        name=data["name"],
        expression=data["expression"],
        stable=data.get("stable", data["expression"]),
        derivative=data["derivative"],
        parameters=tuple(Parameter(name, **rest) for name, rest in data.get("parameters", {}).items()),
        compare=data.get("compare", {}),
        apis=tuple(map(_api, data["apis"])),
        instead=data.get("instead", {}),
        entries=data.get("entries", ""),
        own=tuple(data.get("own", ())),
        figure=data.get("figure") or _figure(data["name"], "entries" in data),
        absent=absent,
        root=root,
        training=msgspec.convert(data["training"], Training) if "training" in data else None,
        variant=data.get("variant", ""),
        within=data.get("within", 0.0),
        conditions=tuple(data.get("conditions", ())),
        points=_points(root, path, data),
    )


def _points(root: Path, path: Path, data: dict[str, Any]) -> tuple[str, ...]:
    """The declared points. Raises SourceError for each that is no number, that no format has, or that stands twice."""
    points = tuple(data.get("points", ()))
    problems = []
    known: dict[Decimal, str] = {}
    for place, text in enumerate(points):
        try:
            if reason := _no_point(Decimal(text), "entries" in data):
                problems.append((place, f"{text!r} {reason}"))
            elif Decimal(text) in known:
                problems.append((place, f"{text!r} is the same number as {known[Decimal(text)]!r} above"))
            else:
                known[Decimal(text)] = text
        except InvalidOperation:
            problems.append((place, f"{text!r} is no number; write it as 20, -0.5 or 1e-3"))
    if problems:
        name, file = path.as_posix(), root / path
        raise SourceError([Problem(name, f"points: {why}", line_of(root, file, ["points", i])) for i, why in problems])
    return points


def _no_point(number: Decimal, of_vector: bool) -> str:
    """Why there is no float at or near to a number; empty if there is."""
    if of_vector:
        return "is no point of a function of a vector; they are declared of functions of a number only"
    if not number.is_finite():
        return "is no finite number"
    if math.isinf(float(number)):
        return f"is beyond the range of every format: the largest number is {sys.float_info.max:.5g}"
    if number and not float(number):
        return f"rounds to 0 in every format: the least number is {math.ulp(0.0):.3g}"
    return ""


def _api(data: dict[str, Any]) -> Api:
    name = data["name"]
    learned = msgspec.convert(data["learned"], Learned) if "learned" in data else None
    call = data.get("call", f"{name}(x)")
    return Api(name, call, data.get("defaults", {}), data.get("audit", False), data.get("training", ""), learned)
