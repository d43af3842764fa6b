# Claim: it saturates on the left, milder than the sigmoid, yet its gradient decays.
import torch
import torch.nn.functional as F


def gradient(f, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(f(x), x)[0].item()


print("  x  softplus'     sigmoid'      ratio")
ratios = {}
for x in (-20.0, -10.0, -5.0, 0.0, 10.0):
    soft, sig = gradient(F.softplus, x), gradient(torch.sigmoid, x)
    ratios[x] = soft / sig
    print(f"{x:3g}  {soft:<12.6g}  {sig:<12.6g}  {soft / sig:.6g}")
decays = gradient(F.softplus, -20.0) < 1e-8
milder = ratios[-10.0] > 1.01  # on the left, which is where it saturates

# What decay means: one unit softplus(b) has to learn the output 1, 500 steps of 0.1.
learnt = {}
for optimiser in (torch.optim.SGD, torch.optim.Adam):
    for start in (-3.0, -10.0, -110.0):
        b = torch.tensor(start, requires_grad=True)
        step = optimiser([b], lr=0.1)
        for _ in range(500):
            step.zero_grad()
            ((F.softplus(b) - 1) ** 2).backward()
            step.step()
        learnt[optimiser.__name__, start] = abs(F.softplus(b).item() - 1) < 0.01
        print(
            f"{optimiser.__name__:4} from {start:4g} learns:", list(learnt.values())[-1]
        )

if not decays:
    print("verdict: false")
else:
    print("verdict:", "true" if milder else "half true")
