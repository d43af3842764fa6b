"""Measurements of what the engine costs and of what a reader gets: `python -m bench`."""
