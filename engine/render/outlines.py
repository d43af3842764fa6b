"""Write the outlines of a drawing in few characters: rounded, relative, without what cannot be seen.

Positions are rounded, not steps, so that errors do not add up: no point moves by more than half a unit.
"""

from __future__ import annotations

import re

#: Number of coordinates after each command that matplotlib writes.
_LENGTH = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
_TOKEN = re.compile(r"([A-Za-z])|(-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([\s,]+)")


class OutlineError(ValueError):
    """An outline with something else in it than absolute commands M, L, Q, C and Z and their coordinates."""


def compact(outline: str, unit: float = 0.1, decimals: int = 1) -> str:
    """The value of an SVG path's `d` for the same outline, its points at multiples of `unit`.

    The result counts in `unit * 10**decimals`: with the defaults it stays in the coordinates of the original, and with
    `decimals=0` the path has to be scaled by `unit`. Raises OutlineError.
    """
    x = y = start_x = start_y = 0
    steps: list[tuple[str, list[int]]] = []
    for command, numbers in _commands(outline):
        places = [round(number / unit) for number in numbers]
        moves = [place - (y if index % 2 else x) for index, place in enumerate(places)]
        if command == "Z":
            x, y = start_x, start_y
            steps.append(("z", []))
            continue
        x, y = places[-2:]
        if command == "M":
            start_x, start_y = x, y
        if command == "L":
            _line(steps, moves)
        else:
            steps.append((command.lower(), moves))
    return _text(steps, decimals)


def decimal(units: int, decimals: int) -> str:
    """A number of units of `10**-decimals`, without needless characters: -5, 1 -> "-.5"."""
    if not decimals:
        return str(units)
    whole, rest = divmod(abs(units), 10**decimals)
    fraction = f".{rest:0{decimals}}".rstrip("0") if rest else ""
    sign = "-" if units < 0 else ""
    return sign + (f"{whole or ''}{fraction}" or "0")


def _commands(outline: str) -> list[tuple[str, list[float]]]:
    commands: list[tuple[str, list[float]]] = []
    end = 0
    for match in _TOKEN.finditer(outline):
        if match.start() != end:
            break
        end = match.end()
        if match[1]:
            commands.append((match[1].upper() if match[1] == "z" else match[1], []))
        elif match[2]:
            if not commands:
                break
            commands[-1][1].append(float(match[2]))
    if end != len(outline) or any(_LENGTH.get(command) != len(numbers) for command, numbers in commands):
        raise OutlineError(f"not an outline as matplotlib writes it: {outline[:60]!r}")
    return commands


def _line(steps: list[tuple[str, list[int]]], moves: list[int]) -> None:
    """Add a line, joined to the one before if that goes on in the same direction along an axis."""
    right, down = moves
    if right and down:
        steps.append(("l", moves))
        return
    command, length = ("v", down) if down else ("h", right)
    if steps and steps[-1][0] == command and steps[-1][1][0] * length > 0:
        steps[-1][1][0] += length
    elif length or steps[-1][0] == "m":  # a line without length is a dot if its ends are square or round
        steps.append((command, [length]))


def _text(steps: list[tuple[str, list[int]]], decimals: int) -> str:
    text, last = "", ""
    for command, moves in steps:
        numbers = [decimal(move, decimals) for move in moves]
        if command in "mz" or (command != last and (last, command) != ("m", "l")):  # a move goes on as a line
            text += command
        for number in numbers:
            text += f" {number}" if text[-1].isdigit() and number[0] != "-" else number
        last = command
    return text
