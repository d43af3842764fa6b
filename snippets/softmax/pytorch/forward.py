import torch
import torch.nn.functional as F

x = torch.tensor([[-2.0, -1.0, 0.5, 3.0], [1.0, 1.0, 1.0, 1.0], [4.0, 0.0, -4.0, 0.0]])
y = F.softmax(x, dim=-1)

for row, result in zip(x.tolist(), y.tolist(), strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
