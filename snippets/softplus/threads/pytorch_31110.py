# Thread: with beta = 10 and threshold = 0.4 the function is linear long before 0.4.
import torch
from torch import nn

softplus = nn.Softplus(beta=10, threshold=0.4)
x = torch.tensor([0.03, 0.05, 0.2, 0.4])
y = softplus(x)
for a, b in zip(x, y, strict=True):  # the switch is at threshold / beta = 0.04
    print(f"x = {a:g}: softplus {b:.4g}, linear: {bool(a == b)}")

# As documented: the threshold is compared with beta * x, not with x.
print("still so:", "yes" if y[1] == x[1] else "no")
