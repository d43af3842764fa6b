# Thread: beta = 0, a division by zero, is accepted without an error.
import torch
import torch.nn.functional as F
from torch import nn

x = torch.tensor([-1.0, 0.0, 1.0])
try:
    results = [F.softplus(x, beta=0), nn.Softplus(beta=0)(x)]
    print("function:", results[0].tolist())
    print("module  :", results[1].tolist())
except (ValueError, RuntimeError, ZeroDivisionError) as error:
    results = []
    print("raises", type(error).__name__)

print("still so:", "yes" if results else "no")
