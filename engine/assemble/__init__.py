"""Put a function's fragments and files together, and bring those of all functions up to date.

May use all rooms above it.
"""
