"""The smallest function that there can be, for tests of what is made of a function."""

DEFINITION = """\
name: Demo
expression: x
stable: x
derivative: "1"
apis: [{name: numpy.positive}]
figure: {en: A line, zh: 一条线}
"""
