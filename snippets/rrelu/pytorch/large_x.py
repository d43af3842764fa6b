import math

import torch
import torch.nn.functional as F

x = torch.tensor(
    [-math.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, math.inf, math.nan],
    requires_grad=True,
)
y = F.rrelu(x)
(gradient,) = torch.autograd.grad(y.sum(), x)

print("      x         f(x)        f'(x)")
for row in torch.stack([x, y, gradient], dim=1).tolist():
    print("{:7g} {:12.4g} {:12.4g}".format(*row))
