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


def formulas(x):
    s = 1 / (1 + math.exp(-x))
    bump = s / (1 + math.exp(x))  # s (1 - s), without a difference
    return [s, bump, bump * (1 - 2 * s), bump * (1 - 6 * bump)]


print("  x   derivatives 1 to 4 of softplus")
right, flat = [], []
for x in (-15.0, -5.0, -1.0, 1.0, 5.0, 15.0):
    found, exact = derivatives(F.softplus, x, 4), formulas(x)
    right += [
        math.isclose(a, b, rel_tol=1e-7) for a, b in zip(found, exact, strict=True)
    ]
    flat += derivatives(torch.relu, x, 4)[1:]
    print(f"{x:3g}  " + " ".join(f"{d:12.5g}" for d in found))
right = all(right)
print("they match the formulas in sigmoid:", right)
print("ReLU, derivatives 2 to 4 are 0 there:", not any(flat))

# Counter-example 1: Newton's method for the minimum of f(x) − x/2, which is at 0.
reached = {}
for start in (-5.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 5.0):
    x = start
    for _ in range(8):
        first, second = derivatives(F.softplus, x, 2)
        if second == 0:
            break
        x -= (first - 0.5) / second
    reached[start] = abs(x) < 1e-9
    print(f"Newton from {start:2g} finds the minimum:", reached[start])

# Counter-example 2: above PyTorch's threshold, 20, the higher ones are cut off.
cut = [derivatives(F.softplus, x, 4)[1:] for x in (21.0, 25.0, 30.0)]
print("at 21, 25 and 30 derivatives 2 to 4 are 0:", not any(map(any, cut)))
print(f"the second at 21 should be {math.exp(-21):.6g}")

if not right or not any(reached.values()):
    print("verdict: false")
else:
    fine = all(reached.values()) and any(map(any, cut))
    print("verdict:", "true" if fine else "half true")
