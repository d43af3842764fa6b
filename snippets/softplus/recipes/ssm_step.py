# The step size of a state-space model (Mamba): Δ = softplus(… + bias) > 0, so the bias
# starts at the inverse softplus of a step drawn log-uniformly from [dt_min, dt_max].
import math

import torch
import torch.nn.functional as F
from torch import nn

dt_min, dt_max = 1e-3, 1e-1
u = torch.linspace(0, 1, 5)  # in a model: torch.rand(channels)
log_dt = math.log(dt_min) + u * (math.log(dt_max) - math.log(dt_min))
dt = log_dt.exp()
bias = nn.Parameter(dt + torch.log(-torch.expm1(-dt)))
step = F.softplus(bias)

# The slip: log(dt) in the place of dt in front. Nothing fails, the steps are near dt².
slip = F.softplus(log_dt + torch.log(-torch.expm1(-dt)))

print("        dt      right       slip")
for row in torch.stack([dt, step.detach(), slip], dim=1).tolist():
    print("{:10.4g} {:10.4g} {:10.4g}".format(*row))
print("right is dt                 :", torch.allclose(step, dt, rtol=1e-4))
print("slip is near dt^2           :", torch.allclose(slip, dt**2, rtol=0.06))
print("slip is below dt_min        :", bool((slip[:-1] < dt_min).all()))
