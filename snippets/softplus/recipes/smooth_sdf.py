# Softplus(beta=100) in networks of signed distances: nearly ReLU, with a second
# derivative, which losses on the gradient of the network need.
import math

import torch
from torch import nn

softplus = nn.Softplus(beta=100)


def derivatives(f, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = f(x)
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    if not first.requires_grad:  # a constant
        return y.item(), first.item(), 0.0
    (second,) = torch.autograd.grad(first, x)
    return y.item(), first.item(), second.item()


print("     x    softplus'  softplus''  relu''")
for x in (-0.05, 0.0, 0.01, 0.05, 0.21):
    _, first, second = derivatives(softplus, x)
    print(f"{x:6g} {first:12.6g} {second:11.6g} {derivatives(torch.relu, x)[2]:7g}")

at_0, _, peak = derivatives(softplus, 0.0)
beyond, slope, flat = derivatives(softplus, 0.21)
print("gap to ReLU at most ln(2)/100:", math.isclose(at_0, math.log(2) / 100))
print("second derivative up to 25   :", math.isclose(peak, 25))
print("linear above 20/100 = 0.2    :", (beyond, slope, flat) == (0.21, 1, 0))


def eikonal_gradient(activation):  # a distance has |∇f| = 1; train towards that
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 64), activation, nn.Linear(64, 1)).double()
    point = torch.tensor([0.3, -0.2], dtype=torch.float64, requires_grad=True)
    (normal,) = torch.autograd.grad(net(point), point, create_graph=True)
    loss = (normal.norm() - 1) ** 2
    (bias,) = torch.autograd.grad(loss, net[0].bias, materialize_grads=True)
    return bias


print("eikonal loss moves some bias, softplus:", bool(eikonal_gradient(softplus).any()))
print(
    "eikonal loss moves some bias, ReLU    :", bool(eikonal_gradient(nn.ReLU()).any())
)
