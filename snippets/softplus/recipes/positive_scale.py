# A positive parameter: store any real number, use its softplus.
import torch
import torch.nn.functional as F
from torch import nn


def inverse_softplus(y):
    return y + torch.log(-torch.expm1(-y))


class Scale(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.raw = nn.Parameter(inverse_softplus(start))

    def forward(self):
        return F.softplus(self.raw)


start = torch.tensor([1e-3, 1.0, 50.0])
print("starts where it should:", torch.allclose(Scale(start)(), start, rtol=1e-5))

# Why not exp? Its gradient grows with the value, that of softplus is at most 1.
raw = torch.tensor([1.0, 5.0, 10.0], requires_grad=True)
print(" raw    d exp  d softplus")
(exp,) = torch.autograd.grad(raw.exp().sum(), raw)
(soft,) = torch.autograd.grad(F.softplus(raw).sum(), raw)
for row in torch.stack([raw, exp, soft], dim=1).tolist():
    print("{:4g} {:8.5g} {:11.5g}".format(*row))

# One step of gradient descent on (y - 1)^2. A factor for exp is a summand for softplus,
# but a step that is large enough takes either to 0, where it stays.
print("   y  rate  y = exp(raw)  y = softplus(raw)")
for y in (torch.tensor(5.0), torch.tensor(200.0)):
    for rate in (0.01, 0.1, 1):
        after = []
        for positive, raw in ((torch.exp, y.log()), (F.softplus, inverse_softplus(y))):
            raw.requires_grad_()
            (g,) = torch.autograd.grad((positive(raw) - 1) ** 2, raw)
            after.append(positive(raw - rate * g).item())
        print("{:4g} {:5g} {:13.3g} {:18.3g}".format(y, rate, *after))
