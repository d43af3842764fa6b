"""LaTeX cut into tokens, and a reader that goes through them.

Spacing is left out, and so is what only changes the size of a sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

_Read = TypeVar("_Read")

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


class LatexError(ValueError):
    """LaTeX that is not understood, or not only in one way. `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"column {column}: {message}")


@dataclass(frozen=True)
class Token:
    """kind: `name`, `number`, `words`, `open` or `close` (a fence that says which it is), `sign` for others, `end`."""

    kind: str
    text: str
    column: int


def tokens(tex: str) -> list[Token]:
    """The tokens of a formula. Raises LatexError for what is none."""
    cut: list[Token] = []
    at = 0
    while at < len(tex):
        match = _TOKEN.match(tex, at)
        if not match:
            raise LatexError(f"{tex[at : at + 2]} is not understood", at + 1)
        if match.lastgroup != "skip":
            cut.append(Token(*_kind_and_text(str(match.lastgroup), match[0]), at + 1))
        at = match.end()
    return cut


def _kind_and_text(group: str, text: str) -> tuple[str, str]:
    match group:
        case "upright":
            return "name", re.sub(r"\\[a-z]+|[\s{}]", "", text)
        case "words":
            return "words", text[text.index("{") + 1 : -1].strip()
        case "fence":
            kind = "open" if text.startswith((r"\left", r"\lvert")) else "close"
            return kind, "|" if "vert" in text else re.sub(r"^\\[a-z]+\s*", "", text)
        case "sign" | "command":
            text = re.sub(r"\s", "", text)
            return "name" if text in _GREEK or (text.isalpha() and text.isascii()) else "sign", text
    return group, text


class TokenReader:
    """Reads tokens one after the other. `fail` and `unexpected` make the error to raise at the next one."""

    def __init__(self, tex: str) -> None:
        self.tokens = tokens(tex)
        self.length = len(tex)
        self.at = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("end", "", self.length + 1)

    @property
    def text(self) -> str:
        """The next token as it is written; empty for words, which are no signs."""
        return self.token.text if self.token.kind != "words" else ""

    def fail(self, message: str) -> LatexError:
        """The error that says something of the next token."""
        return LatexError(message, self.token.column)

    def unexpected(self) -> LatexError:
        """The error that says that the next token must not be here."""
        return self.fail(f"{self.token.text} is not expected here" if self.token.text else "something is missing here")

    def take(self) -> str:
        """Read any token."""
        text = self.token.text
        self.at += 1
        return text

    def accept(self, *texts: str) -> bool:
        """Whether the next token is one of these; if so, it has been read."""
        if self.text in texts:
            self.at += 1
            return True
        return False

    def expect(self, *texts: str) -> None:
        """Read one of these. Raises LatexError if another token is next."""
        if not self.accept(*texts):
            raise self.fail(f"{texts[0]} is missing here")

    def whole_number(self) -> int:
        """Read digits. Raises LatexError if there are none."""
        if self.token.kind != "number" or "." in self.token.text:
            raise self.unexpected()
        return int(self.take())

    def attempt(self, read: Callable[[], _Read]) -> _Read | None:
        """What `read` returns; None, with nothing read, if it raises LatexError."""
        start = self.at
        try:
            return read()
        except LatexError:
            self.at = start
            return None
