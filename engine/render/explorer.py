"""The figure of a function as something to explore: its formulas as JavaScript, written from the definition.

See `engine.mathematics.formula.javascript`: the page computes a formula as it is written, in float64 and float32, with
its derivatives, and to many digits.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from html import escape

from engine.base.errors import Problem
from engine.base.languages import WORDS
from engine.mathematics.conditions import indicator
from engine.mathematics.formula import javascript
from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.tree import Variable
from engine.sources.definition import Definition, Parameter

#: The words of which theme/assets/js/microscope.js has many digits.
_EXACT = {"add", "sub", "mul", "div", "neg", "pow", "sqrt", "hypot", "exp", "expm1", "log", "log1p"}
_EXACT |= {"tanh", "sinh", "cosh"}
#: How relations are said where no formula can stand.
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "*": "·", "-": "−"}
_EXACT |= {"erf", "erfc", "erfcx", "pi", "e", "abs", "sign", "step", "max", "min", "lt", "le", "gt", "ge", "eq", "ne"}


def formula(text: str, parameters: tuple[Parameter, ...]) -> tuple[str, set[str]]:
    """A formula of a definition as a JavaScript function of (arithmetic, x, parameters), and the operations in it.

    Raises FormulaError for what the page's arithmetic does not have.
    """
    names = ("x", *(parameter.name for parameter in parameters))
    return javascript.function(read(text, {name: Variable(name) for name in names}), names)


def script(definition: Definition) -> str:
    """A script element that tells the page the formulas and parameters of a function. Raises FormulaError."""
    forms = {name: formula(text, definition.parameters)[0] for name, text in _forms(definition).items()}
    others = {name: formula(text, ())[0] for name, text in definition.compare.items()}
    parameters = [
        {"name": p.name, "label": label(p), "domain": p.domain, "default": p.default} for p in definition.parameters
    ]
    parts = [f"parameters:{_json(parameters)}", f"conditions:[{','.join(_conditions(definition))}]"]
    parts += [f"{name}:{text}" for name, text in forms.items()]
    parts.append(f"compare:{{{','.join(f'{_json(name)}:{text}' for name, text in others.items())}}}")
    return f"<script>(globalThis.explorable??={{}})[{_json(_key(definition))}]={{{','.join(parts)}}}</script>"


def _conditions(definition: Definition) -> Iterator[str]:
    """Of each condition how it is said, and a function of (arithmetic, parameters), 1 where it holds."""
    labels = {parameter.name: label(parameter) for parameter in definition.parameters}
    names = {name: Variable(name) for name in labels}
    for text in definition.conditions:
        says = re.sub(r"[A-Za-z_]\w*", lambda word: labels.get(word[0], word[0]), text)
        for sign, shown in _SIGNS.items():
            says = says.replace(sign, shown)
        holds, _ = javascript.function(indicator(text, names), tuple(names))
        yield f"{{says:{_json(says)},holds:{holds}}}"


def _faults(definition: Definition) -> list[Problem]:
    """The formulas that cannot be a script."""
    texts = {("stable",): definition.stable, ("expression",): definition.expression}
    texts |= {("compare", name): text for name, text in definition.compare.items()}
    texts |= {("conditions", i): f"Piecewise((1, {text}), (0, True))" for i, text in enumerate(definition.conditions)}
    problems = []
    for keys, text in texts.items():
        try:
            formula(text, () if keys[0] == "compare" else definition.parameters)
        except FormulaError as error:
            detail = "  write it with what theme/assets/js/arithmetic.js offers, or add that there"
            reason = f"cannot be explored: {error}"
            problems.append(Problem(definition.path.as_posix(), reason, definition.line(*keys), detail))
    return problems


def _forms(definition: Definition) -> dict[str, str]:
    return {"stable": definition.stable, "naive": definition.expression}


def _key(definition: Definition) -> str:
    return definition.path.parts[1]


def _json(value: object) -> str:
    # A text that ended the script element would be markup.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def label(parameter: Parameter) -> str:
    """How a parameter is called where no formula can stand: β for beta."""
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {parameter.name.upper()}")
    except KeyError:
        return parameter.name


def explorer(definition: Definition, figure: str, language: str) -> tuple[str, list[Problem]]:
    """A figure as HTML, made explorable, and what is wrong. Without script it stays the figure.

    That of a function of a vector stays it anyway: it is drawn over a plane.
    """
    if definition.entries:
        return figure, []
    if problems := _faults(definition):
        return figure, problems
    told = script(definition)
    curves, parameters = 3 + len(definition.compare), len(definition.parameters)
    # How many rows its controls take, in each layout of site.css, so that their place is kept.
    layouts = {
        "wide": -(-curves // 2) - (-(1 + parameters) // 2),
        "narrow": -(-curves // 2) + 1 + parameters,
        "slim": curves + 1 + parameters,
    }
    rows = ";".join(f"--{name}:{count}" for name, count in layouts.items())
    return _block(told + _element("function-explorer", definition, "explorer", language, figure, rows)), []


def microscope(definition: Definition, language: str) -> str:
    """The element that compares the formula as it is typed with its stable form, number by number.

    Where the page cannot compute the function to many digits, a sentence that says so. It takes its formulas from the
    explorer's script. Nothing for a function of a vector.
    """
    if definition.entries:
        return ""
    try:
        used = [formula(text, definition.parameters)[1] for text in _forms(definition).values()]
    except FormulaError:
        return ""  # the explorer says so
    if missing := sorted(set().union(*used) - _EXACT):
        return WORDS[language]["no microscope"].format(names=", ".join(f"`{name}`" for name in missing)) + "\n"
    return _block(_element("stability-microscope", definition, "microscope", language)) + "\n"


def _block(html: str) -> str:
    """Markdown takes a custom element for a part of a paragraph, which a figure cannot stand in."""
    return f'<div class="explorable">{html}</div>'


def _element(name: str, definition: Definition, words: str, language: str, content: str = "", style: str = "") -> str:
    """A custom element of a function, with all that it says in the page's language."""
    told = {key.removeprefix(f"{words} "): text for key, text in WORDS[language].items() if key.startswith(f"{words} ")}
    attributes = f'data-function="{_key(definition)}" data-words="{escape(_json(told))}"'
    attributes += f' style="{style}"' if style else ""
    return f"<{name} {attributes}>{content}</{name}>"
