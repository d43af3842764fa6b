"""Break the content of a function one change at a time, and tell which change nothing notices.

A check is worth what it refuses. May use all rooms above it.
"""
