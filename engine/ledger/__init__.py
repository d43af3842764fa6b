"""What each snippet printed with which release of its framework.

May use elsewhere and the rooms above it.
"""
