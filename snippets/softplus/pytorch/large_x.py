import torch
import torch.nn.functional as F

x = torch.tensor([-1000.0, -80.0, -20.0, 0.0, 20.0, 100.0, 1000.0])
naive = torch.log(1 + torch.exp(x))
stable = F.softplus(x)

print("     x         naive        stable    (float32)")
for row in torch.stack([x, naive, stable], dim=1).tolist():
    print("{:6g} {:13.5g} {:13.5g}".format(*row))
