# Claim: the gradient of softplus does not vanish; it is positive and tends to 1.
import math

import torch
import torch.nn.functional as F


def gradient(x, dtype, layers=1, threshold=20):
    x = y = torch.tensor(x, dtype=dtype, requires_grad=True)
    for _ in range(layers):
        y = F.softplus(y, threshold=threshold)
    return torch.autograd.grad(y, x)[0].item()


print("float64   x  1 - gradient       e^-x")
ratios = []
for x in (5.0, 10.0, 15.0, 20.0):
    rest = 1 - gradient(x, torch.float64)
    ratios.append(rest / math.exp(-x))
    print(f"{x:11g} {rest:13.5g} {math.exp(-x):10.5g}")
tends_to_1 = all(0.99 < ratio < 1 for ratio in ratios)

# One layer: the sigmoid is strictly between 0 and 1, its floating-point value is not.
zeros, ones = [], []
for dtype, zero, positive, below, one in (
    (torch.float16, -20.0, -10.0, 7.0, 10.0),
    (torch.bfloat16, -100.0, -80.0, 5.0, 8.0),
    (torch.float32, -110.0, -80.0, 15.0, 19.0),
    (torch.float64, -750.0, -700.0, 20.0, 21.0),
):
    zeros.append(gradient(zero, dtype) == 0 < gradient(positive, dtype))
    ones.append(gradient(below, dtype) < 1 == gradient(one, dtype))
    print(
        f"{str(dtype)[6:]:8} 0 at {zero:4g}, more at {positive:4g}: {zeros[-1]}", end=""
    )
    print(f", below 1 at {below:2g}, 1 at {one:2g}: {ones[-1]}")
late = gradient(30.0, torch.float64, threshold=100)
print("float64, with the threshold at 100, is below 1 at 30:", late < 1)

# Without weights n softpluses are ln(n + e^x), with the gradient e^x / (n + e^x).
print("\nin a row    at -5      at 0      at 5")
for n in (1, 10, 100):
    row = [gradient(x, torch.float64, n) for x in (-5.0, 0.0, 5.0)]
    print(f"{n:8} " + " ".join(f"{g:9.6f}" for g in row))
shrinks = row[1] < 0.01


# With random weights, of the variance v / width: what reaches the input of the norm of
# a random direction at the output. The same weights without activation are a control.
def reaches(activation, v, depth, seed):
    random = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=random).double()

    x = h = draw(64).requires_grad_()
    for _ in range(depth):
        h = activation((v / 64) ** 0.5 * draw(64, 64) @ h)
    direction = draw(64)
    return (torch.autograd.grad(h @ direction, x)[0].norm() / direction.norm()).item()


activations = {"softplus": F.softplus, "ReLU": torch.relu, "none": torch.clone}
print("\nrandom layers, geometric mean of five seeds")
print(" v  layers  softplus     ReLU     none")
found = {}
for v in (0.5, 1, 2, 4):
    for depth in (10, 40):
        for name, activation in activations.items():
            logs = [math.log(reaches(activation, v, depth, s)) for s in range(5)]
            found[name, v, depth] = math.exp(sum(logs) / 5)
        row = " ".join(f"{found[name, v, depth]:8.1e}" for name in activations)
        print(f"{v:3} {depth:6}  {row}")

if not tends_to_1:
    print("verdict: false")
else:
    vanishes = found["softplus", 1, 40] < 1e-6 < 1e-2 < found["none", 1, 40]
    print("verdict:", "half true" if all(zeros) or shrinks or vanishes else "true")
