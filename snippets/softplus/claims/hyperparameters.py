# Claim: its mean is not zero, so it may need another initialisation or learning rate.
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
MEAN = 0.806059  # of softplus(z) for z ~ N(0, 1); that of ReLU is 0.398942


def trains(activation, optimiser, lr, seed, cancel=0.0):  # six layers learn sin(2x)
    torch.manual_seed(seed)
    layers = [
        nn.Linear(1, 32),
        *(nn.Linear(32, 32) for _ in range(5)),
        nn.Linear(32, 1),
    ]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    for layer in layers[1:]:  # cancel the mean that arrives from the layer before
        layer.bias.data -= cancel * layer.weight.data.sum(1)
    x = torch.linspace(-1.7, 1.7, 64)[:, None]
    step = optimiser([p for layer in layers for p in layer.parameters()], lr=lr)
    for _ in range(100):
        step.zero_grad()
        h = x
        for layer in layers[:-1]:
            h = activation(layer(h))
        loss = F.mse_loss(layers[-1](h), torch.sin(2 * x))
        loss.backward()
        step.step()
    return loss.item() < 0.23  # half the loss of the best constant


SGD, Adam = torch.optim.SGD, torch.optim.Adam
runs = {
    "SGD 0.05, ReLU": (torch.relu, SGD, 0.05),
    "SGD 0.05, softplus": (F.softplus, SGD, 0.05),
    "SGD 0.05, softplus, other biases": (F.softplus, SGD, 0.05, MEAN),
    "Adam 0.01, ReLU": (torch.relu, Adam, 0.01),
    "Adam 0.01, softplus": (F.softplus, Adam, 0.01),
}
trained = []
for name, (f, optimiser, lr, *cancel) in runs.items():
    trained.append(sum(trains(f, optimiser, lr, seed, *cancel) for seed in (0, 1, 2)))
    print(f"{name:32} trains with {trained[-1]} of 3 seeds")

relu, plain, biases, adam_relu, adam = trained
if plain >= relu:
    print("verdict: false")
elif adam >= adam_relu or biases <= plain:
    print("verdict: half true")
else:
    print("verdict: true")
