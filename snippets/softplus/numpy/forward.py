import numpy as np

x = np.array([-2.0, 0.0, 2.0])
y = np.logaddexp(0, x)  # ln(e⁰ + eˣ), computed without overflow

print("x           :", x)
print("softplus(x) :", y)
