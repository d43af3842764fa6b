"""Measurements of what the engine costs: `python -m bench`."""
