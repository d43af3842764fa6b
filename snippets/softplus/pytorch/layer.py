import torch
from torch import nn

model = nn.Sequential(
    nn.Linear(2, 3),
    nn.Softplus(),
    nn.Linear(3, 1),
    nn.Softplus(),  # as the last layer it makes any real number positive
)
with torch.no_grad():  # fixed weights instead of random ones, to be repeatable
    model[0].weight.copy_(torch.linspace(-1, 1, 6).reshape(2, 3).T)
    model[0].bias.zero_()
    model[2].weight.fill_(-1.0)
    model[2].bias.zero_()

x = torch.tensor([[-2.0, 1.0], [0.0, 0.0], [2.0, -1.0]])
with torch.no_grad():
    y = model(x)
    print("before the last softplus :", model[:3](x).flatten())
print("output                   :", y.flatten())
print("all positive             :", bool((y > 0).all()))
