import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

lower, upper = 1 / 8, 1 / 3
torch.manual_seed(0)


# Verdicts, since another version of the library may draw others. The bounds are more
# than six standard errors.
def evenly_drawn(slopes):
    count = len(slopes)
    inside = np.all((slopes > lower - 1e-6) & (slopes < upper + 1e-6))
    mean = (
        abs(slopes.mean() - (lower + upper) / 2) * np.sqrt(12 * count) / (upper - lower)
    )
    tenths = np.histogram(slopes, 10, (lower, upper))[0]
    spread = np.abs(tenths - count / 10) / np.sqrt(count * 0.09)
    return f"inside {inside}, mean {mean < 6.6}, each tenth {np.all(spread < 6.8)}"


x = torch.full((100_000,), -1.0)
slopes = -F.rrelu(x, training=True).numpy()
print("slopes of F.rrelu:", evenly_drawn(slopes))
layer = nn.RReLU()
print("slopes of nn.RReLU:", evenly_drawn(-layer(x).numpy()))
print("drawn for each element:", len(np.unique(slopes)) > 1000)

positive = torch.tensor([0.5, 1.0, 3.0])
print("positive x unchanged:", torch.equal(layer(positive), positive))

layer.eval()
print(f"slope in evaluation: {-layer(x[:1]).item():.4g}")

# The same verdicts on laws that are wrong.
normal = torch.randn(100_000) * (upper - lower) / 12**0.5 + (lower + upper) / 2
narrow = torch.rand(100_000) * (upper - lower) / 2 + lower
print("a normal law:", evenly_drawn(normal.numpy()))
print("the lower half only:", evenly_drawn(narrow.numpy()))
