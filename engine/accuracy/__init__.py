"""How far the libraries are from the exact value: the oracle, the measurement, its record, and reference values.

May use names and the rooms above it.
"""
