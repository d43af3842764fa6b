import matplotlib.pyplot as plt
import numpy as np


def hardswish(x):
    return x * (np.minimum(np.maximum(x + 3, 0), 6) / 6)


def derivative(x):
    return np.where(x < -3, 0, np.where(x > 3, 1, (2 * x + 3) / 6))


def broken(y):
    """Leave out the last value before a jump, so that no line joins its two sides."""
    step = np.abs(np.diff(y))
    beside = np.maximum(np.roll(step, 1), np.roll(step, -1))
    jump = step > 10 * beside + 0.01
    return np.where(np.append(jump, False), np.nan, y)


x = np.linspace(-6, 6, 1201)

fig, ax = plt.subplots(layout="constrained")
ax.plot(x, broken(hardswish(x)), "C0", lw=2.5, label="$f(x)$")
ax.plot(x, broken(derivative(x)), "C1", lw=2.5, label="$f'(x)$")

# Axes through the origin, in the manner of a textbook.
ax.spines[["left", "bottom"]].set_position("zero")
ax.spines[["right", "top"]].set_visible(False)
ax.set(xlim=(-6, 6), xticks=[-6, -4, -2, 2, 4, 6])
ax.legend(loc="upper left")

plt.savefig("figure.svg")
