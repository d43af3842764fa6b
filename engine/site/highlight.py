"""What of a code block gets a colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pygments.filter import Filter
from pygments.lexer import Lexer
from pygments.token import Name, Operator, Punctuation, Text, Whitespace, _TokenType

PLAIN = frozenset({Name, Operator, Punctuation, Whitespace})


class Plain(Filter):
    """A Pygments filter: names, operators, brackets and blanks are plain text, in no element of their own.

    What says something by its colour keeps it: keywords, strings, numbers, comments, functions. The rest would be a
    third of all elements of a page, each to be parsed, styled and laid out.
    """

    def filter(self, lexer: Lexer, stream: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[_TokenType, str]]:
        """The tokens, with the plain ones as text."""
        for kind, value in stream:
            yield (Text if kind in PLAIN else kind), value
