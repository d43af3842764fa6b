import numpy as np

x = np.array([-1000.0, -80.0, -20.0, 0.0, 20.0, 100.0, 1000.0])
with np.errstate(over="ignore"):  # exp(1000) overflows, which is the point here
    naive = np.log(1 + np.exp(x))
stable = np.logaddexp(0, x)

print("     x         naive        stable    (float64)")
for row in np.stack([x, naive, stable], axis=1):
    print("{:6g} {:13.8g} {:13.8g}".format(*row))
