# Thread: the last bit of a result depends on how many elements the tensor has.
import torch
import torch.nn.functional as F

x = torch.linspace(-10, 10, 4000)
one_by_one = torch.stack([F.softplus(e) for e in x])  # the scalar code path
together = F.softplus(x)  # with AVX the vector code path: another exp, another log1p
print("equal to 6 digits:", torch.allclose(together, one_by_one, rtol=1e-6, atol=0))

# Without AVX, as with ATEN_CPU_CAPABILITY=default, there may be the scalar path only.
avx = "CPU capability usage: AVX" in torch.__config__.show()
same = avx and torch.equal(together, one_by_one)
print("equal bit for bit, although AVX is in use:", same)

print("still so:", "no" if same else "yes")
