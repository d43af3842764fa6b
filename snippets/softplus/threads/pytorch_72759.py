# Thread: a request for a stable inverse of softplus in PyTorch itself.
import torch
import torch.nn.functional as F
from torch.distributions import transforms

namespaces = (torch, torch.special, F, torch.nn)
names = [n for space in namespaces for n in dir(space) if "softplus" in n.lower()]
inverse = [n for n in names if "inv" in n.lower()]
print("names with softplus  :", *sorted(set(names)))
print("an inverse among them:", bool(inverse))

# There is one, in a corner: the inverse of a transform of distributions.
y = torch.tensor([1e-10, 1.0, 1000.0])
corner = transforms.SoftplusTransform().inv(y)
by_hand = y + torch.log(-torch.expm1(-y))
print("SoftplusTransform().inv agrees with the formula:", corner.allclose(by_hand))

print("still so:", "no" if inverse else "yes")
