"""Run a snippet in a process of its own, with what it may see, ask and take; the result is what it printed.

May use base, sources and mathematics.
"""
