import torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
with torch.no_grad():  # fixed weights instead of random ones, to be repeatable
    model[0].weight.copy_(torch.linspace(-1, 1, 6).reshape(2, 3).T)
    model[0].bias.zero_()
    model[2].weight.fill_(1.0)
    model[2].bias.zero_()

x = torch.tensor([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
with torch.no_grad():
    stages = {"before": model[0](x), "after": model[:2](x), "output": model(x)}
for name, y in stages.items():
    print(f"{name}:", *(f"{v:.4g}" for v in y.flatten().tolist()))
