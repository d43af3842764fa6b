import torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 4), nn.GLU())
with torch.no_grad():  # fixed weights instead of random ones, to be repeatable
    model[0].weight.copy_(torch.linspace(-1, 1, 8).reshape(2, 4).T)
    model[0].bias.zero_()

x = torch.tensor([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
with torch.no_grad():
    stages = {"before": model[0](x), "after": model(x)}
for name, y in stages.items():
    print(f"{name}:", *(f"{v:.4g}" for v in y.flatten().tolist()))
