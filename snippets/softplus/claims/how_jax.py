# Claim: JAX computes max(x, 0) + log1p(e^−|x|), and its derivative as e^(x − f(x)).
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
softplus = jax.nn.softplus
derivative = jax.jit(jax.vmap(jax.grad(softplus)))


@jax.jit
def stated(x):
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


@np.errstate(over="ignore")
def naive(x):
    return np.log1p(np.exp(x))


def points(dtype):
    if jnp.finfo(dtype).bits == 16:  # every finite number
        end = np.array(np.inf, dtype).view(np.uint16)
        x = np.arange(end, dtype=np.uint16).view(dtype)
        return np.concatenate([-x, x])
    x = [np.linspace(-80, 80, 40001), np.linspace(80, 800, 1001)]
    return np.concatenate(x).astype(dtype)


def agree(a, b):  # another CPU may round a few of them otherwise
    a, b = np.asarray(a), np.asarray(b)
    if a.itemsize == 2:
        return bool(np.mean(a != b) < 3e-4)
    return bool((abs(a - b) <= 2 * np.spacing(abs(b))).all())


rows = {}
for dtype in (jnp.float16, jnp.bfloat16, jnp.float32, jnp.float64):
    x = points(dtype)
    y, slope = np.asarray(softplus(x)), derivative(x)
    single = np.asarray(softplus(x.astype(np.float32)))
    left = softplus(dtype(-800))  # where no type holds the value
    for name, holds in {
        "max(x, 0) + log1p(e^-|x|)": agree(y, stated(x)),
        "log1p(e^x)": agree(y, naive(x)),
        "x above 20": agree(y, np.where(x > 20, x, y)),
        "computed in float32": agree(y, single.astype(dtype)),
        "derivative e^(x - f)": agree(slope, jnp.exp(x - y)),
        "derivative 1 - e^-f": agree(slope, -np.expm1(-y)),
        "derivative sigmoid": agree(slope, jax.nn.sigmoid(x)),
        "never below 0, 0 at -800": bool((y >= 0).all() and left == 0),
    }.items():
        rows.setdefault(name, []).append(holds)

print(" " * 26 + "float16 bfloat16 float32 float64")
for name, holds in rows.items():
    print(f"{name:25} {{!s:>7}} {{!s:>8}} {{!s:>7}} {{!s:>7}}".format(*holds))

always = [name for name, holds in rows.items() if all(holds)]
right = always == [
    "max(x, 0) + log1p(e^-|x|)",
    "derivative e^(x - f)",
    "never below 0, 0 at -800",
]
print("verdict:", "true" if right else "false")
