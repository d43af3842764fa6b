# Claim: it saturates on the left, milder than the sigmoid, yet its gradient decays.
import math

import torch
import torch.nn.functional as F


def gradient(f, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(f(x), x)[0].item()


print("  x  softplus'     sigmoid'      ratio")
ratios = {}
for x in (-20.0, -10.0, -5.0, -2.0, -1.0, 0.0, 5.0, 10.0):
    soft, sig = gradient(F.softplus, x), gradient(torch.sigmoid, x)
    ratios[x] = soft / sig
    print(f"{x:3g}  {soft:<12.6g}  {sig:<12.6g}  {soft / sig:.6g}")
law = all(math.isclose(ratio, 1 + math.exp(x)) for x, ratio in ratios.items())
print("the ratio is 1 + e^x:", law)


# What decay means: one unit f(b) has to learn an output in the middle of its range.
def learn(f, wanted, starts, optimiser, rate, lengths):
    """Whether it has learnt, for each start, after so many steps."""
    b = torch.tensor(starts, requires_grad=True)  # each on its own, side by side
    step = optimiser([b], lr=rate)
    for done in range(max(lengths) + 1):
        error = f(b) - wanted
        if done in lengths:
            cells = " ".join(f"{'yes' if e < 0.1 else 'no':>4}" for e in error.abs())
            print(f"{rate:5}  {done:5} {cells}")
        step.zero_grad()
        (error**2).sum().backward()
        step.step()


sgd = torch.optim.SGD, (-10.0, -6.0, -4.0, -2.0, 4.0, 10.0), (100, 1000, 10000)
adam = torch.optim.Adam, (-110.0, -40.0, -20.0, -6.0, 4.0, 10.0), (100, 1000)
for f, wanted, (optimiser, starts, lengths) in (
    (F.softplus, 1.0, sgd),
    (torch.sigmoid, 0.5, sgd),
    (F.softplus, 1.0, adam),
):
    print(f"\n{f.__name__}, {optimiser.__name__}, learns {wanted} from")
    print(" rate  steps " + " ".join(f"{start:4g}" for start in starts))
    for rate in (0.01, 0.1):
        learn(f, wanted, starts, optimiser, rate, lengths)

decays = gradient(F.softplus, -20.0) < 1e-8
milder = ratios[-10.0] > 1.01  # on the left, which is where it saturates
if not decays:
    print("verdict: false")
else:
    print("verdict:", "true" if milder else "half true")
