# Claim: Keras calls the softplus of its backend; on the NumPy backend, logaddexp.
import ast
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

# What the softplus of each backend returns, in the installed source.
returns = {}
for file in sorted(Path(keras.__file__).parent.glob("src/backend/*/nn.py")):
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == "softplus":
            returns[file.parent.name] = ast.unparse(node.body[-1].value)
for backend, value in returns.items():
    print(f"{backend:10} {value}")

stated = {
    "jax": "jnn.softplus(x)",
    "numpy": "np.logaddexp(x, np.array(0.0, x.dtype))",
    "tensorflow": "tf.math.softplus(x)",
    "torch": "tnn.softplus(x)",
}
right = [stated.items() <= returns.items()]

# Run on TensorFlow: the bits are TensorFlow's, and not those of logaddexp.
print("\nbit for bit          tensorflow  logaddexp")
for dtype in (np.float16, np.float32, np.float64):
    x = np.linspace(-60, 60, 40001).astype(dtype)
    backend = tf.math.softplus(x).numpy().tobytes()
    formula = np.logaddexp(dtype(0), x).tobytes()
    layer = keras.layers.Activation("softplus", dtype=dtype.__name__)
    for name, f in {"ops": keras.ops.softplus, "layer": layer}.items():
        bits = np.asarray(f(x)).tobytes()
        right.append(bits == backend and bits != formula)
        where = f"{dtype.__name__}, {name}"
        print(f"{where:20} {bits == backend!s:10}  {bits == formula}")

print("verdict:", "true" if all(right) else "false")
