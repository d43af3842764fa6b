import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(-6, 6, 1000)
f = np.logaddexp(0, x)  # ln(1 + eˣ) without overflow
df = np.exp(-np.logaddexp(0, -x))  # σ(x) = e^(−f(−x))

fig, ax = plt.subplots(layout="constrained")
ax.plot(x, f, "C0", lw=2.5, label=r"$f(x)=\ln(1+e^x)$")
ax.plot(x, df, "C1", lw=2.5, label=r"$f'(x)=\sigma(x)$")

# Axes through the origin, in the manner of a textbook.
ax.spines[["left", "bottom"]].set_position("zero")
ax.spines[["right", "top"]].set_visible(False)
ax.set(xlim=(-6, 6), ylim=(-0.4, 6.2), xticks=[-6, -4, -2, 2, 4, 6], yticks=range(1, 7))
ax.legend(loc="upper left")

plt.savefig("softplus.svg")
