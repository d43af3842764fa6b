"""What the commands of `python -m engine` do: a module for each, and what they share.

May use all rooms above it.
"""
