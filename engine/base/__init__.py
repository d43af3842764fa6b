"""What every room may use: errors, files, results under digests, YAML with lines, languages, processes and libraries.

May use no other room.
"""
