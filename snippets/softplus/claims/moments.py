# Claim: of a standard normal input it makes a mean of 0.806 and a deviation of 0.521.
import numpy as np
from mpmath import exp, log1p, mp, npdf, nstr, pi, quad, sqrt

mp.dps = 20


def f(x):
    return log1p(exp(x))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def mean(g):  # beyond 12 the density is below 1e-31
    return quad(lambda z: g(z) * npdf(z), [-12, -4, 4, 12])


first, second = mean(f), mean(lambda z: f(z) ** 2)
deviation = sqrt(second - first**2)
slope, slope_squared = mean(sigmoid), mean(lambda z: sigmoid(z) ** 2)
rows = {
    "mean": (first, 1 / sqrt(2 * pi)),
    "deviation": (deviation, sqrt((1 - 1 / pi) / 2)),
    "E f^2": (second, 0.5),
    "E f'": (slope, 0.5),
    "E f'^2": (slope_squared, 0.5),
}
print("           softplus         ReLU")
for name, (soft, relu) in rows.items():
    print(f"{name:9}  {nstr(soft, 12):<15}  {nstr(relu, 12)}")

# Two checks of the integrals: Stein's E Z f(Z) = E f'(Z), and another rule in float64.
z, w = np.polynomial.hermite_e.hermegauss(60)
w = w / w.sum()
y = np.logaddexp(0, z)
right = [
    abs(mean(lambda z: z * f(z)) - slope) < 1e-15,
    abs(slope - 0.5) < 1e-15,
    bool(abs(w @ y - float(first)) < 1e-9 and abs(w @ y**2 - float(second)) < 1e-9),
    round(float(first), 3) == 0.806 and round(float(deviation), 3) == 0.521,
]
print("Stein's identity and Gauss-Hermite agree:", all(right))

print("verdict:", "true" if all(right) else "false")
