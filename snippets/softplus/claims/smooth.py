# Claim: softplus is smooth and differentiable everywhere, without ReLU's kink at 0.
import torch
import torch.nn.functional as F


def kink(f, x, h):  # the slope to the right, less the slope to the left
    left, mid, right = f(torch.tensor([x - h, x, x + h], dtype=torch.float64)).tolist()
    return (right - mid) / h - (mid - left) / h


points = (-3.0, 0.0, 3.0)
print("slope to the right less slope to the left, over a distance h")
print("     h  ReLU at 0  softplus at -3     at 0     at 3")
smooth = []
for h in (0.01, 0.001, 0.0001):
    corner, *row = kink(torch.relu, 0.0, h), *(kink(F.softplus, x, h) for x in points)
    smooth.append(abs(corner - 1) < 1e-9 and all(0 < k < h / 3 for k in row))
    print("{:6g} {:10.2g} {:15.2g} {:8.2g} {:8.2g}".format(h, corner, *row))

# Counter-example: above its threshold, by default 20, PyTorch returns x itself.
stepped, jumps = {}, {}
print("\nthreshold       1     5    10    20")
for dtype in (torch.bfloat16, torch.float16, torch.float32, torch.float64):
    for t in (1, 5, 10, 20):
        at = torch.tensor([t, t * (1 + torch.finfo(dtype).eps)], dtype=dtype)
        x = at.requires_grad_()  # the threshold, and the next number
        y = F.softplus(x, threshold=t)
        (dy,) = torch.autograd.grad(y.sum(), x)
        stepped[dtype, t] = bool(y[1] < y[0])
        jumps[dtype, t] = dy[1].item() - dy[0].item()
    cells = " ".join(f"{stepped[dtype, t]!s:>5}" for t in (1, 5, 10, 20))
    print(f"{str(dtype)[6:]:8} falls {cells}")

x = torch.tensor([20.0, 20.0000001], dtype=torch.float64, requires_grad=True)
y = F.softplus(x)
(dy,) = torch.autograd.grad(y.sum(), x)
print("\nfloat64")
print("softplus(x) - x at 20 and above: {:.4g} {:g}".format(*(y - x).tolist()))
print("1 - gradient    at 20 and above: {:.4g} {:g}".format(*(1 - dy).tolist()))
narrow = [
    jumps[dtype, 20] == 0 for dtype, t in jumps if t == 20 and dtype != torch.float64
]
print("the gradient jumps at 20 in float32, float16 or bfloat16:", not all(narrow))

if not all(smooth):
    print("verdict: false")
else:
    print("verdict:", "half true" if any(stepped.values()) else "true")
