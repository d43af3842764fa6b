"""On the page of a function whose form to compute with is stable within a declared bound only: that bound."""

from __future__ import annotations

from engine.sources.definition import Definition

BOUND = "bound.md"

WORDS = {
    "en": "In float64 the form to compute with, `{stable}`, is within {within} ulp of the exact value, or within what "
    "rounding *x* makes of it. This bound is declared. The build tries it from one end of float64 to the other, and "
    "more closely where the error is largest, and refuses one of more than twice what is needed.",
    "zh": "在 float64 中，用来计算的写法 `{stable}` 与精确值相差不超过 {within} ulp，或不超过 *x* 自身舍入造成的差别。"
    "这个上限是声明的：构建时从 float64 的一端试到另一端，误差最大处试得更密；超过所需两倍的上限会被拒绝。",
}


def bound_fragment(definition: Definition, language: str) -> str:
    """A sentence with the bound."""
    return WORDS[language].format(stable=definition.stable, within=f"{definition.within:g}") + "\n"
