import matplotlib.pyplot as plt
import numpy as np
import scipy.special


def gelu_tanh(x):
    return x * scipy.special.expit(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))


def derivative(x):
    return (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2 + x * np.sqrt(
        2 / np.pi
    ) * (1 + 0.134145 * x**2) * (
        1 - np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)) ** 2
    ) / 2


x = np.linspace(-6, 6, 1201)

fig, ax = plt.subplots(layout="constrained")
ax.plot(x, gelu_tanh(x), "C0", lw=2.5, label="$f(x)$")
ax.plot(x, derivative(x), "C1", lw=2.5, label="$f'(x)$")

# Axes through the origin, in the manner of a textbook.
ax.spines[["left", "bottom"]].set_position("zero")
ax.spines[["right", "top"]].set_visible(False)
ax.set(xlim=(-6, 6), xticks=[-6, -4, -2, 2, 4, 6])
ax.legend(loc="upper left")

plt.savefig("figure.svg")
