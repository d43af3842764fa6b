# Thread: a large beta together with a large threshold gives inf for a finite input.
import torch
import torch.nn.functional as F

x = torch.tensor([0.5, -1.0, 2.0])
y = F.softplus(x, beta=1e30, threshold=1e30)  # exp(beta * x) overflows at x = 0.5
print("softplus:", y.tolist())
print("right   :", torch.relu(x).tolist())  # to far more digits than float32 has

print("still so:", "yes" if y.isinf().any() else "no")
