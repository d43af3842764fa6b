import matplotlib.pyplot as plt
import numpy as np
import scipy.special


def glu(x):
    return np.split(x, 2, axis=-1)[0] * scipy.special.expit(np.split(x, 2, axis=-1)[1])


x1 = np.linspace(-6, 6, 1201)

fig, ax = plt.subplots(layout="constrained")
for x2 in [-2, 0, 2]:
    x = np.stack([x1, np.full_like(x1, x2)], axis=-1)
    ax.plot(x1, glu(x)[..., 0], lw=2.5, label=f"$x_2 = {x2}$")

# Axes through the origin, in the manner of a textbook.
ax.spines[["left", "bottom"]].set_position("zero")
ax.spines[["right", "top"]].set_visible(False)
ax.set(xlim=(-6, 6), xticks=[-6, -4, -2, 2, 4, 6])
ax.set_xlabel("$x_1$", loc="right")
ax.set_ylabel("$f_1(x)$", loc="top", rotation=0)
ax.legend(loc="upper left")

plt.savefig("figure.svg")
