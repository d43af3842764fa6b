# Binary cross-entropy on logits is softplus: loss = softplus(z) − yz.
import torch
import torch.nn.functional as F


def loss(z, y):
    return F.softplus(z) - y * z


z = torch.tensor([-200.0, -5.0, 0.0, 5.0, 200.0], requires_grad=True)
y = torch.tensor([1.0, 0.0, 1.0, 0.0, 0.0])
p = torch.sigmoid(z)
typed = -(y * p.log() + (1 - y) * (1 - p).log())  # rounds p to 0 or 1, then ln 0
clamped = F.binary_cross_entropy(p, y, reduction="none")  # limits the logarithm to -100
library = F.binary_cross_entropy_with_logits(z, y, reduction="none")

print("   z  y       typed     clamped    softplus")
for row in torch.stack([z, y, typed, clamped, loss(z, y)], dim=1).tolist():
    print("{:4g} {:2g} {:11.4g} {:11.4g} {:11.4g}".format(*row))

(gradient,) = torch.autograd.grad(loss(z, y).sum(), z)
print("equal to the library's:", torch.allclose(loss(z, y), library))
print("gradient is p - y     :", torch.allclose(gradient, p - y))
print("all finite            :", bool(loss(z, y).isfinite().all()))
