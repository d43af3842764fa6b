# Thread: threshold = inf takes the overflow guard away, so a large beta gives inf.
import torch
import torch.nn.functional as F

x = torch.tensor([0.5, 1.0, 2.0])
y = F.softplus(x, beta=1e30, threshold=float("inf"))
default = F.softplus(x, beta=1e30)
print("threshold inf    :", y.tolist())
print("threshold default:", default.tolist())

print("still so:", "yes" if y.isinf().any() else "no")
