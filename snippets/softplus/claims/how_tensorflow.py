# Claim: TensorFlow takes x above −t, eˣ below t, log1p(eˣ) between; t = ln ε + 2.
import ml_dtypes
import numpy as np
import tensorflow as tf

epsilon = {
    np.float16: 2.0**-13,  # Eigen's, an eighth of the usual one
    ml_dtypes.bfloat16: 2.0**-7,
    np.float32: 2.0**-23,
    np.float64: 2.0**-52,
}


def softplus(x, low, high):
    e = tf.exp(x)  # x itself for x > -t, as low is t and high -t
    return tf.where(x > high, x, tf.where(x < low, e, tf.math.log1p(e))).numpy()


def points(dtype, t):
    if t.itemsize == 2:  # every finite number
        end = np.array(np.inf, dtype).view(np.uint16)
        x = np.arange(end, dtype=np.uint16).view(dtype)
        return np.concatenate([-x, x])
    ends = np.array([t, -t])
    near = [np.nextafter(ends, dtype(side)) for side in (-99, 99)]
    far = [np.linspace(-end, end, 20001) for end in (40, 800)]
    return np.concatenate([ends, *near, *far]).astype(dtype)


def agree(a, b):  # another CPU may round a few of them otherwise
    if a.itemsize == 2:
        return bool(np.mean(a != b) < 3e-4)
    return bool((abs(a - b) <= 2 * np.spacing(abs(b))).all())


def value_and_gradient(x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.softplus(x)
    return y.numpy(), tape.gradient(y, x).numpy()


rows = {}
for dtype, eps in epsilon.items():
    ln, two = dtype(np.log(dtype(eps))), dtype(2)
    t = ln + two
    usual = dtype(np.log(float(ml_dtypes.finfo(dtype).eps))) + two
    x = points(dtype, t)
    y, slope = value_and_gradient(x)
    left = tf.nn.softplus(dtype(-800)).numpy()  # where no type holds the value
    single = tf.cast(tf.nn.softplus(tf.cast(x, tf.float32)), dtype).numpy()
    for name, holds in {
        "t = ln eps + 2": agree(y, softplus(x, t, -t)),
        "t = ln eps + 1": agree(y, softplus(x, t - dtype(1), dtype(1) - t)),
        "t = ln eps + 3": agree(y, softplus(x, t + dtype(1), -t - dtype(1))),
        "with the usual eps": agree(y, softplus(x, usual, -usual)),
        "no branch below t": agree(y, softplus(x, dtype(-np.inf), -t)),
        "x above 5, not -t": agree(y, softplus(x, t, dtype(5))),
        "computed in float32": agree(y, single),
        "gradient = sigmoid": np.array_equal(slope, tf.sigmoid(x)),
        "gradient = e^(x - f)": np.array_equal(slope, tf.exp(x - y)),
        "never < 0, 0 at -800": bool((y >= 0).all() and left == 0),
    }.items():
        rows.setdefault(name, []).append(holds)

print(" " * 21 + "float16 bfloat16 float32 float64")
for name, holds in rows.items():
    print(f"{name:20} {{!s:>7}} {{!s:>8}} {{!s:>7}} {{!s:>7}}".format(*holds))

always = [name for name, holds in rows.items() if all(holds)]
right = always == ["t = ln eps + 2", "gradient = sigmoid", "never < 0, 0 at -800"]
print("verdict:", "true" if right else "false")
