import torch
import torch.nn.functional as F

x = torch.tensor([-2.0, 0.0, 2.0])
y = F.softplus(x)

print("x           :", x)
print("softplus(x) :", y)
