r"""Derivations: steps in LaTeX, each with its rule, of which every relation is checked.

A derivation is `snippets/<function>/derivations/<name>.yml`:

    title: {en: Derivative of Softplus, zh: Softplus 的导数}
    variables: {x: real, \beta: positive}       # or negative, integer, natural, an interval: '[0, 1)', '(0, \infty)'
    where:                                      # what the formulas use, as the page shows it
      - f_\beta(x) = \frac{1}{\beta}\ln(1+e^{\beta x})
    start: f_\beta'(x)
    steps:
      - tex: = \frac{1}{\beta} \cdot \frac{d}{dx}\ln(1+e^{\beta x})
        rule: linear
        note: {en: 1/β does not depend on x, zh: 1/β 与 x 无关}

A step's `tex` is one of

- `= …`, `\le …` and so on: the last side and this one are in that relation. More relations may follow.
- `\iff A = B`, `\implies A < B`: the statement before and this one hold at the same points, or this one wherever the
  one before does. To start from an equation, `start` gives a variable: `y = \ln(1+e^x)`. The check takes points on that
  curve, and beside it, where the statements have to fail together.
- `A = B`, with nothing before it: a statement of its own, for all values of the variables.
- `f(x) \in \mathbb{R}`: it has a finite value at every point, also at the special ones, where others may have none.
- `f \in C^{\infty}(\mathbb{R})`: f is composed of functions known to be analytic, each where it is so: that its
  argument lies there becomes a claim of its own. And its derivatives up to the sixth have values, the same from both
  sides, and no jump.
- `f \in C^{1}(\mathbb{R})`, up to 4: so many derivatives have values and no jump, and the next one has a jump, or a
  point without a value. `f \in C^{\infty}(\mathbb{R} \setminus \{-3, 3\})`: all but at these points, each of which is
  one where that fails; maxima, absolute values and cases may bend there, and nowhere else.

A step's `rule` is one of the list in `rules`, alone or with what it is about: `chain`, `{divide: e^x}`,
`{definition: \sigma}`; `{use: e^0 = 1}` for an equation, which has to hold, too; several as `[chain, power]`. A step
has to have the form of its rules, and nothing may be left that they do not say. `estimate` and `increasing` have no
form, and explain inequalities only.

After a statement, `= …` goes on from its last side. Three more keys are optional:

- `note`: a remark, which nothing checks.
- `when: x \ge 0`: the step is in the branch for that condition; the first of a branch continues from the last step
  before the branches. A step without `when` joins the branches again, and holds in each; together they have to cover
  the domain, and no two may hold but at borders.
- `sharp: x = 0` or `sharp: x \to \infty`: where the two sides of the step's last inequality meet, so that no better
  bound exists. A list of them is for the last so many of its relations, in their order.

The syntax of the formulas is that of `engine.mathematics.latex`. Every relation is checked at fixed points of the
variables' domains, random and extreme ones, to 50 digits (20 where an integral, a series or a limit is involved): more
precision is used until the digits are certain. At random points both sides need a value. SymPy adds a proof where it
finds one.

`report.check` does this in processes of its own, which it can stop whatever SymPy or mpmath do. The result depends on
nothing but what the file says, this engine, and the versions of SymPy and mpmath.

`file` reads a derivation as `steps`. `duties` says what has to hold for each of them, `analytic` what for a smooth
function. `numeric` checks that at `points`, where `difference` tells values apart, and `symbolic` looks for a proof.
`rule_forms` compares a step with its rules: `rule_changes` knows their forms, `rule_algebra` what they allow.
`report` puts it all together and keeps what holds; `evidence` is what pages show.
"""

from __future__ import annotations
