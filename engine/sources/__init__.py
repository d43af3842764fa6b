"""What people write, read and refused: definitions, snippets, cells, reports from upstream, includes, pages.

May use base.
"""
