# Claim: its convex conjugate is the negative binary entropy; it is also log-concave.
from mpmath import diff, exp, findroot, linspace, ln, log1p, mp, mpf, nstr

mp.dps = 40


def f(x):
    return log1p(exp(x))


def entropy(p):
    return -p * ln(p) - (1 - p) * ln(1 - p)


right = []
print("  p  max of px - f(x)   -entropy(p)")
for p in (mpf("0.1"), mpf("0.3"), mpf("0.5"), mpf("0.9")):
    best = findroot(lambda x, p=p: p - diff(f, x), 0)  # concave: a root is the maximum
    conjugate = p * best - f(best)
    right.append(abs(conjugate + entropy(p)) < 1e-25)
    print(f"{nstr(p, 1)}  {nstr(conjugate, 12):>15}  {nstr(-entropy(p), 12):>15}")

# At the ends of [0, 1] the supremum is 0, not reached; outside it is infinite.
# p = 1 mirrors p = 0, since x − f(x) = −f(−x).
right.append(0 < f(-100) < 1e-43)
right.append(mpf("-0.1") * -1000 - f(-1000) > 99 and mpf("1.1") * 1000 - f(1000) > 99)
print("0 at p = 0 and 1, infinite beyond:", all(right[-2:]))

# And back: softplus is the largest value of px + entropy(p), reached at p = sigmoid(x).
x, p = mpf("0.7"), 1 / (1 + exp(mpf("-0.7")))
right.append(abs(p * x + entropy(p) - f(x)) < 1e-35)
right.append(all(q * x + entropy(q) <= f(x) for q in linspace(0.01, 0.99, 99)))
print("f(x) = max of px + entropy(p):", all(right[-2:]))

# ln f is concave where f f'' <= f'^2; the ratio is f(x) / e^x = ln(1 + t) / t < 1.
ratios = [f(x) * diff(f, x, 2) / diff(f, x) ** 2 for x in linspace(-30, 30, 61)]
right.append(all(0 < r < 1 for r in ratios))
print("f'' > 0 and f f'' < f'^2 on [-30, 30]:", right[-1])

print("verdict:", "true" if all(right) else "false")
