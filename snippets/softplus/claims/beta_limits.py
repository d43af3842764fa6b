# Claim: β scales both axes; softplus tends to ReLU as β grows and to infinity as β → 0.
import torch
import torch.nn.functional as F
from mpmath import exp, ln, log1p, mp, mpf, nstr

mp.dps = 30


def f(x, beta=1):
    return log1p(exp(beta * x)) / beta


xs = [mpf(x) for x in ("-3", "-0.7", "0", "0.7", "3")]
right = [all(abs(f(x, b) - f(b * x) / b) < 1e-28 for b in (0.1, 3, 50) for x in xs)]
print("f_beta(x) = f(beta x) / beta:", right[-1])

print("beta   largest gap to ReLU at -3, -0.7, 0, 0.7, 3 = gap at 0 = ln(2)/beta")
for b in (1, 50, 1000):
    gaps = [f(x, b) - max(x, 0) for x in xs]
    right.append(max(gaps) == gaps[2] and abs(gaps[2] - ln(2) / b) < 1e-28)
    print(f"{b:<5}  {nstr(gaps[2], 6)}")

print("beta   f_beta(0.7)   minus ln(2)/beta + x/2")  # βx²/8 is left
for b in (mpf("0.1"), mpf("0.001")):
    rests = [f(x, b) - ln(2) / b - x / 2 for x in xs]
    left = [rest - b * x * x / 8 for rest, x in zip(rests, xs, strict=True)]
    right.append(
        all(abs(r) < b**3 * x**4 / 180 + 1e-25 for r, x in zip(left, xs, strict=True))
    )
    print(f"{nstr(b, 1):<5}  {nstr(f(xs[3], b), 9):<12}  {nstr(rests[3], 4)}")
right.append(all(abs(f(x, -1) - ln(1 / (1 + exp(-x)))) < 1e-28 for x in xs))
print("beta = -1: the logarithm of the sigmoid:", right[-1])

# PyTorch takes β = −1 too. Its threshold then cuts the left side, where −x > 20.
for dtype, digits in ((torch.float32, 6), (torch.float64, 14)):
    z = torch.linspace(-30, 20, 501, dtype=dtype)
    a, b = F.softplus(z, beta=-1), F.logsigmoid(z)
    above = z >= -20
    right.append(torch.allclose(a[above], b[above], rtol=10.0**-digits, atol=0))
    cut = not torch.allclose(a[~above], b[~above], rtol=10.0**-digits, atol=0)
    print(f"in PyTorch, {str(dtype)[6:]}, {digits} digits: {right[-1]}", end="")
    print(f", cut off below -20: {cut}")

print("verdict:", "true" if all(right) else "false")
