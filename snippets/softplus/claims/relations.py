# Claim: logistic losses, SiLU, Mish and SchNet's activation are softplus in disguise.
import math

import torch
import torch.nn.functional as F

x = torch.linspace(-15, 15, 301, dtype=torch.float64, requires_grad=True)
f = F.softplus(x)
(slope,) = torch.autograd.grad(f.sum(), x, retain_graph=True)
pairs = {
    "SiLU(x) = x f'(x)": (F.silu(x), x * slope),
    "Mish(x) = x tanh f(x)": (F.mish(x), x * torch.tanh(f)),
    "log-sigmoid(x) = -f(-x)": (F.logsigmoid(x), -F.softplus(-x)),
    "SchNet's ln(e^x / 2 + 1/2) = f(x) - ln 2": (
        torch.log(0.5 * x.exp() + 0.5),
        f - math.log(2),
    ),
}
for y in (0, 1):  # the two labels; soft margin calls them −1 and 1
    label, sign = torch.full_like(x, y), 2 * y - 1
    loss = F.binary_cross_entropy_with_logits(x, label, reduction="none")
    margin = F.soft_margin_loss(x, sign * torch.ones_like(x), reduction="none")
    pairs[f"BCE with logits, y = {y}: f(x) - yx"] = (loss, f - y * x)
    pairs[f"BCE with logits, y = {y}: f((1 - 2y) x)"] = (loss, F.softplus(-sign * x))
    pairs[f"soft margin, y = {sign}: f(-yx)"] = (margin, F.softplus(-sign * x))

right = []
for name, (a, b) in pairs.items():
    right.append(torch.allclose(a, b, rtol=1e-12, atol=1e-14))
    print(f"{name}: {right[-1]}")

print("verdict:", "true" if all(right) else "false")
