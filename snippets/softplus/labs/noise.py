# %% [markdown]
# # A network that predicts its own noise
#
# **Question.** A regression network can have two outputs, a mean and a scale. The scale
# must be positive, so the raw output $r$ goes through $\exp$ or through Softplus. Does
# it matter which? And does it matter where the scale starts?
#
# **Experiment.** First one scale alone, fitted to residuals, to see what a single step
# can do. Then small networks on data whose noise depends on the input, in two units of
# measurement. Everything is repeated for several seeds.
#
# The loss is the negative log-likelihood of a normal distribution, less a constant:
# $\ln s + \tfrac12 (e/s)^2$ for an error $e$ and a scale $s$.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

seeds = range(5)


def inverse_softplus(y):
    return y + math.log(-math.expm1(-y))


links = {"softplus": (F.softplus, inverse_softplus), "exp": (torch.exp, math.log)}


def loss(scale, error):
    return scale.log() + 0.5 * (error / scale) ** 2


# %% [markdown]
# ## One step
#
# One observation, one scale that starts at one half, one step of gradient descent with
# a rate of one tenth. How large is the scale after the step, if the error is an
# outlier?


# %%
def step(link, start, error, rate=0.1):
    function, inverse = links[link]
    raw = torch.tensor(inverse(start), requires_grad=True)
    loss(function(raw), error).backward()
    with torch.no_grad():
        return function(raw - rate * raw.grad).item()


errors = np.geomspace(0.5, 1000, 60)
after = {link: np.array([step(link, 0.5, e) for e in errors]) for link in links}

fig, ax = plt.subplots(figsize=(6, 3.8))
for link, look in (("softplus", "C0-"), ("exp", "C1--")):
    fits = after[link] < 1e12
    ax.plot(errors[fits], after[link][fits], look, label=link)
ax.plot(errors, errors, "C2:", label="the error itself")
ax.set(xscale="log", yscale="log", ylim=(0.1, 1e12))
ax.set(xlabel="error", ylabel="scale after one step")
ax.grid(True)
ax.legend(loc="upper right", fontsize=12)
plt.savefig(
    "step.svg",
    metadata={
        "Description": "The scale after one step of gradient descent over the size "
        "of the error, both logarithmic. With softplus it grows like the square of "
        "the error, a straight line steeper than the error itself. With exp it turns "
        "upwards almost vertically once the error is about ten times the scale, and "
        "leaves the picture."
    },
)

print("exp overflows within the range of errors:", bool(np.isinf(after["exp"]).any()))
print("softplus stays below the square of the error:", end=" ")
print(bool((after["softplus"] < np.maximum(errors**2, 1)).all()))

# %% [markdown]
# Both steps in $r$ are about as large, the square of the error. Softplus is linear on
# the right, so its scale moves by about as much; $\exp$ turns the step into a factor.
#
# For a *small* scale there should be no difference, since $\ln(1 + e^r) \approx e^r$
# far on the left. So we compare the gradients with respect to $r$ at the same scale.


# %%
def gradient(link, scale, error):
    function, inverse = links[link]
    raw = torch.tensor(inverse(scale), requires_grad=True)
    loss(function(raw), error).backward()
    return raw.grad.item()


for scale in (0.01, 0.1, 1.0, 100.0):
    ratio = gradient("softplus", scale, 3 * scale) / gradient("exp", scale, 3 * scale)
    print(f"scale {scale:7g}: gradient of softplus / gradient of exp = {ratio:.3f}")

# %% [markdown]
# The factor is $(1 - e^{-s})/s$. So with Softplus a scale that has become large has a
# small gradient, and it moves in absolute steps while $\exp$ moves in relative ones.
# That has a price, as the next experiment shows.
#
# ## An outlier
#
# A scale is fitted to a batch of well-behaved residuals by gradient descent. Once, one
# residual is replaced by an outlier, a thousand times the others. Then training goes on
# with the clean batch. We try it as it is, with the norm of the gradient clipped at
# one, and with Adam.


# %%
def outlier(link, clip=False, adam=False, steps=400, at=100):
    """The loss on the clean batch before the outlier, and at the end, for each seed."""
    function, inverse = links[link]
    drawn = [
        torch.randn(256, generator=torch.Generator().manual_seed(s)) for s in seeds
    ]
    clean = 0.3 * torch.stack(drawn)
    spoilt = torch.cat([clean[:, 1:], torch.full((len(seeds), 1), 300.0)], dim=1)
    raw = torch.full((len(seeds), 1), inverse(0.3), requires_grad=True)
    optimiser = (torch.optim.Adam if adam else torch.optim.SGD)([raw], lr=0.05)
    for index in range(steps):
        optimiser.zero_grad()
        now = loss(function(raw), spoilt if index == at else clean).mean(1)
        if index == at - 1:
            before = now.detach()
        now.sum().backward()
        if (
            clip
        ):  # each scale has a gradient of its own: one number, whose norm is its size
            raw.grad.clamp_(-1, 1)
        optimiser.step()
    with torch.no_grad():
        return before.numpy(), loss(function(raw), clean).mean(1).numpy()


ways = {"plain": {}, "clipped": {"clip": True}, "Adam": {"adam": True}}
outliers = {
    (link, way): outlier(link, **how) for link in links for way, how in ways.items()
}
print("way      link      finite   within 0.5   within 0.05 of before")
for (link, way), pair in sorted(outliers.items(), key=lambda item: item[0][::-1]):
    before, end = pair
    states = (np.isfinite(end), end < before + 0.5, end < before + 0.05)
    finite, near, back = (f"{state.sum()} of {len(seeds)}" for state in states)
    print(f"{way:8} {link:9} {finite:8} {near:12} {back}")

# %% [markdown]
# Without protection, $\exp$ overflows and every later loss is `nan`. Softplus stays
# finite, which is what it is praised for. But it does not come back within the run: its
# scale is now large, its gradient small, and each step shortens the way by next to
# nothing. With a clipped gradient both come through. With Adam, too, the damage is
# small; it is not undone within the run, since Adam remembers the huge gradient and
# divides by it for a long time. Between the links there is little to choose in either
# case.
#
# ## A network, in two units
#
# The data are a sine with noise that grows from left to right, once with noise below
# one, and once with everything a hundred times as large, as when metres become
# centimetres. The raw scale starts at zero, or where the link gives the standard
# deviation of the targets: the inverse softplus of it, or its logarithm. All networks
# of a setting are trained at once, a seed each, by Adam.


# %%
def data(seed, unit, size=200):
    random = torch.Generator().manual_seed(seed)
    x = 4 * torch.rand(size, 1, generator=random) - 2
    scale = 0.1 + 0.4 * torch.sigmoid(2 * x)
    noise = scale * torch.randn(size, 1, generator=random)
    return x, unit * (torch.sin(2 * x) + noise)


def stacked(unit, first):
    """The data of all seeds, one set upon the other."""
    sets = [data(first + seed, unit) for seed in seeds]
    return torch.stack([x for x, _ in sets]), torch.stack([y for _, y in sets])


def train(link, unit, matched, steps=600, width=32, every=10):
    """Loss on unseen data, less ln(unit) so that units compare; a row per few steps."""
    function, inverse = links[link]
    x, y = stacked(unit, 0)
    new_x, new_y = stacked(unit, 100)
    random = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(len(seeds), *shape, generator=random)

    last = draw(width, 2) / math.sqrt(width) * torch.tensor([1.0, 0.1])
    bias = torch.zeros(len(seeds), 1, 2)
    if matched:
        spread = y.std((1, 2)).tolist()
        bias[:, 0, 1] = torch.tensor([inverse(value) for value in spread])
    weights = [draw(1, width), draw(1, width), last, bias]
    for weight in weights:
        weight.requires_grad_()

    def losses(x, y):
        first, offset, last, bias = weights
        mean, raw = (torch.tanh(x @ first + offset) @ last + bias).chunk(2, dim=2)
        return loss(function(raw), y - mean).mean((1, 2)) - math.log(unit)

    optimiser = torch.optim.Adam(weights, lr=0.01)
    curve = []
    for index in range(steps + 1):
        if index % every == 0:
            with torch.no_grad():
                curve.append((index, losses(new_x, new_y).numpy()))
        optimiser.zero_grad()
        losses(x, y).sum().backward()
        optimiser.step()
    return [np.array(column) for column in zip(*curve, strict=True)]


runs = {
    (link, unit, matched): train(link, unit, matched)
    for link in links
    for unit in (1, 100)
    for matched in (False, True)
}

fig, axes = plt.subplots(2, 1, figsize=(6, 7.4), sharex=True, layout="constrained")
for ax, unit, top in zip(axes, (1, 100), (1, 10_000), strict=True):
    for matched, line in ((False, "--"), (True, "-")):
        for link, colour in (("softplus", "C0"), ("exp", "C1")):
            label = f"{link}, {'matched' if matched else 'from zero'}"
            index, curve = runs[link, unit, matched]
            ax.plot(index, curve.mean(1), colour + line, label=label)
    ax.set(ylim=(-1, top), xlim=(0, 600), ylabel="loss on unseen data")
    ax.set_title("noise below one" if unit == 1 else "a hundred times as large")
    if unit > 1:
        ax.set_yscale("symlog")  # logarithmic beyond one
    ax.grid(True)
axes[1].set(xlabel="step")
axes[0].legend(fontsize=12)
plt.savefig(
    "training.svg",
    metadata={
        "Description": "Loss on unseen data over six hundred steps, mean of the "
        "seeds, for softplus and exp, started from zero and matched. Above, with "
        "noise below one, the four curves lie on each other. Below, with everything a "
        "hundred times as large and a partly logarithmic scale, softplus from zero "
        "has not come down at the end, exp from zero comes down late, and the two "
        "matched ones are low from the start, exp a little lower."
    },
)

# %% [markdown]
# Above, nobody can tell the links apart. Below, the unit decides. From zero, Softplus
# has to carry its raw output all the way to the size of the noise, at the pace of the
# optimiser; for $\exp$ it is only the logarithm of the way. The matched start takes the
# way out of it, for both. What remains between the links is small against that.
#
# ## Conclusion
#
# Each line is computed from the numbers above and has to hold for every seed.

# %%
end = {key: curve[-1] for key, (_, curve) in runs.items()}
gap = np.abs(end["softplus", 1, True] - end["exp", 1, True])
plain, clipped, adam = (
    {link: outliers[link, way][1] for link in links} for way in ways
)
start = outliers["softplus", "plain"][0]
verdicts = {
    "outlier, plain: exp ends as nan": np.isnan(plain["exp"]).all(),
    "outlier, plain: softplus stays finite": np.isfinite(plain["softplus"]).all(),
    "outlier, plain: softplus does not recover": (plain["softplus"] > start + 1).all(),
    "outlier, clipped or Adam: less than 0.1 between the links": all(
        (np.abs(way["softplus"] - way["exp"]) < 0.1).all() for way in (clipped, adam)
    ),
    "noise below one: less than 0.1 between the links": (gap < 0.1).all(),
    "large unit, from zero: softplus is behind exp by more than 1": (
        end["softplus", 100, False] > end["exp", 100, False] + 1
    ).all(),
    "large unit: the matched start helps softplus by more than 1": (
        end["softplus", 100, False] > end["softplus", 100, True] + 1
    ).all(),
    "large unit, matched: less than 1 between the links": (
        np.abs(end["softplus", 100, True] - end["exp", 100, True]) < 1
    ).all(),
}
for text, holds in verdicts.items():
    print(f"{text}: {bool(holds)}")

# %% [markdown]
# Softplus for a scale is an insurance against one kind of accident, an overflow after a
# large step, and clipping or Adam insure against it too. It is not a better model:
# where nothing goes wrong, the results are the same. It prefers a scale of about one.
# So standardise the targets, or start the raw scale at the inverse softplus of a
# sensible value, which costs one line.
#
# **What this does not show.** The networks are small and the data friendly. The scale
# had no floor; where it can collapse to zero, both links need one. Some write the
# $\exp$ version in terms of $\ln s$ throughout, which removes the overflow of a large
# scale, though not the long way back from it.
