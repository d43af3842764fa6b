# Thread: the gradient compared beta * output, not beta * input, with the threshold.
import torch
import torch.nn.functional as F

x = torch.tensor(0.9, dtype=torch.float64, requires_grad=True)
y = F.softplus(x, beta=1, threshold=1)  # input below the threshold, output above
(gradient,) = torch.autograd.grad(y, x)
print(f"output   {y.item():.6f}")
print(f"gradient {gradient.item():.6f}")
print(f"sigmoid  {torch.sigmoid(x).item():.6f}")

print("still so:", "yes" if gradient == 1 else "no")
