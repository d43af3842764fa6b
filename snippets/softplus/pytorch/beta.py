import math

import torch
import torch.nn.functional as F

x = torch.tensor([-2.0, 0.0, 2.0])
print("beta       x = -2       x = 0       x = 2")
for beta in (0.5, 1.0, 10.0):
    y = F.softplus(x, beta=beta).tolist()
    print("{:4g} {:12.6g} {:11.6g} {:11.6g}".format(beta, *y))

zero = torch.tensor(0.0)
at_zero = [F.softplus(zero, beta=b).item() * b for b in (0.5, 1.0, 10.0)]
same = all(math.isclose(v, math.log(2), rel_tol=1e-6) for v in at_zero)
print("at 0 it is ln(2) / beta:", same)

# Where beta * x > threshold (default 20) PyTorch returns x itself: the value steps
# down there, by log1p(exp(-threshold)) / beta.
print("\nthreshold      softplus at it    just above it")
for t in (5.0, 20.0, 40.0):
    at = torch.tensor(t, dtype=torch.float64)
    both = torch.stack([at, at.nextafter(2 * at)])
    print(
        "{:9g} {:19.13f} {:16.13f}".format(t, *F.softplus(both, threshold=t).tolist())
    )
