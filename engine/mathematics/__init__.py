"""Formulas as trees, with what reads and computes them; derivations and facts, checked. No libraries' code runs here.

May use base and sources.
"""
