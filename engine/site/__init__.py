"""All that knows MkDocs or the built HTML: hooks, Markdown extensions, labs' pages, twins, serving.

May use all rooms above it.
"""
