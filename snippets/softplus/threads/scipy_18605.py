# Thread: SciPy had no softplus; the pull request adds a stable one.
import numpy as np
from scipy import special

missing = not hasattr(special, "softplus")
print("scipy.special.softplus exists:", not missing)
if not missing:
    x = np.array([-700.0, -40.0, 0.0, 1000.0])
    y = special.softplus(x)
    print("values:", *(f"{v:.6g}" for v in y))
    print("equal to np.logaddexp(0, x):", np.array_equal(y, np.logaddexp(0, x)))

print("still so:", "yes" if missing else "no")
