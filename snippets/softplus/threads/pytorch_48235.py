# Thread: the last bit of a result depends on how many elements the tensor has.
import torch
import torch.nn.functional as F

x = torch.linspace(-10, 10, 4000)
one_by_one = torch.stack([F.softplus(e) for e in x])  # the scalar code path
together = F.softplus(x)  # the vector code path: another exp, another log1p
print("bitwise equal     :", torch.equal(together, one_by_one))
print("equal to 6 digits :", torch.allclose(together, one_by_one, rtol=1e-6, atol=0))

print("still so:", "no" if torch.equal(together, one_by_one) else "yes")
