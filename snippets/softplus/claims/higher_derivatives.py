# Claim: softplus is easier where second or higher derivatives are needed.
import math

import torch
import torch.nn.functional as F


def derivatives(f, x, order):
    x, values = torch.tensor(x, dtype=torch.float64), []
    for _ in range(order):
        f = torch.func.grad(f)
        values.append(f(x).item())
    return values


s = 1 / (1 + math.exp(-1))
exact = [
    s,
    s * (1 - s),
    s * (1 - s) * (1 - 2 * s),
    s * (1 - s) * (1 - 6 * s + 6 * s * s),
]
found = derivatives(F.softplus, 1.0, 4)
right = all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(found, exact, strict=True))
print("softplus, derivatives 1 to 4 at 1:", *(f"{d:.6f}" for d in found))
print("they match the formulas in sigmoid:", right)
print("ReLU, derivatives 1 to 4 at 1    :", *derivatives(torch.relu, 1.0, 4))

# Counter-example 1: Newton's method for the minimum of f(x) − x/2, which is at 0.
reached = []
for start in (2.0, 3.0):
    x = start
    for _ in range(8):
        first, second = derivatives(F.softplus, x, 2)
        if second == 0:
            break
        x -= (first - 0.5) / second
    reached.append(abs(x) < 1e-9)
    print(f"Newton from {start:g} finds the minimum:", reached[-1])

# Counter-example 2: above PyTorch's threshold, 20, the second derivative is cut off.
second = derivatives(F.softplus, 21.0, 2)[1]
print(f"second derivative at 21: {second:g}, right is {math.exp(-21):.6g}")

if not right or not reached[0]:
    print("verdict: false")
else:
    print("verdict:", "true" if reached[1] and second > 0 else "half true")
