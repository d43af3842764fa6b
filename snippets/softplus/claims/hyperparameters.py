# Claim: its mean is not zero, so it may need another initialisation or learning rate.
from itertools import pairwise

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
MEAN, DEVIATION = 0.806059, 0.521071  # of softplus(z) for z ~ N(0, 1)
HE = 2**0.5, 0.0  # weights N(0, 2 / inputs), made for ReLU
CENTRED = 2**0.5, MEAN  # the same, and biases that cancel the mean
SCALED = 1 / DEVIATION, MEAN  # these biases, and weights that keep the variance at 1

# Three networks of ten layers, each with its own data, are trained side by side.
torch.manual_seed(0)
x = torch.randn(3, 64, 8)
y = torch.sin(2 * x[:, :, :1])
y = (y - y.mean(1, keepdim=True)) / y.std(1, keepdim=True)


def start(gain, mean):
    torch.manual_seed(1)
    weights, sizes = [], [8, *[64] * 9, 1]
    for n, m in pairwise(sizes):
        first = not weights
        w = torch.randn(3, n, m) * (1 if first else gain) / n**0.5
        bias = -(0 if first else mean) * w.sum(1, keepdim=True)
        weights += [w.requires_grad_(), bias.requires_grad_()]
    return weights


def output(weights, activation):
    h = torch.baddbmm(weights[1], x, weights[0])
    for w, bias in zip(weights[2::2], weights[3::2], strict=True):
        h = torch.baddbmm(bias, activation(h), w)
    return h


def steepness(weights, activation):  # largest curvature of each network's error
    rows = []
    for out in output(weights, activation).sum(0):
        gradient = torch.autograd.grad(out, weights, retain_graph=True)
        rows.append(torch.cat([g.flatten(1) for g in gradient], dim=1))
    return 2 / 64 * torch.linalg.matrix_norm(torch.stack(rows, dim=1), 2) ** 2


def train(weights, activation, optimiser, rates):  # the error of a constant is 1
    step = optimiser(weights)
    for _ in range(300):
        step.zero_grad()
        errors = ((output(weights, activation) - y) ** 2).mean((1, 2))
        (rates * errors).sum().backward()
        step.step()
    return errors.detach()


def sgd(weights):
    return torch.optim.SGD(weights, lr=1)  # times the rate of each network


def adam(weights):
    return torch.optim.Adam(weights, lr=0.002)  # whatever the rates


steep, trained = {}, {}
for name, begin, activation, optimiser in (
    ("SGD, ReLU", HE, torch.relu, sgd),
    ("SGD, softplus", HE, F.softplus, sgd),
    ("SGD, softplus, biases", CENTRED, F.softplus, sgd),
    ("SGD, softplus, biases and weights", SCALED, F.softplus, sgd),
    ("Adam, softplus", HE, F.softplus, adam),
):
    weights = start(*begin)
    steep[name] = steepness(weights, activation)
    # Gradient descent may diverge where rate × steepness is over 2: take half of that.
    errors = train(weights, activation, optimiser, 1 / steep[name])
    trained[name] = int((errors < 0.3).sum())
    print(f"{name:33} trains {trained[name]} of 3 networks")

smaller = bool((steep["SGD, softplus"] > 2 * steep["SGD, ReLU"]).all())
print("softplus needs less than half the rate of ReLU:", smaller)

relu, plain, _, mended, other = trained.values()
if plain >= relu:
    print("verdict: false")
elif other >= relu or mended <= plain:
    print("verdict: half true")
else:
    print("verdict: true")
