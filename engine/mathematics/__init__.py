"""Formulas, derivations and facts: read from LaTeX or SymPy's syntax, and checked. No libraries' code runs here.

May use base and sources.
"""
