# Claim: the gradient of softplus does not vanish; it is positive and tends to 1.
import torch
import torch.nn.functional as F


def gradient(x, dtype, layers=1):
    x = y = torch.tensor(x, dtype=dtype, requires_grad=True)
    for _ in range(layers):
        y = F.softplus(y)
    return torch.autograd.grad(y, x)[0].item()


print("at  10, float64:", round(gradient(10.0, torch.float64), 6))
tends_to_1 = gradient(1000.0, torch.float64) == 1

# One layer: the sigmoid is positive for every real x, its floating-point value is not.
zeros = []
for dtype, near, far in (
    (torch.float16, -10.0, -20.0),
    (torch.bfloat16, -80.0, -100.0),
    (torch.float32, -80.0, -110.0),
    (torch.float64, -700.0, -750.0),
):
    positive, zero = gradient(near, dtype) > 0, gradient(far, dtype) == 0
    zeros.append(zero)
    print(f"{str(dtype)[6:]:8} at {near:4g} > 0: {positive}, at {far:4g} = 0: {zero}")

# Depth: n softpluses in a row are ln(n + eˣ), with the gradient 1 / (n + 1) at 0.
for n in (1, 10, 100):
    print(f"{n:3} in a row, at 0: {gradient(0.0, torch.float64, n):.6f}")
shrinks = gradient(0.0, torch.float64, 100) < 0.01

# With random weights N(0, 1 / width) too, forty layers deep.
vanished = []
for seed in (0, 1, 2):
    g = torch.Generator().manual_seed(seed)
    x = h = torch.randn(64, generator=g).requires_grad_()
    for _ in range(40):
        h = F.softplus(torch.randn(64, 64, generator=g) @ h / 8)
    vanished.append(bool(torch.autograd.grad(h.sum(), x)[0].norm() < 1e-6))
print("40 random layers, gradient < 1e-6, three seeds:", all(vanished))

if not tends_to_1:
    print("verdict: false")
else:
    print("verdict:", "half true" if any(zeros) or shrinks else "true")
