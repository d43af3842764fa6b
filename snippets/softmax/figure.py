import matplotlib.pyplot as plt
import numpy as np
import scipy.special

x1, x2 = np.meshgrid(np.linspace(-6, 6, 241), np.linspace(-6, 6, 241))
x = np.stack([x1, x2], axis=-1)
first = scipy.special.softmax(x, axis=-1)[..., 0]

fig, ax = plt.subplots(layout="constrained")
lines = ax.contour(x1, x2, first, levels=5, colors="C0", linestyles="solid")
ax.clabel(lines, colors="C0")
ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", title="$f_1(x)$")

plt.savefig("figure.svg")
