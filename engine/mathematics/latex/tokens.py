"""LaTeX cut into tokens. Spacing is left out, and so is what only changes the size of a sign."""

from __future__ import annotations

import re
from dataclasses import dataclass


class LatexError(ValueError):
    """LaTeX that is not understood, or not only in one way. `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"column {column}: {message}")


_GREEK = set(
    re.findall(
        r"\\\w+",
        r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi
        \rho \sigma \tau \upsilon \phi \varphi \chi \psi \omega
        \Gamma \Delta \Theta \Lambda \Xi \Sigma \Upsilon \Phi \Psi \Omega""",
    )
)


_TOKEN = re.compile(
    r"""(?P<skip>   \s+ | ~ | \\[,;:!>\ ] | \\(?:quad|qquad|displaystyle|textstyle|limits|[bB]igg?[lrm]?)(?![A-Za-z]) )
      | (?P<words>  \\text\s*\{[^{}]*\} )
      | (?P<upright>\\(?:mathrm|operatorname)\s*(?:\{\s*[A-Za-z]\w*\s*\}|[A-Za-z]) )
      | (?P<fence>  \\(?:left|right)\s*(?:\\[{}]|[()\[\]|]) | \\[lr]vert(?![A-Za-z]) )
      | (?P<command>\\(?:begin|end)\s*\{[a-z]+\} | \\[A-Za-z]+ | \\[{}\\] )
      | (?P<number> [0-9]+(?:\.[0-9]+)? )
      | (?P<sign>   [^\\] )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """kind: `name`, `number`, `words`, `open` or `close` (a fence that says which it is), or `sign` for all others."""

    kind: str
    text: str
    column: int


def tokens(tex: str) -> list[Token]:
    tokens, at = [], 0
    while at < len(tex):
        found = _TOKEN.match(tex, at)
        if not found:
            raise LatexError(f"{tex[at : at + 2]} is not understood", at + 1)
        kind, text = str(found.lastgroup), found[0]
        if kind == "upright":
            kind, text = "name", re.sub(r"\\[a-z]+|[\s{}]", "", text)
        elif kind == "words":
            text = text[text.index("{") + 1 : -1].strip()
        elif kind == "fence":
            kind = "open" if text.startswith((r"\left", r"\lvert")) else "close"
            text = "|" if "vert" in text else re.sub(r"^\\[a-z]+\s*", "", text)
        elif kind in ("sign", "command"):
            text = re.sub(r"\s", "", text)
            kind = "name" if text in _GREEK or (text.isalpha() and text.isascii()) else "sign"
        if kind != "skip":
            tokens.append(Token(kind, text, at + 1))
        at = found.end()
    return tokens
