# Claim: softplus costs more than ReLU, an exponential and a logarithm against one max.
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)


def ratio(
    f, g, repeat=15, calls=3
):  # time on the processor, in turns, the best of several: the least disturbed
    times = {f: [], g: []}
    for _ in range(repeat):
        for run in (f, g):
            start = time.thread_time()
            for _ in range(calls):
                run()
            times[run].append(time.thread_time() - start)
    return min(times[f]) / min(times[g])


x, w = torch.randn(256, 1024), torch.randn(1024, 1024)
with torch.no_grad():
    alone = ratio(lambda: F.softplus(x), lambda: torch.relu(x))
    inside = ratio(lambda: F.softplus(x @ w), lambda: torch.relu(x @ w))

print("alone, softplus takes more than twice the time of ReLU  :", alone > 2)
print("after a 1024 x 1024 layer, it takes more than half again:", inside > 1.5)

if alone <= 2:
    print("verdict: false")
else:
    print("verdict:", "true" if inside > 1.5 else "half true")
