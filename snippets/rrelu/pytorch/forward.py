import torch
import torch.nn.functional as F

x = torch.tensor([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = F.rrelu(x)

print("   x         f(x)")
for row in torch.stack([x, y], dim=1).tolist():
    print("{:4g} {:12.4g}".format(*row))
