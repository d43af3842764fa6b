"""The public names of functions in the libraries: whether each exists, with which defaults, and computes the function.

May use compare and the rooms above it.
"""
