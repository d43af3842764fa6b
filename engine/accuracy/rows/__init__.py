"""The accuracy of functions of a vector: rows of arrays, along whose last axis libraries compute."""
