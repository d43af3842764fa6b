import torch
from torch import nn

layer = nn.PReLU()
print("shape and start:", tuple(layer.weight.shape), layer.weight.item())
print("one for each of 16 channels:", tuple(nn.PReLU(num_parameters=16).weight.shape))

x = torch.tensor([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
print("   x  df/da")
for value in x:
    (slope,) = torch.autograd.grad(layer(value), layer.weight)
    print(f"{value.item():4g} {slope.item():6g}")

# One step of gradient descent, towards |x| as the output.
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
torch.mean((layer(x) - x.abs()) ** 2).backward()
optimizer.step()
print(f"a after one step: {layer.weight.item():.4g}")
