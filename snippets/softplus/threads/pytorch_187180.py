# Thread: with a tiny beta a finite float16 input becomes inf, without a warning.
import torch
import torch.nn.functional as F

x = torch.ones(1)
single = F.softplus(x, beta=1e-6)  # about ln(2) / beta, more than float16 can hold
half = F.softplus(x.half(), beta=1e-6)
print("float32              :", f"{single.item():.4e}")
print("float16              :", half.item())
print("largest finite number:", torch.finfo(torch.float16).max)

print("still so:", "yes" if half.isinf().any() else "no")
