"""Compare what a snippet printed with what is recorded, and give the verdict.

May use run and the rooms above it.
"""
