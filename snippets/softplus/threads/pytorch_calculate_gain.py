# There is no recommended gain for softplus in torch.nn.init.
from torch import nn

known = {}
for name in ("relu", "tanh", "sigmoid", "selu", "softplus"):
    try:
        nn.init.calculate_gain(name)
        known[name] = True
    except ValueError as error:
        known[name] = False
        print("ValueError:", error)
print("known:", *(name for name in known if known[name]))

print("still so:", "no" if known["softplus"] else "yes")
