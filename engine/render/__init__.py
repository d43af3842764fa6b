"""What pages show of all this, as Markdown, HTML, SVG and data: a module for each kind of thing.

May use all rooms above it.
"""
