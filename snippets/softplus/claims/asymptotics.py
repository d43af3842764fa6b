# Claim: f = x + e⁻ˣ − e⁻²ˣ/2 + e⁻³ˣ/3 − … on the right, eˣ − e²ˣ/2 + … on the left.
from mpmath import exp, log1p, mp, mpf, nstr

mp.dps = 60


def f(x):
    return log1p(exp(x))


def terms(x, n):  # of ln(1 + e^-|x|)
    return sum(-((-1) ** k) * exp(-k * abs(x)) / k for k in range(1, n + 1))


print("terms  remainder at 10   next term")
right = []
for n in range(4):
    rest = f(10) - 10 - terms(10, n)
    following = terms(10, n + 1) - terms(10, n)
    left = f(-10) - terms(-10, n)
    right += [abs(rest / following - 1) < 1e-4, abs(rest - left) < 1e-50]
    print(f"{n:5}  {nstr(rest, 6):>15}  {nstr(following, 6):>15}")

print("the remainder is the next term, to 4 digits:", all(right[::2]))
print("the same on the left, at -10:", all(right[1::2]))

# Nearer to 0 the series takes more terms. The next one bounds what it leaves.
bounded = []
for x in (mpf("0.01"), mpf("0.1"), mpf(1), mpf(3)):
    for n in (1, 2, 10):
        rest, following = f(x) - x - terms(x, n), terms(x, n + 1) - terms(x, n)
        bounded.append(0 < rest / following < 1)
right += bounded
print("at 0.01, 0.1, 1 and 3 it is between 0 and the next term:", all(bounded))

print("verdict:", "true" if all(right) else "false")
