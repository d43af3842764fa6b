# Claim: softplus lies above ReLU by at most ln 2 / β, and between simple bounds.
from mpmath import exp, expm1, linspace, ln, log1p, mp, mpf, nstr

mp.dps = 50


def f(x, beta=1):
    return log1p(exp(beta * x)) / beta


xs = [x for x in linspace(-30, 30, 601) if x != 0]  # at 0 some are equalities
bounds = {
    "max(0, x) < f(x) < max(0, x) + ln 2": lambda x: (
        max(0, x) < f(x) < max(0, x) + ln(2)
    ),
    # the tangent at 0, below since f is convex; the parabola, above since f'' <= 1/4
    "ln 2 + x/2 < f(x) < ln 2 + x/2 + x^2/8": lambda x: (
        0 < f(x) - ln(2) - x / 2 < x * x / 8
    ),
    # t / (1 + t) < ln(1 + t) < t
    "sigmoid(x) < f(x) < e^x": lambda x: 1 / (1 + exp(-x)) < f(x) < exp(x),
}
holds = []
for name, bound in bounds.items():
    holds.append(all(map(bound, xs)))
    print(f"{name}: {holds[-1]}")

print("\nbeta  largest gap to ReLU = gap at 0 = ln 2 / beta")
for beta in (0.5, 1, 2, 10, 100):
    gaps = [f(x, beta) - max(x, 0) for x in [mpf(0), *xs]]
    holds.append(max(gaps) == gaps[0] and abs(gaps[0] - ln(2) / beta) < 1e-40)
    print(f"{beta:<5} {nstr(gaps[0], 10)}")

print("\nthe gap is below  from |x| =")
small = {"0.001": mpf("0.001"), "2^-24": mpf(2) ** -24, "2^-53": mpf(2) ** -53}
for name, gap in small.items():
    x = -ln(expm1(gap))
    holds.append(abs((f(x) - x) / gap - 1) < 1e-25)  # equal there, and it decreases
    print(f"{name:>16}  {nstr(x, 6)}")

print("verdict:", "true" if all(holds) else "false")
