"""The words of LaTeX that formulas use, and what they stand for in the tree."""

from __future__ import annotations

from engine.mathematics.formula.operations import FUNCTIONS

FUNCTION_COMMANDS = {
    *(rf"\{name}" for name in ("ln", "log", "exp", "max", "min", "arcsin", "arccos", "arctan")),
    *(rf"\{name}" for name in ("sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth")),
}
SEVERAL_ARGUMENTS = {"max", "min"}
KNOWN = {*FUNCTIONS, *SEVERAL_ARGUMENTS, "log", "Li"}
CONSTANTS = {"e": "e", r"\pi": "pi", r"\infty": "inf"}
REPEATED = {r"\sum": "sum", r"\prod": "prod"}
FRACTIONS = {r"\frac", r"\dfrac", r"\tfrac"}
DIFFERENTIALS = {"d", r"\partial"}
FACTORS = {
    *(*FUNCTION_COMMANDS, *CONSTANTS, *REPEATED, *FRACTIONS),
    *(r"\sqrt", r"\binom", r"\int", r"\lim", r"\begin{cases}"),
}
TIMES = {r"\cdot", r"\times", "*"}
BRACKETS = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
AT_LEAST = (r"\ge", r"\geq", r"\geqslant")
RELATIONS = {
    "=": "=",
    **dict.fromkeys(["<", r"\lt"], "<"),
    **dict.fromkeys([">", r"\gt"], ">"),
    **dict.fromkeys([r"\le", r"\leq", r"\leqslant"], "<="),
    **dict.fromkeys(AT_LEAST, ">="),
    **dict.fromkeys([r"\ne", r"\neq"], "!="),
    r"\approx": "~",
    r"\to": "->",
}
ARROWS = {
    **dict.fromkeys([r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow"], "iff"),
    **dict.fromkeys([r"\implies", r"\Rightarrow", r"\Longrightarrow"], "implies"),
}
