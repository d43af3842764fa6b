# %% [markdown]
# # A network that predicts its own noise
#
# **Question.** A regression network can have two outputs, a mean and a scale. The scale
# must be positive, so the raw output $r$ goes through $\exp$ or through Softplus. Does
# it matter which? And does it matter where the scale starts?
#
# **Experiment.** First one scale alone, fitted to residuals, to see what a single step
# can do. Then small networks on data whose noise depends on the input, in several units
# of measurement. Whatever is drawn by chance is repeated for several seeds.
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


def tell(statements):
    """Print whether each statement holds; those that do, as the text of a figure."""
    for text, holds in statements.items():
        print(f"{text}: {bool(holds)}")
    return " ".join(f"{text}." for text, holds in statements.items() if holds)


# %% [markdown]
# ## One step
#
# One observation, one scale that starts at $1/2$, one step of gradient descent. How
# large is the scale after the step, if the error is an outlier? The figure is for a
# rate of $1/10$, the table for others, too.


# %%
def step(link, error, rate=0.1, start=0.5):
    function, inverse = links[link]
    raw = torch.tensor(inverse(start), requires_grad=True)
    loss(function(raw), error).backward()
    with torch.no_grad():
        return function(raw - rate * raw.grad).item()


errors = np.geomspace(0.5, 1000, 60)
after = {link: np.array([step(link, e) for e in errors]) for link in links}

fig, ax = plt.subplots(figsize=(6, 3.8))
for link, look in (("softplus", "C0-"), ("exp", "C1--")):
    fits = after[link] < 1e12
    ax.plot(errors[fits], after[link][fits], look, label=link)
ax.plot(errors, errors, "C2:", label="the error itself")
ax.set(xscale="log", yscale="log", ylim=(0.1, 1e12))
ax.set(xlabel="error", ylabel="scale after one step")
ax.grid(True)
ax.legend(loc="upper right", fontsize=12)

slopes = np.diff(np.log(after["softplus"])) / np.diff(np.log(errors))
far, near = errors > 20, errors < 2
told = tell(
    {
        "Beyond an error of 20 the line of softplus has a slope of 1.9 to 2.1": (
            np.abs(slopes[far[:-1]] - 2) < 0.1
        ).all(),
        "Beyond it that of exp is above 1e12": (after["exp"][far] > 1e12).all(),
        "Up to an error of 2 the scale by exp is less than 3 times that by softplus": (
            after["exp"][near] < 3 * after["softplus"][near]
        ).all(),
    }
)
plt.savefig(
    "step.svg",
    metadata={
        "Description": "The scale after one step of gradient descent over the size "
        "of the error, both logarithmic, for softplus and exp, beside the error "
        f"itself. {told}"
    },
)

print("rate  error  scale by softplus  by exp")
stepped = {}
for rate in (0.01, 0.1, 1.0):
    for error in (3.0, 30.0, 300.0):
        pair = stepped[rate, error] = [step(link, error, rate) for link in links]
        print("{:4g} {:6g} {:18.2g} {:7.2g}".format(rate, error, *pair))

# %% [markdown]
# Both steps in $r$ are about as large, the rate times the square of the error, over
# that of the scale. Softplus is linear on the right, so its scale moves by about as
# much; $\exp$ turns the step into a factor. Whether that overflows is up to the rate
# and the error: for a small enough product both links are safe.
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
# residual is replaced by an outlier, which is so many times the deviation of the
# others. Then training goes on with the clean batch. We try several outliers and two
# rates, without protection, with the norm of the gradient clipped at one, and with
# Adam.

# %%
sizes = (10, 100, 200, 1000)  # of the outlier, in deviations of the others


def outlier(link, rate, clip=False, adam=False, steps=500, at=100):
    """How much the loss on the clean batch has grown at the end, by size and seed."""
    function, inverse = links[link]
    drawn = [
        torch.randn(256, generator=torch.Generator().manual_seed(s)) for s in seeds
    ]
    clean = 0.3 * torch.stack(drawn).expand(len(sizes), -1, -1)
    spoilt = clean.clone()
    spoilt[:, :, 0] = 0.3 * torch.tensor(sizes)[:, None]
    raw = torch.full((len(sizes), len(seeds), 1), inverse(0.3), requires_grad=True)
    optimiser = (torch.optim.Adam if adam else torch.optim.SGD)([raw], lr=rate)
    for index in range(steps):
        optimiser.zero_grad()
        now = loss(function(raw), spoilt if index == at else clean).mean(2)
        if index == at - 1:
            before = now.detach()
        now.sum().backward()
        if (
            clip
        ):  # each scale has a gradient of its own: one number, whose norm is its size
            raw.grad.clamp_(-1, 1)
        optimiser.step()
    with torch.no_grad():
        return (loss(function(raw), clean).mean(2) - before).numpy()


def outcome(grown):
    """What all seeds have in common."""
    if np.isnan(grown).all():
        return "nan"
    if (grown < 0.05).all():
        return "back"
    return "not back" if (grown > 0.05).all() else "mixed"


ways = {"plain": {}, "clipped": {"clip": True}, "Adam": {"adam": True}}
ends = {}
print("outlier, in deviations        ", *(f"{size:8}" for size in sizes))
for way, how in ways.items():
    for rate in (0.01, 0.1):
        for link in links:
            grown = outlier(link, rate, **how)
            ends[way, rate, link] = dict(zip(sizes, map(outcome, grown), strict=True))
            cells = " ".join(f"{end:>8}" for end in ends[way, rate, link].values())
            print(f"{way:8} rate {rate:<5} {link:10} {cells}")

# %% [markdown]
# From the smallest outliers everything comes back within the run. From the largest one,
# without protection, nothing does. At the larger rate $\exp$ overflows there and every
# later loss is `nan`; Softplus stays finite, which is what it is praised for, but its
# scale is now large, its gradient small, and each step shortens the way by next to
# nothing. In between, at that rate, it is the other way round: there is an outlier
# after which $\exp$ comes back, since its steps are relative, and Softplus does not.
# With a clipped gradient both come back every time. With Adam it takes the larger rate
# and the largest outlier to keep them away: it remembers the huge gradient and divides
# by it for a long time. Between the links there is nothing to choose in either case.
#
# ## A network, in several units
#
# The data are a sine with noise that grows from left to right, once with noise below
# one, and with everything $10$ and $100$ times as large, as when metres become
# centimetres. The raw scale starts at zero, or where the link gives the standard
# deviation of the targets: the inverse softplus of it, or its logarithm. All networks
# of a setting are trained at once, a seed each, by Adam; the largest unit is tried at
# ten times the rate, too.


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


def train(link, unit, matched, rate=0.01, steps=600, width=32, every=10):
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

    optimiser = torch.optim.Adam(weights, lr=rate)
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
    for unit in (1, 10, 100)
    for matched in (False, True)
}
faster = {link: train(link, 100, matched=False, rate=0.1)[1][-1] for link in links}

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

end = {key: curve[-1] for key, (_, curve) in runs.items()}
same = np.array([end[link, 1, matched] for link in links for matched in (False, True)])
matched = np.array([runs[link, 100, True][1] for link in links])
told = tell(
    {
        "As they are, all end within 0.1 of each other": (np.ptp(same, 0) < 0.1).all(),
        "In the large unit, softplus from zero ends above 6": (
            end["softplus", 100, False] > 6
        ).all(),
        "There exp from zero ends below 1": (end["exp", 100, False] < 1).all(),
        "There both matched ones stay below 1": (matched < 1).all(),
    }
)
plt.savefig(
    "training.svg",
    metadata={
        "Description": "Loss on unseen data over the steps, mean of the seeds, for "
        "softplus and exp, started from zero and matched, with a panel for the data "
        f"as they are and one for a large unit. {told}"
    },
)

# %% [markdown]
# Above, nobody can tell the links apart. Below, the unit decides. From zero, Softplus
# has to carry its raw output all the way to the size of the noise, at the pace of the
# optimiser; for $\exp$ it is only the logarithm of the way. So how far Softplus lags is
# up to the unit, and to the rate and the number of steps: the lag is there, but small,
# for the unit between, and it shrinks with ten times the rate. The matched start takes
# the way out of it, for both. What remains between the links is small against that.
#
# ## Conclusion
#
# Each line is computed from the numbers above and has to hold for every seed.

# %%
gap = np.abs(end["softplus", 1, True] - end["exp", 1, True])
lag = {
    unit: end["softplus", unit, False] - end["exp", unit, False] for unit in (10, 100)
}
lag["faster"] = faster["softplus"] - faster["exp"]


def both(way, rate, result):
    """For which outliers both links end so."""
    pairs = [ends[way, rate, link] for link in links]
    return [size for size in sizes if all(pair[size] == result for pair in pairs)]


fast, slow = ([ends["plain", rate, link] for link in links] for rate in (0.1, 0.01))
verdicts = {
    "one step: exp overflows at no rate for 3, at each for 300": all(
        np.isfinite(stepped[rate, 3.0][1]) and np.isinf(stepped[rate, 300.0][1])
        for rate in (0.01, 0.1, 1.0)
    ),
    "one step: softplus moves by less than 4 times rate times error squared": all(
        scale - 0.5 < 4 * rate * error**2
        for (rate, error), (scale, _) in stepped.items()
    ),
    "outlier, plain: both back from 10 and 100": all(
        both("plain", rate, "back")[:2] == [10, 100] for rate in (0.01, 0.1)
    ),
    "outlier, plain, rate 0.1: softplus not back from 200, exp back": (
        fast[0][200] == "not back" and fast[1][200] == "back"
    ),
    "outlier, plain, rate 0.1: exp nan from 1000, softplus not back": (
        fast[1][1000] == "nan" and fast[0][1000] == "not back"
    ),
    "outlier, plain, rate 0.01: neither back from 1000, neither nan": (
        slow[0][1000] == slow[1][1000] == "not back"
    ),
    "outlier, clipped: both back from all": all(
        both("clipped", rate, "back") == [*sizes] for rate in (0.01, 0.1)
    ),
    "outlier, Adam: not back only from 1000 at rate 0.1, both": (
        both("Adam", 0.01, "back") == [*sizes]
        and both("Adam", 0.1, "back") == [10, 100, 200]
        and both("Adam", 0.1, "not back") == [1000]
    ),
    "noise below one: less than 0.1 between the links": (gap < 0.1).all(),
    "unit 10, from zero: softplus is behind exp, by less than 1": (
        (lag[10] > 0) & (lag[10] < 1)
    ).all(),
    "large unit, from zero: softplus is behind exp by more than 6": (
        lag[100] > 6
    ).all(),
    "and at ten times the rate by more than 1 and less than 6": (
        (lag["faster"] > 1) & (lag["faster"] < 6)
    ).all(),
    "large unit: the matched start helps softplus by more than 1": (
        end["softplus", 100, False] > end["softplus", 100, True] + 1
    ).all(),
    "large unit, matched: less than 1 between the links": (
        np.abs(end["softplus", 100, True] - end["exp", 100, True]) < 1
    ).all(),
}
tell(verdicts)

# %% [markdown]
# Softplus for a scale is an insurance against one kind of accident, an overflow after a
# large step, and clipping or Adam insure against it too. It pays for that after a
# smaller accident, from which $\exp$ came back within the run and Softplus did not. It
# is not a better model: with noise below one, where nothing goes wrong, the results are
# the same. It prefers a scale of about one. So standardise the targets, or start the
# raw scale at the inverse softplus of a sensible value, which costs one line.
#
# **What this does not show.** The networks are small and the data friendly. The scale
# had no floor; where it can collapse to zero, both links need one. Some write the
# $\exp$ version in terms of $\ln s$ throughout, which removes the overflow of a large
# scale, though not the long way back from it.
