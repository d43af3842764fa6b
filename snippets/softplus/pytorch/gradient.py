import torch
import torch.nn.functional as F

x = torch.tensor([-80.0, -20.0, -1.0, 0.0, 1.0, 20.0, 80.0], requires_grad=True)
(gradient,) = torch.autograd.grad(F.softplus(x).sum(), x)
sigmoid = torch.sigmoid(x)

print("    x     gradient      sigmoid")
for row in torch.stack([x, gradient, sigmoid], dim=1).tolist():
    print("{:5g} {:12.5g} {:12.5g}".format(*row))
same = torch.allclose(gradient, sigmoid, rtol=1e-6, atol=0)
print("equal to 6 digits:", same)
