# Claim: softplus is the complete Fermi-Dirac integral of order 0, the sigmoid the one
# of order -1, and order 1 is an antiderivative of softplus.
from mpmath import diff, exp, inf, log1p, mp, mpf, nstr, pi, polylog, quad, rgamma

mp.dps = 30
POINTS = (mpf(-2), mpf(0), mpf("1.5"))


def f(x):
    return log1p(exp(x))


def fermi_dirac(s, x):  # with the factor 1 / Γ(s + 1), as in the DLMF and in GSL
    def integrand(t):
        return t**s / (exp(t - x) + 1)

    return rgamma(s + 1) * quad(integrand, [0, 5, 20, inf])


def antiderivative(x):
    return -polylog(2, -exp(x))


for x in POINTS:
    print(f"x = {nstr(x, 2):>4}: F0 = {nstr(fermi_dirac(0, x), 15)}", end=", ")
    print(f"F1 = {nstr(fermi_dirac(1, x), 15)}")

checks = {
    "F0 is softplus": [fermi_dirac(0, x) - f(x) for x in POINTS],
    "its derivative is e^x / (1 + e^x)": [
        diff(f, x) - exp(x) / (1 + exp(x)) for x in POINTS
    ],
    "F1 is -Li2(-e^x)": [fermi_dirac(1, x) - antiderivative(x) for x in POINTS],
    "its derivative is softplus": [diff(antiderivative, x) - f(x) for x in POINTS],
    "-Li2(-e^x) - Li2(-e^-x) = pi^2/6 + x^2/2": [
        antiderivative(x) + antiderivative(-x) - pi**2 / 6 - x**2 / 2 for x in POINTS
    ],
}
holds = {name: all(abs(e) < 1e-20 for e in errors) for name, errors in checks.items()}
for name, right in holds.items():
    print(f"{name}: {right}")

print("verdict:", "true" if all(holds.values()) else "false")
