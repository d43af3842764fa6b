# %% [markdown]
# # Fifty layers deep
#
# **Question.** He's initialisation was made for deep ReLU networks. Does the same start
# serve Softplus? If not, is it the mean of its outputs, their variance, or its smaller
# slope that gets in the way, and can another start mend it? And how much of all that is
# depth alone, without any activation function?
#
# **Experiment.** We stack $L = 50$ square layers, draw random weights, send random
# inputs through, and look at three things in each layer before any training: the mean
# of the activations, the part of them that still depends on the input, and the size of
# the gradient. Each is measured for several seeds.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

depth, width, batch = 50, 128, 512
seeds = range(5)


def tell(statements):
    """Print whether each statement holds; those that do, as the text of a figure."""
    for text, holds in statements.items():
        print(f"{text}: {bool(holds)}")
    return " ".join(f"{text}." for text, holds in statements.items() if holds)


# %% [markdown]
# ## What theory lets us expect
#
# Let the weights of a layer with $n$ inputs have the variance $g/n$. If the inputs of
# the activation function $f$ are normal with variance $q$, then, for wide layers, those
# of the next layer have the variance $g\,\mathbb{E}f(\sqrt{q}\,z)^2$ with a standard
# normal $z$, and the squared gradient is multiplied by $g\,\mathbb{E}f'(\sqrt{q}\,z)^2$
# on its way back through the layer. Depth raises these factors to a high power, so both
# should be one.
#
# [He](https://arxiv.org/abs/1502.01852) takes $g = 2$, which makes both exactly one for
# ReLU. [Xavier](https://proceedings.mlr.press/v9/glorot10a.html) averages over inputs
# and outputs and LeCun takes inputs only; in a square layer both give $g = 1$, so they
# are one and the same start here.
#
# For Softplus the factors depend on $q$. Below, $q = 1$, by numerical integration:


# %%
def expect(f, q=1.0):
    """The mean of f(sqrt(q) z) for a standard normal z, by Gauss-Hermite quadrature."""
    z, weights = np.polynomial.hermite_e.hermegauss(100)
    return float(weights @ f(np.sqrt(q) * z)) / math.sqrt(2 * math.pi)


def softplus(x):
    return np.logaddexp(0, x)


def slope(x):
    return np.exp(-np.logaddexp(0, -x))


def variance(q):
    return expect(lambda x: softplus(x) ** 2, q) - expect(softplus, q) ** 2


print("at q = 1             softplus    ReLU")
for name, value, relu in (
    ("mean", expect(softplus), 1 / math.sqrt(2 * math.pi)),
    ("mean square", expect(lambda x: softplus(x) ** 2), 1 / 2),
    ("variance", variance(1), 1 / 2 - 1 / (2 * math.pi)),
    ("mean square of slope", expect(lambda x: slope(x) ** 2), 1 / 2),
):
    print(f"{name:20} {value:8.4f} {relu:7.4f}")

# %% [markdown]
# One number $g$ cannot serve both. The mean square is larger than ReLU's, most of it
# because of the mean; the slope is smaller. Four ideas for Softplus follow from that:
#
# - **He** and **Xavier**, as they are.
# - **He, centred**: a bias takes the mean out of what the next layer gets, $W(f -
#   \mathbb{E}f)$.
# - **Gain, centred**: the same bias, and $g = q/\operatorname{Var} f$, which keeps the
#   variance $q = 1$ from layer to layer.
# - **Small, centred**: the same for $q = 1/100$. So close to zero, Softplus is almost
#   the straight line $\ln 2 + x/2$, and $g$ is almost $4$.


# %%
def centred(q):
    """Weight variance (times n), mean to subtract, variance at the first layer."""
    return q / variance(q), expect(softplus, q), q


starts = {
    "ReLU, He": (torch.relu, 2.0, 0.0, 1.0),
    "ReLU, Xavier": (torch.relu, 1.0, 0.0, 1.0),
    "Softplus, He": (F.softplus, 2.0, 0.0, 1.0),
    "Softplus, Xavier": (F.softplus, 1.0, 0.0, 1.0),
    "Softplus, He, centred": (F.softplus, 2.0, expect(softplus), 1.0),
    "Softplus, gain, centred": (F.softplus, *centred(1.0)),
    "Softplus, small, centred": (F.softplus, *centred(0.01)),
}


def passes(activation, gain, mean, first, seed, size):
    """Inputs, last layer; mean, spread over the inputs, gradient norm of each layer."""
    random = torch.Generator().manual_seed(seed)
    inputs = torch.randn(size, width, generator=random)
    h, layers = inputs, []
    for layer in range(depth):
        weight = torch.randn(width, width, generator=random)
        weight *= math.sqrt((gain if layer else first) / width)
        shift = (mean if layer else 0.0) * weight.sum(1)  # the bias that centres
        before = (h @ weight.T - shift).requires_grad_()
        before.retain_grad()
        h = activation(before)
        layers.append((before, h))
    (h @ torch.randn(width, generator=random)).sum().backward()  # some direction
    rows = [
        (after.mean().item(), after.std(0).mean().item(), before.grad.norm().item())
        for before, after in layers
    ]
    return inputs, h.detach(), np.array(rows)


def measure(activation, gain, mean, first, seed):
    """Mean, spread over the inputs, gradient norm per layer; how nonlinear all is."""
    inputs, last, rows = passes(activation, gain, mean, first, seed, batch)
    # The share of the last layer's spread that no linear map of the inputs explains.
    last = (last - last.mean(0)).double()
    known = (inputs - inputs.mean(0)).double()
    rest = last - known @ torch.linalg.lstsq(known, last).solution
    return rows, (rest.norm() / last.norm()).item() ** 2


runs = {
    name: [measure(*start, seed) for seed in seeds] for name, start in starts.items()
}
means, signals, gradients = (
    {name: np.array([rows[:, k] for rows, _ in run]) for name, run in runs.items()}
    for k in range(3)
)
nonlinear = {name: np.array([share for _, share in run]) for name, run in runs.items()}

looks = dict(
    zip(starts, ["C0-", "C0--", "C1-", "C1--", "C2-", "C3-", "C3--"], strict=True)
)


# What the stack makes of each; kept: the gradient at the first layer over the last's.
moved = {name: rows[:, -1] / rows[:, 0] for name, rows in means.items()}
left = {name: rows[:, -1] / rows[:, 0] for name, rows in signals.items()}
kept = {name: rows[:, 0] / rows[:, -1] for name, rows in gradients.items()}


def between(values, low, high):
    return bool((values > low).all() and (values < high).all())


def within(values, factor):
    return between(values, 1 / factor, factor)


def draw(values, ylabel):
    fig, ax = plt.subplots(figsize=(6, 4.2))
    layers = np.arange(1, depth + 1)
    for name, look in looks.items():
        middle = np.exp(np.log(values[name]).mean(0))  # geometric mean of the seeds
        ax.plot(layers, middle, look, label=name)
        low, high = values[name].min(0), values[name].max(0)
        ax.fill_between(layers, low, high, color=look[:2], alpha=0.15, lw=0)
    ax.set(yscale="log", xlabel="layer", ylabel=ylabel, xlim=(1, depth))
    ax.grid(True)
    fig.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, fontsize=12)


# %% [markdown]
# ## The mean
#
# The lines are geometric means of the seeds, the bands reach from the smallest to the
# largest.

# %%
draw(means, "mean activation")
steady = np.array([means[f"Softplus, {name}"] for name in ("Xavier", "He, centred")])
told = tell(
    {
        "With ReLU and Xavier the mean ends below 1e-6": between(
            means["ReLU, Xavier"][:, -1], 0, 1e-6
        ),
        "With Softplus and He it ends larger, by a factor of less than 10": between(
            moved["Softplus, He"], 1, 10
        ),
        "With Softplus and Xavier, or He and centring, it stays between 0.5 and 1": (
            between(steady, 0.5, 1)
        ),
        "With Softplus, gain and centring it ends above 100": between(
            means["Softplus, gain, centred"][:, -1], 100, math.inf
        ),
        "With Softplus and the small centred start it is ln 2, within 1 %": within(
            means["Softplus, small, centred"] / math.log(2), 1.01
        ),
    }
)
plt.savefig(
    "means.svg",
    metadata={
        "Description": "Mean activation in each layer, logarithmic, for every start. "
        + told
    },
)

# %% [markdown]
# Softplus never lets the mean go: its outputs are positive, whatever the weights do.
# With He's start the mean grows, but by less than one power of ten in all the layers.
# At first sight even Xavier looks healthy, where ReLU dies away. The next figure shows
# that it is not.
#
# ## What is left of the input
#
# An activation can be large and yet say nothing, if it is the same for every input. So
# we take, for each unit, its standard deviation over the inputs.

# %%
draw(signals, "spread over the inputs")
lost = np.array(
    [
        left[name]
        for name in ("ReLU, Xavier", "Softplus, Xavier", "Softplus, He, centred")
    ]
)
told = tell(
    {
        "ReLU with He keeps more than 1/100 of the spread": between(
            left["ReLU, He"], 0.01, 1
        ),
        "Softplus with the small centred start keeps it within a factor of 10": within(
            left["Softplus, small, centred"], 10
        ),
        "Softplus with He keeps less than 1/2 and more than 1/10,000": between(
            left["Softplus, He"], 1e-4, 0.5
        ),
        "ReLU with Xavier, and Softplus with Xavier, or He and centring, keep less "
        "than 1e-5": between(lost, 0, 1e-5),
        "With Softplus, gain and centring it grows 100 times or more": between(
            left["Softplus, gain, centred"], 100, math.inf
        ),
    }
)
plt.savefig(
    "signals.svg",
    metadata={
        "Description": "Standard deviation of the activations over the inputs in "
        f"each layer, logarithmic, for every start. {told}"
    },
)

# %% [markdown]
# With Xavier's start the units of the last layer are constants: all inputs look alike.
# Centring alone makes it worse for He, not better. Without the mean, the variance is no
# longer kept up: it falls until Softplus works where it is a line of slope one half,
# and from there on each layer halves the variance that is left.
#
# ## The gradient

# %%
draw(gradients, "gradient norm")
level = np.array([kept[name] for name in ("ReLU, He", "Softplus, small, centred")])
lost = np.array([kept[name] for name in ("ReLU, Xavier", "Softplus, He, centred")])
told = tell(
    {
        "ReLU with He and Softplus with the small centred start keep the gradient "
        "within a factor of 10": within(level, 10),
        "Softplus with He keeps less than 1/10 and more than 1/10,000 of it": between(
            kept["Softplus, He"], 1e-4, 0.1
        ),
        "ReLU with Xavier, and Softplus with He and centring, keep less than 1e-5": (
            between(lost, 0, 1e-5)
        ),
        "Softplus with Xavier keeps less than 1e-10": between(
            kept["Softplus, Xavier"], 0, 1e-10
        ),
        "With Softplus, gain and centring it grows 1,000 times or more": between(
            kept["Softplus, gain, centred"], 1e3, math.inf
        ),
    }
)
plt.savefig(
    "gradients.svg",
    metadata={
        "Description": "Norm of the gradient at each layer, logarithmic, for every "
        f"start; it travels from the last layer to the first. {told}"
    },
)

# %% [markdown]
# He's start loses part of Softplus' gradient. With Xavier's start, where the mean does
# not grow, Softplus loses far more, and far more than ReLU.
#
# The gain that should keep the variance at one does the opposite in a deep stack. It is
# a balance on a knife's edge: the variance of Softplus grows faster than that of its
# input, so a layer that comes out a little too large is followed by a larger one.
#
# ## What depth alone does
#
# A stack of random matrices without any activation function multiplies variances, too.
# So here is the control: the same weights with Softplus, with ReLU and with nothing
# between them, not centred, for several $g$. We look at what is left of the gradient at
# the first layer, and of the spread at the last.

# %%
stacks = {"softplus": F.softplus, "ReLU": torch.relu, "none": torch.clone}
gains = [1.0, 1.5, 2.0, 2.3, 2.6, 3.0, 4.0]


def remains(activation, gain, seed):
    """What all layers together leave of the gradient, and of the spread."""
    _, _, rows = passes(activation, gain, 0.0, 1.0, seed, 64)
    return rows[0, 2] / rows[-1, 2], rows[-1, 1] / rows[0, 1]


sweep = {
    name: np.array([[remains(activation, g, seed) for seed in seeds] for g in gains])
    for name, activation in stacks.items()
}  # by gain, seed, and kind of remains

fig, ax = plt.subplots(figsize=(6, 4.2))
for (name, values), colour in zip(sweep.items(), ("C1", "C0", "C2"), strict=True):
    for kind, line in ((0, "o-"), (1, "o--")):
        middle = np.exp(np.log(values[:, :, kind]).mean(1))
        label = f"{name}, {('gradient', 'spread')[kind]}"
        ax.plot(gains, middle, colour + line, ms=3, label=label)
ax.axhline(1, color="#37474f", lw=1)
ax.set(yscale="log", xlabel="variance of the weights, times n", ylabel="what is left")
ax.grid(True)
fig.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, fontsize=12)


def swept(name, gain):
    return sweep[name][gains.index(gain)]


told = tell(
    {
        "Every line rises with g": all(
            (np.diff(values, axis=0) > 0).all() for values in sweep.values()
        ),
        "With no activation, g = 1 leaves both within a factor of 10": within(
            swept("none", 1.0), 10
        ),
        "With ReLU, g = 1.5 leaves less than 1/100 of both": between(
            swept("ReLU", 1.5), 0, 0.01
        ),
        "With Softplus, g = 2.3 leaves both within a factor of 10": within(
            swept("softplus", 2.3), 10
        ),
        "With g = 3 all of them make both grow 100 times or more": between(
            np.array([swept(name, 3.0) for name in sweep]), 100, math.inf
        ),
    }
)
plt.savefig(
    "gains.svg",
    metadata={
        "Description": "What the stack leaves of the gradient and of the spread over "
        "the inputs, logarithmic, over the variance g of the weights, times n, for "
        f"Softplus, ReLU and no activation. {told}"
    },
)

# %% [markdown]
# Depth alone keeps everything at $g = 1$, Xavier's start, and blows up beyond. So what
# Xavier's start costs Softplus is not depth; it is what Softplus takes in each layer.
# Each of the three has a $g$ at which its layers neither shrink nor grow: one without
# activation, about two for ReLU. For Softplus it is a little above two at this depth,
# without any centring. A likely reason is that the activations grow slowly, and where
# they are large Softplus is as steep as ReLU. The slopes show how narrow that is: a $g$
# a little off, and fifty layers make powers of ten of it.
#
# ## Why the small start works
#
# The small start keeps everything, and this looks like a way out. But it works
# *because* Softplus is nearly a line there. We can ask how much of the last layer is
# not explained by the best linear map of the inputs.

# %%
relu, small = nonlinear["ReLU, He"], nonlinear["Softplus, small, centred"]
print(
    "ReLU with He: a tenth or more is not linear, every seed:",
    bool(relu.min() > 0.1),
)
print(
    "small start: less than half of ReLU's, every seed:", bool((small < relu / 2).all())
)

# %% [markdown]
# So the stack is a deep linear network for a start. That may be fine, since training
# can leave this region, but it is not the start of a deep Softplus network; it is the
# start of a deep network that hides its Softplus.
#
# ## Conclusion
#
# Each line is computed from the numbers above and has to hold for every seed, as do
# those below the figures. `kept` is the gradient at the first layer over that at the
# last.

# %%
verdicts = {
    "Softplus, Xavier: 1,000 times less kept than by ReLU": between(
        kept["ReLU, Xavier"] / kept["Softplus, Xavier"], 1000, math.inf
    ),
    "Softplus, Xavier: 1,000 times less kept than by Softplus, He": between(
        kept["Softplus, He"] / kept["Softplus, Xavier"], 1000, math.inf
    ),
    "centring alone: spread below that of He as it is": bool(
        (left["Softplus, He, centred"] < left["Softplus, He"]).all()
    ),
    "from q = 1 to 2 the variance of softplus more than doubles": (
        variance(2) > 2 * variance(1)
    ),
    "no activation, g = 2: both grow 1,000 times": between(
        swept("none", 2.0), 1e3, math.inf
    ),
    "ReLU, g = 2: within a factor of 50": within(swept("ReLU", 2.0), 50),
    "Softplus, g = 1.5: both below 1e-4": between(swept("softplus", 1.5), 0, 1e-4),
}
tell(verdicts)

# %% [markdown]
# Softplus is not ReLU with a rounded corner when it comes to depth. Under the starts
# that were made for others, its gradients shrink on the way down: somewhat with He,
# beyond use with Xavier, where the same weights without activation keep theirs. It is
# not the mean as such. Taking the mean away leaves a variance that is too small, and
# the gain that keeps it makes the stack unstable. Two starts kept signal and gradient:
# one so small that the function is a line, and, at this depth, weights a little larger
# than He's without any bias.
#
# **What this does not show.** The networks are plain stacks of square layers with
# normal weights and inputs, at their start. Nothing is trained. Residual connections
# and normalisation layers exist to make depth harmless, and with them the choice of the
# start matters less. A few layers are not fifty: all of these factors are mild for one
# layer. And a gain that suits fifty layers need not suit a hundred.
