# Claim: its graph bends most at x = −ln φ, φ the golden ratio, by 1 / (3√3), not at 0.
from mpmath import diff, exp, findroot, linspace, ln, mp, mpf, nstr, phi, sqrt

mp.dps = 30


def curvature(x):  # f'' / (1 + f'²)^(3/2)
    s = 1 / (1 + exp(-x))
    return s * (1 - s) / (1 + s * s) ** mpf(1.5)


peak = findroot(lambda x: diff(curvature, x), -0.5)
print(f"largest at {nstr(peak, 15)}, -ln phi = {nstr(-ln(phi), 15)}")
print(
    f"there      {nstr(curvature(peak), 12)}, 1/(3 sqrt 3) = {nstr(1 / sqrt(27), 12)}"
)
print(f"at 0       {nstr(curvature(0), 12)}")
right = [
    abs(peak + ln(phi)) < 1e-20,
    abs(curvature(peak) - 1 / sqrt(27)) < 1e-25,
    all(curvature(x) <= curvature(peak) for x in linspace(-10, 10, 401)),
]

# In s = f'(x) the condition is (s + 1)(s² − 3s + 1) = 0; the root in (0, 1) is 1/φ².
s = 1 / (1 + exp(-peak))
right.append(abs(s * s - 3 * s + 1) < 1e-20 and abs(s - 1 / phi**2) < 1e-20)
print("slope there is 1/phi^2:", right[-1])

print("verdict:", "true" if all(right) else "false")
