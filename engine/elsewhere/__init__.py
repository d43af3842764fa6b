"""Run snippets and audits as another machine, or with other libraries, would.

May use accuracy and the rooms above it.
"""
