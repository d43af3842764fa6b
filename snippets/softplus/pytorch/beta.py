import math

import torch
import torch.nn.functional as F

x = torch.tensor([-2.0, 0.0, 2.0])
print("beta       x = -2       x = 0       x = 2")
for beta in (0.5, 1.0, 10.0):
    y = F.softplus(x, beta=beta).tolist()
    print("{:4g} {:12.5g} {:11.5g} {:11.5g}".format(beta, *y))

zero = torch.tensor(0.0)
at_zero = [F.softplus(zero, beta=b).item() * b for b in (0.5, 1.0, 10.0)]
same = all(math.isclose(v, math.log(2), rel_tol=1e-6) for v in at_zero)
print("at 0 it is ln(2) / beta:", same)

# Where beta * x > threshold (default 20) PyTorch returns x itself: the value steps
# down there, by log1p(exp(-threshold)) / beta.
print("\nthreshold  softplus - x at it  just above it")
for t in (5.0, 10.0, 20.0):
    x = torch.tensor([t, t], dtype=torch.float64)
    x[1] = x[1].nextafter(2 * x[1])
    at, above = (F.softplus(x, threshold=t) - x).tolist()
    print(f"{t:9g} {at:19.4g} {above:14g}")
