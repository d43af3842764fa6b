import torch
import torch.nn.functional as F

x = torch.tensor(
    [-80.0, -20.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 20.0], requires_grad=True
)
(gradient,) = torch.autograd.grad(F.rrelu(x).sum(), x)

print("   x        f'(x)")
for row in torch.stack([x, gradient], dim=1).tolist():
    print("{:4g} {:12.4g}".format(*row))
