"""The bins of x in which the largest error is told: of equal width in asinh(x * BEND), up to 2**REACH.

The measuring fills them and the figure draws them.
"""

#: Bins on each side of 0.
BINS = 45
BEND, REACH = 2.0, 10
