"""The proof that a translation renders its English page.

May use base and sources.
"""
