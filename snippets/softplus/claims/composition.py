# Claim: softplus applied n times is ln(n + eˣ).
import torch
import torch.nn.functional as F
from mpmath import exp, ln, log1p, mp, mpf, nstr

mp.dps = 40


def times(n, x):
    for _ in range(n):
        x = log1p(exp(x))
    return x


right = []
for n in (1, 2, 3, 10, 100):
    for x in (mpf(-20), mpf("0.3"), mpf(20)):
        right.append(abs(times(n, x) - ln(n + exp(x))) < 1e-35)
    print(f"{n:3} times, at 0.3: {nstr(times(n, mpf('0.3')), 15)}")
print("equal to ln(n + e^x) to 35 digits, at -20, 0.3 and 20:", all(right))

# In floating point too, with the gradient e^x / (n + e^x).
x = y = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
for _ in range(100):
    y = F.softplus(y)
(gradient,) = torch.autograd.grad(y, x)
right.append(torch.isclose(y, torch.log(100 + x.exp()), rtol=1e-13).item())
right.append(torch.isclose(gradient, x.exp() / (100 + x.exp()), rtol=1e-12).item())
print("value and gradient in PyTorch, 100 times:", *right[-2:])

print("verdict:", "true" if all(right) else "false")
