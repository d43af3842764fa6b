import matplotlib.pyplot as plt
import numpy as np


def rrelu(x):
    return np.where(x > 0, x, (0.125 + 0.3333333333333333) / 2 * x)


def derivative(x):
    return np.where(x > 0, 1, (0.125 + 0.3333333333333333) / 2)


x = np.linspace(-6, 6, 1201)

fig, ax = plt.subplots(layout="constrained")
ax.plot(x, rrelu(x), "C0", lw=2.5, label="$f(x)$")
ax.plot(x, derivative(x), "C1", lw=2.5, label="$f'(x)$")

# Axes through the origin, in the manner of a textbook.
ax.spines[["left", "bottom"]].set_position("zero")
ax.spines[["right", "top"]].set_visible(False)
ax.set(xlim=(-6, 6), xticks=[-6, -4, -2, 2, 4, 6])
ax.legend(loc="upper left")

plt.savefig("figure.svg")
