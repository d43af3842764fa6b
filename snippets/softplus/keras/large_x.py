import keras
from keras import ops

x = ops.array([-1000.0, -80.0, -20.0, 0.0, 20.0, 100.0, 1000.0])
naive = ops.log(1 + ops.exp(x))
stable = keras.activations.softplus(x)

print("     x         naive        stable    (float32)")
for row in ops.convert_to_numpy(ops.stack([x, naive, stable], axis=1)):
    print("{:6g} {:13.5g} {:13.5g}".format(*row))
