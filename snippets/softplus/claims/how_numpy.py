# Claim: NumPy's logaddexp is max + log1p(e^−|Δ|), or x + ln 2 if equal; SciPy calls it.
import numpy as np
from scipy import special


@np.errstate(invalid="ignore")
def stated(a, b):
    return np.maximum(a, b) + np.log1p(np.exp(-abs(a - b)))


@np.errstate(over="ignore")
def naive(x):
    return np.log1p(np.exp(x))


def points(dtype):
    if dtype is np.float16:  # every finite number
        end = np.float16(np.inf).view(np.uint16)
        x = np.arange(end, dtype=np.uint16).view(dtype)
        return np.concatenate([-x, x])
    x = [np.linspace(-80, 80, 40001), np.linspace(80, 1000, 1001)]
    return np.concatenate(x).astype(dtype)


def agree(a, b):  # NumPy's vector code may end in other last bits
    b = b.astype(a.dtype)
    if a.itemsize == 2:
        return bool(np.mean(a != b) < 3e-4)
    return bool((abs(a - b) <= 8 * np.spacing(abs(b))).all())


rows = {}
for dtype in (np.float16, np.float32, np.float64):
    x = points(dtype)
    y = np.logaddexp(dtype(0), x)
    left = np.logaddexp(dtype(0), dtype(-800))  # where no type holds the value
    w = x.astype(np.result_type(x, np.float32))  # float16 is computed in float32
    ln2 = np.log(w.dtype.type(2))
    inf = np.array([np.inf, -np.inf], dtype)
    ends = np.logaddexp(inf, inf)
    for name, holds in {
        "max + log1p(e^-|d|)": agree(y, stated(0, w)),
        "log1p(e^x)": agree(y, naive(w)),
        "x above 20": agree(y, np.where(w > 20, w, stated(0, w))),
        "float16 in each step": agree(y, stated(dtype(0), x)),
        "equal: x + ln 2": agree(np.logaddexp(x, x), w + ln2),
        "infinite: x + ln 2": np.array_equal(ends, inf + ln2),
        "infinite: no such case": np.array_equal(ends, stated(inf, inf)),
        "SciPy, bit for bit": special.softplus(x).tobytes() == y.tobytes(),
        "never < 0, 0 at -800": bool((y >= 0).all() and left == 0),
    }.items():
        rows.setdefault(name, []).append(holds)

print(" " * 23 + "float16 float32 float64")
for name, holds in rows.items():
    print(f"{name:22} {{!s:>7}} {{!s:>7}} {{!s:>7}}".format(*holds))

always = [name for name, holds in rows.items() if all(holds)]
right = always == [
    "max + log1p(e^-|d|)",
    "equal: x + ln 2",
    "infinite: x + ln 2",
    "SciPy, bit for bit",
    "never < 0, 0 at -800",
]
print("verdict:", "true" if right else "false")
