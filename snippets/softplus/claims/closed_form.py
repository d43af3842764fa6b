# Claim: softplus has a simple closed form, tied to the sigmoid.
import numpy as np

x = np.linspace(-30, 30, 601)
f = np.logaddexp(0, x)
sigmoid = np.exp(-np.logaddexp(0, -x))

# f(x + ih) = f(x) + ih f'(x) + O(h²): a derivative without cancellation.
h = 1e-30
derivative = np.log1p(np.exp(x + 1j * h)).imag / h
checks = {
    "f'(x) = sigmoid(x)         ": np.allclose(derivative, sigmoid, rtol=1e-12, atol=0),
    "f(x) = -ln(1 - sigmoid(x)) ": np.allclose(f[x < 5], -np.log1p(-sigmoid[x < 5])),
    "f(x) - f(-x) = x           ": np.allclose(f - f[::-1], x, atol=1e-13),
}
for name, holds in checks.items():
    print(name, holds)

# The catch: typed as it stands, the closed form fails at both ends.
with np.errstate(over="ignore"):
    for x in (-40.0, 710.0):
        print(f"x = {x:g}: ln(1 + exp(x)) = {np.log(1 + np.exp(x)):g}, ", end="")
        print(f"right is {np.logaddexp(0, x):.6g}")

print("verdict:", "true" if all(checks.values()) else "false")
