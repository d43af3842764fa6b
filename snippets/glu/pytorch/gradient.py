import torch
import torch.nn.functional as F

x = torch.tensor([-2.0, -1.0, 0.5, 3.0])
jacobian = torch.autograd.functional.jacobian(lambda x: F.glu(x), x)

for row in jacobian.tolist():
    print(*(f"{v:10.4g}" for v in row))
